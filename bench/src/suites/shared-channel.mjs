// @ts-check
/** Messages from one thread to another: by a channel of shared memory, and by `postMessage`. */
import { receiving } from '../contenders/messages.mjs';

const SIZES = { '64 B': 64, '4 KiB': 4096, '64 KiB': 65_536, '1 MiB': 2 ** 20 };
const TOUCHES = { lines: 64, all: 1 };
const NUMBER = 'a number';

/** @type {string[]} */
const cases = [NUMBER];
for (const size of Object.keys(SIZES))
  for (const touch of Object.keys(TOUCHES)) cases.push(`${size}, ${touch}`);

/**
 * @param {string} id
 * @param {string} label
 * @param {string} way
 * @param {(bytes: number) => boolean} [takesPart]
 * @returns {import('../types.d.ts').JsContender[]}
 */
const messages = (id, label, way, takesPart = () => true) =>
  Object.entries(SIZES)
    .filter(([, bytes]) => takesPart(bytes))
    .flatMap(([size, bytes]) =>
      Object.entries(TOUCHES).map(([touch, step]) => ({
        kind: /** @type {const} */ ('js'),
        id,
        label,
        case: `${size}, ${touch}`,
        prepare: async () => receiving(way, bytes, step),
      })),
    );

/** @type {(sizes: string[], touch: string) => string[]} */
const of = (sizes, touch) => sizes.map((size) => `${size}, ${touch}`);

/**
 * @param {string} size
 * @param {string} touch
 * @param {number} times
 * @returns {import('../types.d.ts').Target}
 */
const faster = (size, touch, times) => ({
  contender: 'channel',
  baseline: 'copy',
  atMost: 1 / times,
  over: 'every',
  cases: of([size], touch),
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-channel',
  title: 'Messages from one thread to another',
  about:
    'A worker makes messages, writes to them and sends them as fast as it can; the main thread receives them and reads what was written: a byte of every cache line (`lines`) or every word (`all`). `copy` posts a Uint8Array, which is cloned; `transfer` posts a fresh one with its memory; `recycled` posts the memory back as well, and uses it again. The channel moves blocks of a shared pool; `in the ring` copies the bytes there, and into a block of the receiver’s. Not more than 128 messages are on their way, nor 16 MiB of them, by any way. A number is the least that can be sent: 4 bytes in the ring, a number by `postMessage`.',
  unit: 'message',
  iterations: 64,
  timing: { sampleMs: 40 },
  cases,
  contenders: [
    ...messages('channel', 'Rockpool channel, blocks', 'channel'),
    ...messages('inline', 'Rockpool channel, in the ring', 'inline', (bytes) => bytes <= 256),
    ...messages('copy', 'postMessage, copy', 'copy'),
    ...messages('transfer', 'postMessage, transfer', 'transfer'),
    ...messages('recycled', 'postMessage, transfer there and back', 'recycled'),
    {
      kind: 'js',
      id: 'inline',
      label: 'Rockpool channel, in the ring',
      case: NUMBER,
      prepare: async () => receiving('inline', 4, 64),
    },
    {
      kind: 'js',
      id: 'number',
      label: 'postMessage of a number',
      case: NUMBER,
      prepare: async () => receiving('number', 4, 64),
    },
  ],
  baselines: ['copy', 'recycled', 'number'],
  targets: [
    { contender: 'inline', baseline: 'number', atMost: 1 / 8, over: 'every', cases: [NUMBER] },
    faster('64 B', 'lines', 10),
    faster('4 KiB', 'lines', 6),
    faster('64 KiB', 'lines', 4),
    faster('1 MiB', 'lines', 2),
    faster('64 B', 'all', 8),
    faster('4 KiB', 'all', 2.5),
    faster('64 KiB', 'all', 1.5),
    faster('1 MiB', 'all', 1.3),
  ],
};
