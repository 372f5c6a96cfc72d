/**
 * Keys as a map stores them: a kind, bytes and a hash. 1, '1' and the byte 49 are three keys.
 *
 * A key is prepared into the fields of one object a thread, so that looking up an integer allocates nothing.
 */
import { ArgumentRangeError } from '../buffer/index.ts';
import { ArgumentTypeError } from '../internal/errors.ts';

/** What a map takes as a key. */
export type SharedMapKey = string | number | Uint8Array;

/** Integers of 32 bits; larger ones as a double; UTF-8; bytes. */
const INT_KEY = 0;
const DOUBLE_KEY = 1;
const STRING_KEY = 2;
const BYTES_KEY = 3;

const KIND_SHIFT = 30;
const LENGTH: number = (1 << KIND_SHIFT) - 1;
const INTEGER: number = (INT_KEY << KIND_SHIFT) | 4;
/** Kind and bytes of all integers of 32 bits. */
export const INT_HEAD: number = INTEGER;

/** The key that is being looked up. */
export class PreparedKey {
  hash = 0;
  /** Kind and bytes, as in an entry. */
  head = 0;
  /** The integer, if `head` is {@link INT_HEAD}. */
  int = 0;
  /** The bytes of any other; the first `byteLength` of them. */
  bytes: Uint8Array = new Uint8Array(64);
  /** Bytes of the key. */
  get byteLength(): number {
    return keyBytes(this.head);
  }

  private readonly double = new Float64Array(1);
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();

  /** @throws {ArgumentTypeError} @throws {ArgumentRangeError} a number that is no safe integer */
  prepare(key: SharedMapKey): void {
    if (typeof key === 'number' && (key | 0) === key) {
      this.int = key | 0;
      this.head = INTEGER;
      this.hash = mix(key | 0);
    } else {
      this.prepareOther(key);
    }
  }

  private prepareOther(key: SharedMapKey): void {
    if (typeof key === 'number') {
      if (!Number.isSafeInteger(key)) {
        throw new ArgumentRangeError('use key', 'key', 'a string, bytes or a safe integer', key);
      }
      this.double[0] = key;
      this.take(DOUBLE_KEY, new Uint8Array(this.double.buffer), 8);
    } else if (typeof key === 'string') {
      if (this.bytes.length < 3 * key.length) this.bytes = new Uint8Array(3 * key.length);
      this.finish(STRING_KEY, this.encoder.encodeInto(key, this.bytes).written);
    } else if (key instanceof Uint8Array) {
      this.take(BYTES_KEY, key, key.length);
    } else {
      throw new ArgumentTypeError('use key', 'key', 'a string, bytes or a safe integer', key);
    }
  }

  /** The key of an entry. */
  read(head: number, words: Int32Array, memory: Uint8Array, at: number): SharedMapKey {
    const kind = head >>> KIND_SHIFT;
    if (kind === INT_KEY) return words[at] as number;
    const bytes = memory.slice(at * 4, at * 4 + (head & LENGTH));
    if (kind === STRING_KEY) return this.decoder.decode(bytes);
    if (kind === BYTES_KEY) return bytes;
    return new Float64Array(bytes.buffer)[0] as number;
  }

  private take(kind: number, bytes: Uint8Array, length: number): void {
    if (this.bytes.length < length) this.bytes = new Uint8Array(length);
    this.bytes.set(bytes);
    this.finish(kind, length);
  }

  private finish(kind: number, length: number): void {
    this.head = (kind << KIND_SHIFT) | length;
    this.hash = hashBytes(this.bytes, length);
  }
}

/** Bytes of a key, of its entry's word. */
export function keyBytes(head: number): number {
  return head & LENGTH;
}

/**
 * A finaliser that changes half of all bits for each bit of an integer (the murmur3 family). Each step can be undone, so
 * that no two integers have the same hash.
 */
const mix = (key: number): number => {
  let hash = key;
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return hash ^ (hash >>> 16);
};

/** FNV-1a, finished by {@link mix}. */
function hashBytes(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return mix(hash);
}
