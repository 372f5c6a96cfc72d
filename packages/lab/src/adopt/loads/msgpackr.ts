/** msgpackr: answers of an API, 1 to 64 KiB, are packed, held while they are sent, and dropped. */
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from 'msgpackr';
import { type ByteBuf, ByteBufAllocator } from 'rockpool';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad } from '../adopt-load.ts';
import { InFlight } from '../in-flight.ts';
import { bufferSum, byteBufSum, expectSame } from '../results.ts';
import { someText } from '../some-text.ts';

const MESSAGES = 64;
const LEAST_BYTES = 1024;
const MOST_BYTES = 64 * 1024;
/** Packs into msgpackr's own memory at the place that the next message has too: what was packed has to be copied. */
const IN_PLACE = REUSE_BUFFER_MODE | RESET_BUFFER_MODE;

/** What `pack` gives in that mode: all of the memory, and where the message is. */
interface Packed extends Buffer {
  readonly start: number;
  readonly end: number;
}

/** The load. */
export const msgpackr: AdoptLoad = {
  library: 'msgpackr',
  title: 'Answers of 1 to 64 KiB, packed and held while 64 follow',
  operation: 'message',
  seam:
    'pack(value, REUSE_BUFFER_MODE | RESET_BUFFER_MODE) leaves the bytes in its own memory, to be copied; ' +
    'useBuffer() sets the memory of all packers in the process, and forgets it at the first message that does not fit.',
  adapter: null,
  plain: async () => {
    const answers = makeAnswers();
    const packr = new Packr({ useRecords: false });
    const sent = new InFlight<Buffer>(bufferSum);
    let next = 0;
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) {
          sum = (sum + sent.push(packr.pack(answers[next]))) | 0;
          next = next + 1 === MESSAGES ? 0 : next + 1;
        }
        return sum;
      },
      verify() {
        const other = new Packr({ useRecords: false });
        for (const answer of answers) expectSame(packr.pack(answer), Buffer.from(other.pack(answer)));
      },
      end: () => sent.clear(),
    };
  },
  adopted: async () => {
    const answers = makeAnswers();
    const packr = new Packr({ useRecords: false });
    const allocator = new ByteBufAllocator({ name: 'messages' });
    const sent = new InFlight<ByteBuf>(byteBufSum);
    let next = 0;
    const pack = (answer: unknown): ByteBuf => {
      const packed = packr.pack(answer, IN_PLACE) as Packed;
      const bytes = packed.end - packed.start;
      return allocator.buffer(bytes).writeBytes(packed, packed.start, bytes);
    };
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) {
          sum = (sum + sent.push(pack(answers[next]))) | 0;
          next = next + 1 === MESSAGES ? 0 : next + 1;
        }
        return sum;
      },
      verify() {
        const other = new Packr({ useRecords: false });
        for (const answer of answers) {
          const buf = pack(answer);
          expectSame(buf.toBuffer(), other.pack(answer));
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

function makeAnswers(): readonly object[] {
  const random = seededRandom(2);
  return Array.from({ length: MESSAGES }, (_, page) => {
    const target = LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random();
    const items: object[] = [];
    for (let bytes = 0; bytes < target; ) {
      const body = someText(random, Math.floor(20 + random() * 200));
      items.push({
        id: Math.floor(random() * 1e9),
        title: someText(random, 12),
        body,
        price: random() * 100,
        stock: Math.floor(random() * 500),
        active: random() > 0.5,
        tags: ['new', 'sale'],
        createdAt: '2025-11-30T06:00:00.000Z',
      });
      bytes += body.length + 120;
    }
    return { page, total: 1000 + page, items };
  });
}
