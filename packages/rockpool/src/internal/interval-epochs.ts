/**
 * Epochs by the clock, for pools that do not age with the garbage collector. The timer keeps neither the
 * process nor the listener alive.
 */
import type { Ageable } from './gc-epochs.ts';

/**
 * Calls `listener.age()` every `intervalMs` milliseconds, until the returned function is called or the
 * listener is collected.
 *
 * @returns a function that ends the subscription; idempotent
 */
export function onInterval(listener: Ageable, intervalMs: number): () => void {
  const reference = new WeakRef(listener);
  const timer = setInterval(() => {
    const target = reference.deref();
    if (target === undefined) clearInterval(timer);
    else target.age();
  }, intervalMs);
  (timer as { unref?(): void }).unref?.();
  return () => clearInterval(timer);
}
