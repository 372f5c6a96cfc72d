/** Node's zlib: texts of 16 KiB are compressed, one after the other, held while they are sent, and dropped. */
import { once } from 'node:events';
import { constants, createDeflateRaw, type DeflateRaw, inflateRawSync } from 'node:zlib';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad, Load } from '../adopt-load.ts';
import { InFlight } from '../in-flight.ts';
import { bufferSum, expectSame } from '../results.ts';
import { someText } from '../some-text.ts';

const MESSAGES = 16;
const MESSAGE_BYTES = 16 * 1024;

/** The load. */
export const zlibLoad: AdoptLoad = {
  library: 'zlib',
  title: 'Texts of 16 KiB, compressed by a stream each',
  operation: 'message',
  seam: 'None: zlib makes the memory for what comes out, and what goes in is not its own. A stream can be used again with reset().',
  adapter: null,
  plain: async () =>
    side(async (text) => {
      const stream = createDeflateRaw();
      const parts: Buffer[] = [];
      stream.on('data', (part) => parts.push(part));
      stream.end(text);
      await once(stream, 'end');
      return Buffer.concat(parts);
    }),
  tuned: async () => {
    const stream = createDeflateRaw();
    const parts: Buffer[] = [];
    stream.on('data', (part) => parts.push(part));
    return side(
      async (text) => {
        await compress(stream, text);
        const whole = Buffer.concat(parts);
        parts.length = 0;
        return whole;
      },
      () => stream.close(),
    );
  },
};

/** Ends a message, but not the stream. */
function compress(stream: DeflateRaw, text: Buffer): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text);
    stream.flush(constants.Z_FINISH, () => {
      stream.reset();
      resolve();
    });
  });
}

function side(deflate: (text: Buffer) => Promise<Buffer>, end: () => void = () => {}): Load {
  const random = seededRandom(6);
  const texts = Array.from({ length: MESSAGES }, () => Buffer.from(makeText(random)));
  const sent = new InFlight<Buffer>(bufferSum);
  let next = 0;
  return {
    async run(operations) {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        sum = (sum + sent.push(await deflate(texts[next] as Buffer))) | 0;
        next = next + 1 === MESSAGES ? 0 : next + 1;
      }
      return sum;
    },
    async verify() {
      for (const text of texts) expectSame(inflateRawSync(await deflate(text)), text);
    },
    end() {
      sent.clear();
      end();
    },
  };
}

function makeText(random: () => number): string {
  let text = '';
  while (text.length < MESSAGE_BYTES) text += `${someText(random, 20)}${Math.floor(random() * 1000)} `;
  return text.slice(0, MESSAGE_BYTES);
}
