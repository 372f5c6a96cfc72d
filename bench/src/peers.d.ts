/** Peers that come without types: what the contenders use of them. */

declare module 'yapool' {
  class YaPool<T> {
    length: number;
    head: { readonly data: T } | null;
    add(item: T): void;
    remove(item: T): void;
  }
  export = YaPool;
}

declare module 'typedarray-pool' {
  const pool: {
    mallocUint8(length: number): Uint8Array;
    freeUint8(array: Uint8Array): void;
  };
  export = pool;
}
