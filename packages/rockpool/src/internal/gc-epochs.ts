/**
 * Notices major garbage collections, so that pools can age with them. Observes, never forces.
 *
 * The observer is a sentinel: an unreachable symbol registered with a FinalizationRegistry. A major collection
 * finds it dead and queues the callback; the callback makes the next sentinel. Minor collections do not touch
 * it, so a program that allocates much and promotes little pays nothing. A symbol, as V8 allocates symbols in
 * its old space: an object is young, and from Node 26 on minor collections clear the cells of young objects,
 * so that each of them would count. The alternative, a PerformanceObserver for 'gc' entries, is called for every
 * scavenge and exists in Node only (docs/adr/0002 has the figures).
 *
 * Several collections within one turn of the event loop count as one epoch: no user could have used the pool
 * in between. Listeners are held weakly, so a pool that is dropped without `close()` is collected.
 */

/** Something that ages. */
export interface Ageable {
  /** Lets one epoch pass. Must not throw. */
  age(): unknown;
}

const listeners = new Set<WeakRef<Ageable>>();
let armed = false;

const registry = new FinalizationRegistry<undefined>(() => {
  armed = false;
  for (const reference of listeners) {
    const listener = reference.deref();
    if (listener === undefined) listeners.delete(reference);
    else listener.age();
  }
  arm();
});

function arm(): void {
  if (armed || listeners.size === 0) return;
  armed = true;
  try {
    registry.register(Symbol('epoch'), undefined);
  } catch {
    // An engine that takes no symbols here; whether it clears young cells in minor collections is not known.
    registry.register({}, undefined);
  }
}

/**
 * Calls `listener.age()` after each major collection, until the returned function is called or the listener
 * itself is collected.
 *
 * @returns a function that ends the subscription; idempotent
 */
export function onMajorGc(listener: Ageable): () => void {
  const reference = new WeakRef(listener);
  listeners.add(reference);
  arm();
  return () => {
    listeners.delete(reference);
  };
}
