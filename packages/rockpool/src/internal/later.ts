/** Runs `work` once, in a later turn of the event loop, without keeping the process alive for it. */
export function runLater(work: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(work).unref?.();
  else (setTimeout(work, 0) as { unref?(): void }).unref?.();
}
