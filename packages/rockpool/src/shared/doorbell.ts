/**
 * Waiting for another thread: a word that is 1 while somebody sleeps on it.
 *
 *     sleeper   store 1 ─► look once more ─► wait while it is 1, for a slice at most
 *     ringer    publish ─► is it 1? ─► exchange for 0, and wake all
 *
 * Either the sleeper sees what was published, or the ringer sees the 1. A wake-up can still be lost: with a thread that is
 * terminated between the exchange and the call. So everybody who sleeps is woken, and
 * looks again by itself after {@link SLICE_MS}.
 */
import { compareExchange, loadAcquire, notify, store, wait } from '../internal/atomics.ts';

/** The longest sleep without a look, in milliseconds. */
export const SLICE_MS = 50;

/** Wakes who sleeps, if anybody does. What was published before this was by an atomic write. */
export function ring(words: Int32Array, bell: number): void {
  if (loadAcquire(words, bell, 'bell-look') === 1) wakeAll(words, bell);
}

/** Wakes who sleeps. */
export function wakeAll(words: Int32Array, bell: number): void {
  if (compareExchange(words, bell, 1, 0, 'bell-take') === 1) notify(words, bell, 'bell-notify');
}

/**
 * Sleeps until the bell rings, or for a slice; not at all if `isReady`.
 *
 * @throws TypeError on a browser's main thread, which may not block
 */
export function sleep(words: Int32Array, bell: number, isReady: () => boolean, ms: number): void {
  store(words, bell, 1, 'bell-set');
  if (isReady()) return;
  wait(words, bell, 1, Math.min(ms, SLICE_MS), 'bell-wait');
}

/** As {@link sleep}, without blocking the thread. Does not keep the process alive. */
export async function sleepAsync(
  words: Int32Array,
  bell: number,
  isReady: () => boolean,
  ms: number,
): Promise<void> {
  store(words, bell, 1, 'bell-set');
  if (isReady()) return;
  await waitForChange(words, bell, 1, Math.min(ms, SLICE_MS));
}

/** Until the word is no longer `value`, or for so long. */
export async function waitForChange(
  words: Int32Array,
  index: number,
  value: number,
  ms: number,
): Promise<void> {
  const { waitAsync } = Atomics as unknown as { waitAsync?: WaitAsync };
  if (waitAsync !== undefined) {
    await waitAsync.call(Atomics, words, index, value, ms).value;
    return;
  }
  await new Promise<void>((resolve) => {
    const timer: unknown = setTimeout(resolve, Math.min(ms, POLL_MS));
    (timer as { unref?: () => void }).unref?.();
  });
}

/** Where there is no `Atomics.waitAsync`. */
const POLL_MS = 2;

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number,
) => { readonly value: unknown };
