/**
 * The segments of a map: look-ups without a lock, and changes that are each published by one store of one word.
 *
 *     look up   EPOCH ─► slots, and the entries they name ─► EPOCH again: the same? Then nothing that was read has moved
 *     set       room in the arena (USED) ─► the entry ─► PUBLISH(slot)
 *     delete    PUBLISH(slot): deleted
 *     compact   what lives, and a fresh index, into the other half ─► PUBLISH(EPOCH + 1)
 *
 * Whoever dies before the store has changed nothing that anybody reads, and whoever dies behind it has changed it all; what
 * is left is a count that may be off by one, and room that nobody uses until the next compaction. So a lock whose holder
 * died, or was interrupted, is taken over with a count.
 *
 * All methods but `find` want the lock of the segment.
 */
import { load, loadAcquire, loadBehind, peek, poke, store } from '../internal/atomics.ts';
import { FEW_BYTES as FEW } from './copy-bytes.ts';
import { MapFullError } from './map-errors.ts';
import { INT_HEAD, keyBytes, type PreparedKey } from './map-key.ts';
import {
  COUNT,
  DELETED,
  EMPTY,
  ENTRY_HEADER,
  ENTRY_MASK,
  EPOCH,
  FILLED,
  HALVES,
  HASH,
  KEY,
  type MapLayout,
  UNIT,
  USED,
  VALUE,
} from './map-layout.ts';

// What a look-up needs, as constants of this file: V8 folds those, and reads and checks one that is imported at each use.
const NO_ENTRY = EMPTY;
const GONE = DELETED;
const ENTRY = ENTRY_MASK;
const EPOCH_WORD = EPOCH;
const HALVES_WORD = HALVES;
const KEY_WORD = KEY;
const VALUE_WORD = VALUE;
const HEADER_WORDS = ENTRY_HEADER;
const INTEGER = INT_HEAD;
const FEW_BYTES = FEW;
const UNIT_SHIFT: number = Math.log2(UNIT);

/** The bits of a hash that a slot has as well. */
const TAG = ~ENTRY_MASK;

/** The part of the index that may be in use: entries and deleted ones. */
const FULL_SHARE = 0.75;

/** The words of all segments, and what is done with them. */
export class MapSegments {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** Where the slot of the entry is that was found last. */
  slotAt = -1;
  private readonly slots: number;
  private readonly slotMask: number;
  private readonly arenaWords: number;
  private readonly segmentMask: number;
  private readonly segmentBits: number;
  private readonly segmentWords: number;
  private readonly firstSegment: number;
  private readonly halfWords: number;

  constructor(words: Int32Array, layout: MapLayout) {
    const { segments, slots, arenaWords } = layout.geometry;
    this.words = words;
    this.bytes = new Uint8Array(words.buffer, 0, words.byteLength);
    this.slots = slots;
    this.slotMask = slots - 1;
    this.arenaWords = arenaWords;
    this.segmentMask = segments - 1;
    this.segmentBits = 31 - Math.clz32(segments);
    this.segmentWords = layout.segmentWords;
    this.firstSegment = layout.segments;
    this.halfWords = layout.halfWords;
  }

  /** The first word of the segment of a key: what names it below. */
  segmentOf(hash: number): number {
    return this.firstSegment + Math.imul(hash & this.segmentMask, this.segmentWords);
  }

  /** The index of the half in use at an epoch; the arena is behind it. */
  private half(segment: number, epoch: number): number {
    return segment + HALVES_WORD + Math.imul(epoch & 1, this.halfWords);
  }

  /** The epoch of a segment, before reads. */
  epochOf(segment: number): number {
    return loadAcquire(this.words, segment + EPOCH_WORD, 'map-epoch');
  }

  /** Whether nothing moved since the epoch was `epoch`; behind reads. */
  isStill(segment: number, epoch: number): boolean {
    return loadBehind(this.words, segment + EPOCH_WORD, 'map-confirm') === epoch;
  }

