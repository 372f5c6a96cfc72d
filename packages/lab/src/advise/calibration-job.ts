/** What a calibration measures, as the parent sends it and the child answers. */

/** How a site makes what it makes. */
export type Maker =
  | 'Buffer.alloc'
  | 'Buffer.allocUnsafe'
  | 'Buffer.allocUnsafeSlow'
  | 'Buffer.from'
  | 'ArrayBuffer'
  | 'array';

/** Bytes, from an allocator against fresh ones. */
export interface BytesJob {
  readonly kind: 'bytes';
  readonly maker: Maker;
  /** Of the typed array, where `maker` is `array`. */
  readonly constructorName: string;
  /** Sizes in bytes, each as often as the site has it; at most 64. */
  readonly sizes: readonly number[];
  /** How many are alive at a time. */
  readonly held: number;
}

/** Typed arrays of one size, from a `Pool`. */
export interface ArrayJob {
  readonly kind: 'array';
  readonly constructorName: string;
  readonly bytes: number;
  readonly held: number;
}

/** Objects with so many fields, from a `Pool` with a reset. */
export interface ObjectJob {
  readonly kind: 'object';
  readonly shape: 'fields' | 'elements' | 'map' | 'set';
  /** Fields, or elements. */
  readonly length: number;
  readonly held: number;
}

/** What the watching itself costs. */
export interface WatchJob {
  readonly kind: 'watch';
}

export type Job = BytesJob | ArrayJob | ObjectJob | WatchJob;

/** Per operation: make, touch, and let go. */
export interface Cost {
  /** Processor time, collections included, of all threads. */
  readonly cpuNs: number;
  /** Of that, pauses in collections. */
  readonly gcNs: number;
}

/** Answer to all jobs but `watch`. */
export interface Costs {
  readonly fresh: Cost;
  readonly pooled: Cost;
}

/** Answer to `watch`. */
export interface WatchCosts {
  /** Per call through a wrapper of Buffer, and of a constructor. */
  readonly callNs: number;
  /** Per sample of V8's heap profiler. */
  readonly heapSampleNs: number;
}
