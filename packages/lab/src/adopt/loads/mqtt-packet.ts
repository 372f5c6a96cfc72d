/** mqtt-packet: publishes with payloads of 100 B to 8 KiB are encoded, held while they are sent, and dropped. */
import mqtt from 'mqtt-packet';
import { type ByteBuf, ByteBufAllocator } from 'rockpool';
import { MqttEncoder } from 'rockpool/compat/mqtt-packet';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad } from '../adopt-load.ts';
import { InFlight } from '../in-flight.ts';
import { bufferSum, byteBufSum, expectSame } from '../results.ts';

const MESSAGES = 64;
const LEAST_BYTES = 100;
const MOST_BYTES = 8 * 1024;

/** The load. */
export const mqttPacket: AdoptLoad = {
  library: 'mqtt-packet',
  title: 'Publishes of 100 B to 8 KiB, encoded and held while 64 follow',
  operation: 'packet',
  seam: 'writeToStream() writes the pieces of a packet to whatever has write() and destroy().',
  adapter: 'rockpool/compat/mqtt-packet',
  plain: async () => {
    const packets = makePackets();
    const sent = new InFlight<Buffer>(bufferSum);
    let next = 0;
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) {
          sum = (sum + sent.push(mqtt.generate(packets[next] as mqtt.Packet))) | 0;
          next = next + 1 === MESSAGES ? 0 : next + 1;
        }
        return sum;
      },
      verify() {
        for (const packet of packets) {
          const parser = mqtt.parser();
          let payload: unknown;
          parser.on('packet', (parsed) => {
            payload = parsed.cmd === 'publish' ? parsed.payload : undefined;
          });
          parser.parse(mqtt.generate(packet));
          expectSame(payload as Buffer, packet.payload as Buffer);
        }
      },
      end: () => sent.clear(),
    };
  },
  adopted: async () => {
    const packets = makePackets();
    const allocator = new ByteBufAllocator({ name: 'packets' });
    const encoder = new MqttEncoder(mqtt, { allocator });
    const sent = new InFlight<ByteBuf>(byteBufSum);
    let next = 0;
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) {
          sum = (sum + sent.push(encoder.encode(packets[next] as mqtt.Packet))) | 0;
          next = next + 1 === MESSAGES ? 0 : next + 1;
        }
        return sum;
      },
      verify() {
        for (const packet of packets) {
          const buf = encoder.encode(packet);
          expectSame(buf.toBuffer(), mqtt.generate(packet));
          buf.release();
        }
      },
      end() {
        sent.clear();
        allocator.close();
      },
    };
  },
};

function makePackets(): readonly mqtt.IPublishPacket[] {
  const random = seededRandom(3);
  return Array.from({ length: MESSAGES }, (_, i) => ({
    cmd: 'publish',
    topic: `plant/${i % 7}/line/${i}/sensor/temperature`,
    qos: 1,
    messageId: 1 + i * 513,
    dup: false,
    retain: false,
    payload: Buffer.from(
      Array.from({ length: Math.floor(LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random()) }, () =>
        Math.floor(random() * 256),
      ),
    ),
  }));
}