  /**
   * Looks a key up; what is found is a hint until {@link isStill} confirms it.
   *
   * @returns the word where its entry begins, or −1; {@link slotAt} is where its slot is then
   */
  find(segment: number, epoch: number, key: PreparedKey): number {
    const { words, slotMask } = this;
    const { hash } = key;
    const index = this.half(segment, epoch);
    const arena = index + slotMask + 1;
    let at = (hash >>> this.segmentBits) & slotMask;
    for (let looked = 0; looked <= slotMask; looked++) {
      const slot = loadAcquire(words, index + at, 'map-slot');
      if (slot === NO_ENTRY) return -1;
      // The tag of a slot is that of the hash: others are not looked at.
      if (((slot ^ hash) & TAG) === 0 && slot !== GONE) {
        const entry = arena + ((slot & ENTRY) << UNIT_SHIFT);
        if (peek(words, entry, 'map-hash') === hash && this.isKey(entry, key)) {
          this.slotAt = index + at;
          return entry;
        }
      }
      at = (at + 1) & slotMask;
    }
    return -1;
  }

  /** Bytes of the value of an entry; not more than an arena has, whatever is read. */
  valueLength(entry: number): number {
    return Math.min(
      peek(this.words, entry + VALUE_WORD, 'map-value-length') & 0x7fffffff,
      this.arenaWords * 4,
    );
  }

  /** The first byte of its value. */
  valueAt(entry: number): number {
    const key = keyBytes(peek(this.words, entry + KEY_WORD, 'map-key'));
    return (entry + HEADER_WORDS + wholeWords(key)) << 2;
  }

  /** A copy of the value of an entry. */
  valueOf(entry: number): Uint8Array {
    const at = this.valueAt(entry);
    return this.bytes.slice(at, at + this.valueLength(entry));
  }

  /** Copies as much of a value as `target` holds. @returns the length of the value */
  copyValue(entry: number, target: Uint8Array): number {
    const length = this.valueLength(entry);
    const at = this.valueAt(entry);
    const { bytes } = this;
    const count = Math.min(length, target.length);
    if (count > FEW_BYTES) target.set(bytes.subarray(at, at + count));
    else for (let i = 0; i < count; i++) target[i] = bytes[at + i] as number;
    return length;
  }

  /** Sets or replaces. @throws {MapFullError} nothing changed */
  set(segment: number, key: PreparedKey, value: Uint8Array): void {
    const { words } = this;
    const size = entryWords(key.byteLength, value.length);
    let epoch = this.epochOf(segment);
    let isNew = this.find(segment, epoch, key) < 0;
    if (!this.hasRoom(segment, size, isNew)) {
      this.compact(segment, epoch, size, isNew);
      epoch = this.epochOf(segment);
      isNew = this.find(segment, epoch, key) < 0;
    }
    const used = load(words, segment + USED, 'map-used');
    store(words, segment + USED, used + size, 'map-reserve');
    const index = this.half(segment, epoch);
    const entry = index + this.slots + used;
    this.writeEntry(entry, key, value);
    const word = (key.hash & TAG) | (used / UNIT);
    if (!isNew) {
      store(words, this.slotAt, word, 'map-publish');
      return;
    }
    const free = this.freeSlot(index, key.hash);
    if (peek(words, free, 'map-free') === EMPTY) {
      store(words, segment + FILLED, load(words, segment + FILLED, 'map-filled') + 1, 'map-fill');
    }
    store(words, free, word, 'map-publish');
    store(words, segment + COUNT, load(words, segment + COUNT, 'map-count') + 1, 'map-count-up');
  }

  /** Deletes the entry that was found last. */
  delete(segment: number): void {
    store(this.words, this.slotAt, DELETED, 'map-delete');
    store(this.words, segment + COUNT, load(this.words, segment + COUNT, 'map-count') - 1, 'map-count-down');
  }

  /** Empties a segment. */
  clear(segment: number): void {
    const epoch = this.epochOf(segment);
    this.emptyIndex(this.half(segment, epoch + 1));
    this.flip(segment, epoch, UNIT, 0);
  }

  /** Counts a segment anew: its last holder died, or was interrupted. */
  recount(segment: number): void {
    const epoch = this.epochOf(segment);
    let count = 0;
    for (const _ of this.liveEntries(segment, epoch)) count++;
    const index = this.half(segment, epoch);
    let filled = 0;
    for (let at = 0; at < this.slots; at++) if (peek(this.words, index + at, 'map-live') !== EMPTY) filled++;
    store(this.words, segment + FILLED, filled, 'map-refill');
    store(this.words, segment + COUNT, count, 'map-recount');
  }

  /** The entries of a segment, in the order of its index. */
  *liveEntries(segment: number, epoch: number): Generator<number, void, undefined> {
    const index = this.half(segment, epoch);
    for (let at = 0; at < this.slots; at++) {
      const slot = loadAcquire(this.words, index + at, 'map-live');
      if (slot !== EMPTY && slot !== DELETED) yield index + this.slots + (slot & ENTRY_MASK) * UNIT;
    }
  }

