/** protobufjs: orders of 200 B to 16 KiB are encoded, held while they are sent, and dropped. */
import protobuf from 'protobufjs';
import { type ByteBuf, ByteBufAllocator } from 'rockpool';
import { ProtobufEncoder } from 'rockpool/compat/protobufjs';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad, Load } from '../adopt-load.ts';
import { InFlight } from '../in-flight.ts';
import { bufferSum, byteBufSum, expectSame } from '../results.ts';
import { someText } from '../some-text.ts';

const MESSAGES = 64;
const LEAST_BYTES = 200;
const MOST_BYTES = 16 * 1024;
const PROTO = `syntax = "proto3";
message Line { string sku = 1; uint32 quantity = 2; double price = 3; string note = 4; }
message Order {
  uint64 id = 1; string customer = 2; fixed64 placed_at = 3;
  repeated Line lines = 4; map<string, string> tags = 5; repeated double samples = 6;
}`;

/** The load. */
export const protobufjs: AdoptLoad = {
  library: 'protobufjs',
  title: 'Orders of 200 B to 16 KiB, encoded and held while 64 follow',
  operation: 'message',
  seam: 'A Writer can be used again with reset(), and what it wrote be copied anywhere, by finishInto() or from its buf.',
  adapter: 'rockpool/compat/protobufjs',
  plain: async () => {
    const { Order, orders } = makeOrders();
    return side(orders.length, Order, orders, (order) => Order.encode(order).finish() as Buffer);
  },
  tuned: async () => {
    const { Order, orders } = makeOrders();
    const writer = protobuf.Writer.create();
    return side(orders.length, Order, orders, (order) => {
      writer.reset();
      return Order.encode(order, writer).finish() as Buffer;
    });
  },
  adopted: async () => {
    const { Order, orders } = makeOrders();
    const allocator = new ByteBufAllocator({ name: 'messages' });
    const encoder = new ProtobufEncoder(protobuf.Writer, { allocator });
    const sent = new InFlight<ByteBuf>(byteBufSum);
    let next = 0;
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) {
          sum = (sum + sent.push(encoder.encode(Order, orders[next] as protobuf.Message))) | 0;
          next = next + 1 === MESSAGES ? 0 : next + 1;
        }
        return sum;
      },
      verify() {
        for (const order of orders) {
          const buf = encoder.encode(Order, order);
          expectSame(buf.toBuffer(), Order.encode(order).finish());
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

function side(
  count: number,
  Order: protobuf.Type,
  orders: readonly protobuf.Message[],
  encode: (order: protobuf.Message) => Buffer,
): Load {
  const sent = new InFlight<Buffer>(bufferSum);
  let next = 0;
  return {
    run(operations) {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        sum = (sum + sent.push(encode(orders[next] as protobuf.Message))) | 0;
        next = next + 1 === count ? 0 : next + 1;
      }
      return sum;
    },
    verify() {
      for (const order of orders) expectSame(encode(order), Order.encode(order).finish());
    },
    end: () => sent.clear(),
  };
}

function makeOrders(): { Order: protobuf.Type; orders: readonly protobuf.Message[] } {
  const Order = protobuf.parse(PROTO).root.lookupType('Order');
  const random = seededRandom(1);
  const orders = Array.from({ length: MESSAGES }, (_, i) => {
    const target = LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random();
    const lines: object[] = [];
    for (let bytes = 80; bytes < target * 0.7; ) {
      const note = someText(random, Math.floor(random() * 38));
      const sku = `SKU-${Math.floor(random() * 1e9)}`;
      lines.push({ sku, quantity: Math.floor(random() * 100), price: random() * 1000, note });
      bytes += 30 + note.length;
    }
    return Order.create({
      id: i * 7919,
      customer: `customer-${i}`,
      placedAt: 1.7e12 + i,
      lines,
      tags: { channel: 'web', region: 'eu-west' },
      samples: Array.from({ length: Math.floor((target * 0.3) / 8) }, () => random() * 100),
    });
  });
  return { Order, orders };
}
