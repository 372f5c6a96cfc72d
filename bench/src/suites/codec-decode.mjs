// @ts-check
/** Frames out of a stream that came in reads of any length. */
const READS = 256;
const SHORTEST_READ = 512;
const LONGEST_READ = 65_536;
const PREFIX_BYTES = 8;
const MAX_FRAME_BYTES = 2 ** 20;
const CASES = /** @type {const} */ ([
  ['100 B', 100],
  ['1 KiB', 1024],
  ['32 KiB', 32_768],
]);

/** Numbers from 0 to 1, the same in every process. @param {number} seed */
function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Frames of about so many bytes, the length of the whole at 4, their number at 8, cut into reads at random.
 *
 * @param {number} frameBytes
 */
function record(frameBytes) {
  const random = seededRandom(7);
  const lengths = Array.from({ length: READS }, () =>
    Math.round(SHORTEST_READ * (LONGEST_READ / SHORTEST_READ) ** random()),
  );
  const wanted = lengths.reduce((sum, length) => sum + length, 0);
  /** @type {Buffer[]} */
  const frames = [];
  for (let bytes = 0; bytes < wanted; ) {
    const frame = Buffer.alloc(Math.round(frameBytes * (0.5 + random())), frames.length);
    frame.writeUInt32BE(frame.length, 4);
    frame.writeUInt32BE(frames.length, 8);
    frames.push(frame);
    bytes += frame.length;
  }
  const stream = Buffer.concat(frames);
  /** @type {Buffer[]} */
  const reads = [];
  for (let at = 0; at < stream.length; ) {
    const length = lengths[reads.length % READS] ?? LONGEST_READ;
    reads.push(Buffer.from(stream.subarray(at, at + length)));
    at += length;
  }
  return { reads, frames: frames.length };
}

/** @typedef {(onFrame: (number: number) => void) => (read: Buffer) => void} Start begins a stream */

/** @param {number} length */
function expectLength(length) {
  if (length < 12 || length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes`);
  return length;
}

/** @type {() => Promise<Start>} */
const plain = async () => (onFrame) => {
  /** @type {Buffer} */
  let pending = Buffer.alloc(0);
  return (read) => {
    pending = Buffer.concat([pending, read]);
    while (pending.length >= PREFIX_BYTES) {
      const length = expectLength(pending.readUInt32BE(4));
      if (pending.length < length) break;
      const frame = pending.subarray(0, length);
      pending = pending.subarray(length);
      onFrame(frame.readUInt32BE(8));
    }
  };
};

/** @type {() => Promise<Start>} */
const plainOffset = async () => (onFrame) => {
  /** @type {Buffer} */
  let pending = Buffer.alloc(0);
  return (read) => {
    pending = Buffer.concat([pending, read]);
    let at = 0;
    while (pending.length - at >= PREFIX_BYTES) {
      const length = expectLength(pending.readUInt32BE(at + 4));
      if (pending.length - at < length) break;
      onFrame(pending.subarray(at, at + length).readUInt32BE(8));
      at += length;
    }
    pending = pending.subarray(at);
  };
};

/** @type {() => Promise<Start>} */
const bl = async () => {
  const { BufferList } = await import('bl');
  return (onFrame) => {
    const list = new BufferList();
    return (read) => {
      list.append(read);
      while (list.length >= PREFIX_BYTES) {
        const length = expectLength(list.readUInt32BE(4));
        if (list.length < length) break;
        const frame = list.slice(0, length);
        list.consume(length);
        onFrame(frame.readUInt32BE(8));
      }
    };
  };
};

/**
 * @param {'merge' | 'composite'} cumulation
 * @param {boolean} pooled whether reads come in pooled buffers: each is copied into one
 * @returns {() => Promise<Start>}
 */
const rockpool = (cumulation, pooled) => async () => {
  const { ByteBufAllocator, LengthFieldFrameDecoder } = await import('rockpool');
  const allocator = new ByteBufAllocator({ name: 'reads' });
  return (onFrame) => {
    const decoder = new LengthFieldFrameDecoder({
      allocator,
      cumulation,
      maxFrameLength: MAX_FRAME_BYTES,
      lengthFieldOffset: 4,
      lengthFieldLength: 4,
      lengthAdjustment: -PREFIX_BYTES,
    });
    /** @param {import('rockpool').ByteBuf} frame */
    const take = (frame) => {
      onFrame(frame.getUInt32BE(8));
      frame.release();
    };
    if (!pooled) return (read) => decoder.feed(read, take);
    return (read) => decoder.feed(allocator.buffer(read.length).writeBytes(read), take);
  };
};

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<Start>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const contender = (id, label, load) =>
  CASES.map(([name, bytes]) => ({
    kind: 'js',
    id,
    label,
    case: name,
    prepare: async () => {
      const { reads, frames } = record(bytes);
      const start = await load();
      let seen = 0;
      const feed = start((number) => {
        if (number !== seen % frames) throw new Error(`frame ${number} instead of ${seen % frames}`);
        seen++;
      });
      let asked = 0;
      let next = 0;
      return {
        // A read gives as many frames as it gives: what is too much counts for the next run.
        run: (iterations) => {
          asked += iterations;
          while (seen < asked) {
            feed(/** @type {Buffer} */ (reads[next]));
            next = next + 1 === reads.length ? 0 : next + 1;
          }
          return seen;
        },
      };
    },
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'codec-decode',
  title: 'Frames out of a stream',
  about:
    'Frames with their length in a header, in reads of 512 B to 64 KiB that are cut at random, the same ones for every contender. Of each frame its number is read and checked, and it is dropped. “Pooled reads” copies each read into a pooled buffer first, which stands for what a socket does; all others are given theirs, for which Node would have allocated 64 KiB.',
  unit: 'frame',
  cases: CASES.map(([name]) => name),
  contenders: [
    ...contender('rockpool-lent', 'Rockpool, bytes lent', rockpool('merge', false)),
    ...contender('rockpool-pooled', 'Rockpool, pooled reads', rockpool('merge', true)),
    ...contender('rockpool-composite', 'Rockpool, pooled reads, composite', rockpool('composite', true)),
    ...contender('plain', 'Buffer.concat, subarray of the rest a frame', plain),
    ...contender('plain-offset', 'Buffer.concat, subarray of the rest a read', plainOffset),
    ...contender('bl', 'bl', bl),
  ],
  baselines: ['plain', 'plain-offset'],
  targets: [
    { contender: 'rockpool-lent', baseline: 'plain', atMost: 0.33, over: 'every', cases: ['100 B'] },
    { contender: 'rockpool-pooled', baseline: 'plain', atMost: 0.33, over: 'every', cases: ['100 B'] },
  ],
};
