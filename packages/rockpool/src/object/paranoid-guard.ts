/**
 * The guard of the level `paranoid`: what `strict` does, and
 * - every checkout and every put is recorded with its stack;
 * - users get a stand-in that stops working when the item is put, so that each use after put throws at once
 *   (ordinary objects, Maps and Sets; typed arrays and ArrayBuffers are handed out as they are, since native
 *   functions do not take a stand-in);
 * - idle items are compared with what they were when they were put, so that late writes are found;
 * - each reset is audited against a fresh item;
 * - items are reused as late as possible, the oldest first.
 */
import { CapturedStack } from '../internal/stack.ts';
import type { LeakDetector } from '../leak/leak-detector.ts';
import type { Callable } from './guard.ts';
import { DirtyResetError, DoublePutError, UseAfterPutError } from './pool-errors.ts';
import { auditReset } from './reset-audit.ts';
import { type StandIn, standInFor } from './stand-in.ts';
import { StrictGuard } from './strict-guard.ts';

/** Bytes of a typed array that are compared; the rest of a longer one is not. */
const COMPARED_BYTES = 1024 * 1024;

/** What is kept of an idle item. */
interface PutRecord {
  readonly stack: CapturedStack;
  /** The bytes of a typed array when it was put, up to COMPARED_BYTES. */
  readonly bytes: Uint8Array | undefined;
}

/** Every check there is. Owner: one pool. */
export class ParanoidGuard<T extends object> extends StrictGuard<T> {
  readonly #create: () => T;
  readonly #puts = new WeakMap<T, PutRecord>();
  readonly #standIns = new WeakMap<T, StandIn<T>>();
  /** From stand-in to item. */
  readonly #items = new WeakMap<T, T>();
  /** From stand-in to the put that ended it. */
  readonly #endings = new WeakMap<T, CapturedStack>();
  #fresh: T | undefined = undefined;

  /** @param create makes the item that resets are compared with, once, at the first put */
  constructor(pool: string, detector: LeakDetector, onLost: () => void, create: () => T) {
    super(pool, detector, onLost);
    this.#create = create;
  }

  override checkOut(item: T, below: Callable): T {
    super.checkOut(item, below);
    this.#puts.delete(item);
    if (isRawMemory(item)) return item;
    const standIn = standInFor(item);
    this.#standIns.set(item, standIn);
    this.#items.set(standIn.proxy, item);
    return standIn.proxy;
  }

  override checkIn(handed: T, below: Callable): T {
    // The item may be out again with another user, whose checkout an old stand-in must not end.
    const ending = this.#endings.get(handed);
    if (ending !== undefined) throw new DoublePutError(this.pool, ending.text);
    const item = super.checkIn(this.#items.get(handed) ?? handed, below);
    const stack = new CapturedStack(below);
    if (item !== handed) this.#endings.set(handed, stack);
    this.#puts.set(item, { stack, bytes: undefined });
    this.#standIns.get(item)?.revoke((access) => new UseAfterPutError(this.pool, access, stack.text));
    return item;
  }

  override inspect(item: T, wasReset: boolean): Error | undefined {
    const put = this.#puts.get(item) as PutRecord;
    if (ArrayBuffer.isView(item)) this.#puts.set(item, { stack: put.stack, bytes: bytesOf(item).slice() });
    if (!wasReset) return undefined;
    this.#fresh ??= this.#create();
    const paths = auditReset(item, this.#fresh);
    return paths.length === 0 ? undefined : new DirtyResetError(this.pool, paths);
  }

  override recheck(item: T): Error | undefined {
    const put = this.#puts.get(item);
    if (put?.bytes === undefined) return undefined;
    const now = bytesOf(item as ArrayBufferView);
    const at = put.bytes.findIndex((byte, i) => byte !== now[i]);
    if (at === -1) return undefined;
    return new UseAfterPutError(this.pool, `byte ${at} was written`, put.stack.text, [`[${at}]`]);
  }

  override pick(_count: number): number {
    return 0;
  }

  protected override firstPut(item: T): string {
    return this.#puts.get(item)?.stack.text ?? '';
  }

  protected override recordsStack(): boolean {
    return true;
  }
}

function isRawMemory(item: object): boolean {
  return (
    ArrayBuffer.isView(item) ||
    item instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === 'function' && item instanceof SharedArrayBuffer)
  );
}

/** Empty where the buffer was transferred away. */
function bytesOf(view: ArrayBufferView): Uint8Array {
  if (view.byteLength === 0) return new Uint8Array(0);
  return new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, COMPARED_BYTES));
}
