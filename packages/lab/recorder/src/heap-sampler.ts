/**
 * Sites that allocate objects: V8's sampling heap profiler, objects that were collected already included.
 *
 * To read it out, V8 collects everything, which also throws away compiled code: a server of 2 s that was read out
 * three times took 30 % more processor time, so that readings are few and far between. Each starts the profiler anew,
 * with another interval: V8 keeps a record of every sample until then, and what it tells of one is its size times its
 * weight, from which only two intervals together give the size (`object-sizes.ts` of the reporter).
 *
 * The collection also takes the scripts whose functions are all gone, as those of a program that has ended: V8 then
 * tells a function without its file. So scripts are listed before the last reading, and positions are remembered from
 * earlier ones; where there was none, the position is left at 0 for the reporter to find.
 *
 * There is one such profiler in an isolate. When the program starts it itself, the recorder lets go of it for good.
 */
import { FRAMES_KEPT, type FrameTable, isLibrary, isNodeInternal } from './program-stack.ts';
import type { FrameRecord, ObjectSiteRecord } from './recording.ts';

/**
 * Bytes: few for programs that allocate little, more for others; of each three that are used in turn. The first three
 * are those that tell most sizes of objects apart (`SAMPLING_INTERVALS` of the reporter), the others primes near their
 * multiples.
 */
const INTERVALS: readonly (readonly number[])[] = [
  [33_287, 60_493, 126_733],
  [266_297, 483_947, 1_013_869],
  [2_130_371, 3_871_549, 8_110_909],
];
/**
 * With more samples a second the next interval is larger, with a sixteenth of it smaller. A sample costs some 11 µs
 * under the stack of a server: this many cost 1.5 %.
 */
const SAMPLES_PER_SECOND = 1400;
const MOST_SITES = 8192;
const DEPTH = 40;
/** In the place of a file, for functions that V8 has built in. */
const BUILT_IN = 'v8:';
/** What Node allocates to tell the recorder of collections. */
const OBSERVERS = 'node:internal/perf/observe';

interface ProfileNode {
  readonly callFrame: {
    readonly functionName: string;
    readonly scriptId: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly id: number;
  readonly children: readonly ProfileNode[];
}

interface Profile {
  readonly head: ProfileNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number }[];
}

interface Session {
  connect(): void;
  disconnect(): void;
  on(event: string, listener: (message: { params: { scriptId: string; url: string } }) => void): void;
  post(method: string, params: object, done: (error: Error | null, result?: unknown) => void): void;
}

interface Site {
  readonly stack: readonly number[];
  /** Samples by interval and told bytes. */
  readonly raw: Map<string, [interval: number, told: number, samples: number]>;
}

/** Samples the heap of one thread. */
export class HeapSampler {
  samples = 0;
  readOutMs = 0;
  /** When it was last read out, in ms since the start of the process; 0: never. */
  untilMs = 0;
  readonly #table: FrameTable;
  readonly #notes: string[];
  readonly #sites = new Map<string, Site>();
  #session: Session | null = null;
  /** Files of scripts, and positions of functions by script and name. */
  readonly #files = new Map<string, string>();
  readonly #positions = new Map<string, FrameRecord>();
  // 1 MB at first: a program that allocates 1.5 GB a second pays 1.5 % for that, and can be told from one that does not
  // only by a reading.
  #size = 1;
  #variant = 2;
  #startedAt = 0;

  constructor(table: FrameTable, notes: string[]) {
    this.#table = table;
    this.#notes = notes;
  }