  /** Words of an entry. */
  wordsOf(entry: number): number {
    const key = keyBytes(peek(this.words, entry + KEY, 'map-key'));
    return entryWords(key, this.valueLength(entry));
  }

  private isKey(entry: number, key: PreparedKey): boolean {
    const { head } = key;
    // No two integers have the same hash.
    return (
      peek(this.words, entry + KEY_WORD, 'map-key') === head &&
      (head === INTEGER || this.hasBytes(entry, key))
    );
  }

  private hasBytes(entry: number, key: PreparedKey): boolean {
    const { bytes } = this;
    const at = (entry + ENTRY_HEADER) * 4;
    for (let i = 0; i < key.byteLength; i++) if (bytes[at + i] !== key.bytes[i]) return false;
    return true;
  }

  /** The entry is nobody's yet: plain writes. */
  private writeEntry(entry: number, key: PreparedKey, value: Uint8Array): void {
    const { words, bytes } = this;
    poke(words, entry + HASH, key.hash, 'map-write');
    poke(words, entry + KEY, key.head, 'map-write');
    poke(words, entry + VALUE, value.length, 'map-write');
    const at = entry + ENTRY_HEADER;
    if (key.head === INTEGER) poke(words, at, key.int, 'map-write');
    else for (let i = 0; i < key.byteLength; i++) bytes[at * 4 + i] = key.bytes[i] as number;
    bytes.set(value, (at + wholeWords(key.byteLength)) * 4);
  }

  private freeSlot(index: number, hash: number): number {
    let at = (hash >>> this.segmentBits) & this.slotMask;
    for (;;) {
      const slot = peek(this.words, index + at, 'map-free');
      if (slot === EMPTY || slot === DELETED) return index + at;
      at = (at + 1) & this.slotMask;
    }
  }

  private hasRoom(segment: number, size: number, isNew: boolean): boolean {
    if (load(this.words, segment + USED, 'map-used') + size > this.arenaWords) return false;
    return !isNew || load(this.words, segment + FILLED, 'map-filled') < this.slots * FULL_SHARE;
  }

  private compact(segment: number, epoch: number, size: number, isNew: boolean): void {
    let live = UNIT;
    let count = 0;
    for (const entry of this.liveEntries(segment, epoch)) {
      live += this.wordsOf(entry);
      count++;
    }
    const slotsLeft = Math.floor(this.slots * FULL_SHARE) - count;
    if (live + size > this.arenaWords || (isNew && slotsLeft <= 0)) {
      const free = slotsLeft <= 0 ? 0 : (this.arenaWords - live) * 4;
      throw new MapFullError(size * 4, free);
    }
    const { words } = this;
    const index = this.half(segment, epoch + 1);
    this.emptyIndex(index);
    let used = UNIT;
    for (const entry of this.liveEntries(segment, epoch)) {
      const length = this.wordsOf(entry);
      words.copyWithin(index + this.slots + used, entry, entry + length);
      const hash = peek(words, entry + HASH, 'map-hash');
      const word = (hash & TAG) | (used / UNIT);
      poke(words, this.freeSlot(index, hash), word, 'map-move');
      used += length;
    }
    this.flip(segment, epoch, used, count);
  }

  /** Of the half that is not in use. */
  private emptyIndex(index: number): void {
    for (let at = 0; at < this.slots; at++) poke(this.words, index + at, EMPTY, 'map-empty');
  }

  private flip(segment: number, epoch: number, used: number, count: number): void {
    // First the epoch: until USED is less, what follows in the new half wastes room; the other way round it would be written
    // over what lives in the old one.
    store(this.words, segment + EPOCH, (epoch + 1) | 0, 'map-flip');
    store(this.words, segment + USED, used, 'map-used-now');
    store(this.words, segment + FILLED, count, 'map-filled-now');
    store(this.words, segment + COUNT, count, 'map-count-now');
  }
}

/** Words of an entry, to a whole unit. */
function entryWords(keyBytes: number, valueBytes: number): number {
  return Math.ceil((ENTRY_HEADER + wholeWords(keyBytes) + wholeWords(valueBytes)) / UNIT) * UNIT;
}

function wholeWords(bytes: number): number {
  return (bytes + 3) >>> 2;
}
