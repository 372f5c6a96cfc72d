/** What a pool tells those who listen. */
import type { HookError } from '../internal/hook-error.ts';
import { report } from '../internal/warn.ts';
import type { CreateError, Holder, ResourceTimeoutError } from './resource-errors.ts';
import type { DestroyReason } from './resource-pool-options.ts';

/** The events of a {@link ResourcePool} and what their listeners get. */
export interface ResourcePoolEvents<T> {
  /** A resource is there. */
  create: (resource: T) => void;
  /** One could not be made. It is tried again, or the pool is closed where it was to fail fast. */
  createFailed: (error: CreateError) => void;
  acquire: (resource: T) => void;
  /** It was given back by its holder. */
  release: (resource: T) => void;
  /** It leaves the pool; `destroy` is about to be called. */
  destroy: (resource: T, reason: DestroyReason) => void;
  /** `validate`, `reset` or `destroy` failed; so the resource is, or was, destroyed. */
  hookFailed: (error: HookError, resource: T) => void;
  /** It is held for longer than `leakThresholdMs`. */
  leak: (holder: Holder, resource: T) => void;
  /** One that was reported as a leak came back after all. */
  returned: (holder: Holder, resource: T) => void;
  /** Somebody waited in vain. */
  timeout: (error: ResourceTimeoutError) => void;
  /** Nobody has a resource any more, and nobody will get one. */
  drain: () => void;
  /** All resources are destroyed. */
  close: () => void;
}

/** Name of an event. */
export type ResourcePoolEvent = keyof ResourcePoolEvents<unknown>;

/** The names, for checks. */
export const EVENTS: readonly ResourcePoolEvent[] = [
  'create',
  'createFailed',
  'acquire',
  'release',
  'destroy',
  'hookFailed',
  'leak',
  'returned',
  'timeout',
  'drain',
  'close',
];

type Listener = (...args: never[]) => void;

/** The listeners of one pool. What they throw is reported, and stops nothing. */
export class Listeners<T> {
  readonly #lists = new Map<ResourcePoolEvent, readonly Listener[]>();
  readonly #onError: ((error: unknown) => void) | undefined;
  /** Whether anyone listens for each acquire or release: looked at on the fast path. */
  busy = false;

  constructor(onError: ((error: unknown) => void) | undefined) {
    this.#onError = onError;
  }

  /** A listener that is added while its event is told is not told of it. */
  add<E extends ResourcePoolEvent>(event: E, listener: ResourcePoolEvents<T>[E]): void {
    this.#lists.set(event, [...(this.#lists.get(event) ?? []), listener]);
    this.#look();
  }

  remove<E extends ResourcePoolEvent>(event: E, listener: ResourcePoolEvents<T>[E]): void {
    const list = this.#lists.get(event) ?? [];
    const at = list.lastIndexOf(listener);
    if (at !== -1) this.#lists.set(event, list.toSpliced(at, 1));
    this.#look();
  }

  has(event: ResourcePoolEvent): boolean {
    return (this.#lists.get(event)?.length ?? 0) > 0;
  }

  tell<E extends ResourcePoolEvent>(event: E, ...args: Parameters<ResourcePoolEvents<T>[E]>): void {
    const list = this.#lists.get(event);
    if (list === undefined) return;
    for (const listener of list) {
      try {
        listener(...(args as never[]));
      } catch (error) {
        report(this.#onError, error, 'ROCKPOOL_LISTENER');
      }
    }
  }

  #look(): void {
    this.busy = this.has('acquire') || this.has('release');
  }
}