  start(): void {
    try {
      // Absent where Node was built without it.
      const inspector = require('node:inspector') as { readonly Session: new () => Session };
      this.#giveWay(inspector.Session.prototype);
      this.#session = new inspector.Session();
      this.#session.connect();
      this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
        if (url !== '') this.#files.set(scriptId, url);
      });
      this.#begin();
    } catch (error) {
      this.#release(`Objects are not seen: ${(error as Error).message}.`);
    }
  }

  /** Adds what was sampled since the last call, and goes on, unless it is the last. */
  readOut(last = false): void {
    if (this.#session === null) return;
    const started = performance.now();
    const interval = this.#interval;
    const got = this.#end();
    if (got !== null) {
      this.#adopt(got, interval);
      this.samples += got.samples.length;
      const perSecond = got.samples.length / ((started - this.#startedAt) / 1000);
      if (perSecond > SAMPLES_PER_SECOND) this.#size = Math.min(INTERVALS.length - 1, this.#size + 1);
      else if (perSecond < SAMPLES_PER_SECOND / 16) this.#size = Math.max(0, this.#size - 1);
      this.untilMs = started;
      this.#variant = (this.#variant + 1) % 3;
      if (last) this.#release(null);
      else this.#begin();
    }
    this.readOutMs += performance.now() - started;
  }

  record(): ObjectSiteRecord[] {
    return Array.from(this.#sites.values(), ({ stack, raw }) => ({ stack, raw: [...raw.values()] }));
  }

  /**
   * Remembers which script is which file, for the last reading. V8 tells of all scripts when a debugger comes; it goes
   * at once, and stops nothing.
   */
  listScripts(): void {
    if (this.#session === null) return;
    const started = performance.now();
    this.#post('Debugger.enable', {});
    this.#post('Debugger.disable', {});
    this.readOutMs += performance.now() - started;
  }

  get #interval(): number {
    return INTERVALS[this.#size]?.[this.#variant] as number;
  }

  #begin(): void {
    this.#startedAt = performance.now();
    const error = this.#post('HeapProfiler.startSampling', {
      samplingInterval: this.#interval,
      stackDepth: DEPTH, // newer V8 only; older ones take all
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    }).error;
    if (error !== null) this.#release(`Objects are not seen: ${error.message}.`);
  }

  #end(): Profile | null {
    const { error, result } = this.#post('HeapProfiler.stopSampling', {});
    if (error === null) return (result as { profile: Profile }).profile;
    this.#release('Objects are seen up to where another profiler took over.');
    return null;
  }

  #post(method: string, params: object): { error: Error | null; result: unknown } {
    const answer: { error: Error | null; result: unknown } = { error: null, result: undefined };
    this.#session?.post(method, params, (error, result) => {
      answer.error = error;
      answer.result = result;
    });
    return answer;
  }

  #release(note: string | null): void {
    if (note !== null) this.#notes.push(note);
    const session = this.#session;
    this.#session = null;
    session?.disconnect();
  }

  /** Lets the program have the profiler when it asks for it. */
  #giveWay(prototype: Session): void {
    const { post } = prototype;
    const own = (session: unknown): boolean => session === this.#session;
    const yieldTo = (): void => {
      if (this.#session === null) return;
      this.readOut(true);
      this.#notes.push('Objects are seen up to where the program started the heap profiler itself.');
    };
    prototype.post = function (...args: Parameters<typeof post>) {
      if (args[0] === 'HeapProfiler.startSampling' && !own(this)) yieldTo();
      return post.apply(this, args);
    };
  }

  #adopt(profile: Profile, interval: number): void {
    const told = new Map<number, Map<number, number>>();
    for (const { nodeId, size } of profile.samples) {
      let sizes = told.get(nodeId);
      if (sizes === undefined) {
        sizes = new Map();
        told.set(nodeId, sizes);
      }
      sizes.set(size, (sizes.get(size) ?? 0) + 1);
    }
    this.#walk(profile.head, [], told, interval);
  }

  #walk(
    node: ProfileNode,
    path: ProfileNode[],
    told: ReadonlyMap<number, ReadonlyMap<number, number>>,
    interval: number,
  ): void {
    path.push(node);
    const sizes = told.get(node.id);
    const site = sizes === undefined ? undefined : this.#site(path);
    if (site !== undefined) {
      for (const [size, samples] of sizes as ReadonlyMap<number, number>) {
        const key = `${interval}:${size}`;
        const entry = site.raw.get(key);
        if (entry === undefined) site.raw.set(key, [interval, size, samples]);
        else entry[2] += samples;
      }
    }
    for (const child of node.children) this.#walk(child, path, told, interval);
    path.pop();
  }

  /** The site of a path from the root; undefined for what the recorder allocates. */
  #site(path: readonly ProfileNode[]): Site | undefined {
    const internal: FrameRecord[] = [];
    const own: FrameRecord[] = [];
    let builtin: FrameRecord | undefined;
    let found = false;
    for (let i = path.length - 1; i > 0 && !(own.length >= FRAMES_KEPT && found); i--) {
      const frame = this.#frame(path[i] as ProfileNode);
      if (frame.file.includes(__dirname) || frame.file === OBSERVERS) return undefined;
      if (frame.file === BUILT_IN) {
        if (i === path.length - 1) builtin = frame;
      } else if (!isNodeInternal(frame.file)) {
        const ours = !isLibrary(frame.file);
        if (own.length < FRAMES_KEPT || ours) own.push(frame);
        found ||= ours;
      } else if (own.length === 0) internal.push(frame);
    }
    const inner =
      own.length === 0 ? internal.slice(0, FRAMES_KEPT) : internal.length === 0 ? [] : [internal.at(-1)];
    const frames = [builtin, ...inner, ...own].filter((frame) => frame !== undefined);
    const stack = frames.map((frame) => this.#table.add(frame));
    const key = stack.join();
    let site = this.#sites.get(key);
    if (site === undefined && this.#sites.size < MOST_SITES) {
      site = { stack, raw: new Map() };
      this.#sites.set(key, site);
    }
    return site;
  }

  #frame({ callFrame }: ProfileNode): FrameRecord {
    const { url, functionName, lineNumber, columnNumber, scriptId } = callFrame;
    const key = `${scriptId}:${functionName}`;
    if (scriptId === '0') return { file: BUILT_IN, functionName, line: 0, column: 0 };
    if (lineNumber >= 0) {
      const frame = { file: url, functionName, line: lineNumber + 1, column: columnNumber + 1 };
      if (url !== '') this.#positions.set(key, frame);
      return frame;
    }
    return (
      this.#positions.get(key) ?? { file: this.#files.get(scriptId) ?? '', functionName, line: 0, column: 0 }
    );
  }
}
