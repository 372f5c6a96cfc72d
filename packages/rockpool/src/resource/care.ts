/**
 * Calls what a user gave to look after resources: `validate`, `reset`, `destroy`. Each may throw, reject, hang or answer
 * at once; its owner is told once what came of it, and whoever listens of what failed.
 */
import { HookError } from '../internal/hook-error.ts';
import { report } from '../internal/warn.ts';
import type { Deadlines } from './deadlines.ts';
import { runHook } from './hook-run.ts';
import type { Listeners } from './resource-events.ts';
import type { DestroyReason, ResourcePoolSettings } from './resource-pool-options.ts';
import type { PoolTallies } from './resource-stats.ts';

/** Looks after the resources of one pool. */
export class Care<T> {
  readonly #settings: ResourcePoolSettings<T>;
  readonly #deadlines: Deadlines;
  readonly #listeners: Listeners<T>;
  readonly #tallies: PoolTallies;

  constructor(
    settings: ResourcePoolSettings<T>,
    deadlines: Deadlines,
    listeners: Listeners<T>,
    tallies: PoolTallies,
  ) {
    this.#settings = settings;
    this.#deadlines = deadlines;
    this.#listeners = listeners;
    this.#tallies = tallies;
  }

  /** Asks whether a resource works; it does where there is no way to ask. */
  validate(resource: T, then: (sound: boolean) => void): void {
    const { validate, validateTimeoutMs } = this.#settings;
    if (validate === undefined) {
      then(true);
      return;
    }
    this.#tallies.validations++;
    runHook<boolean>(this.#deadlines, validateTimeoutMs, {
      hook: 'validate',
      call: () => validate(resource),
      done: (failure, answer) => {
        const sound = failure === undefined && answer === true;
        if (!sound) this.#tallies.invalid++;
        if (failure !== undefined) this.#failed(resource, 'validate', failure.cause);
        then(sound);
      },
    });
  }

  reset(resource: T, then: (clean: boolean) => void): void {
    const { reset, resetTimeoutMs } = this.#settings;
    if (reset === undefined) {
      then(true);
      return;
    }
    runHook<unknown>(this.#deadlines, resetTimeoutMs, {
      hook: 'reset',
      call: () => reset(resource),
      done: (failure) => {
        if (failure !== undefined) this.#failed(resource, 'reset', failure.cause);
        then(failure === undefined);
      },
    });
  }

  destroy(resource: T, reason: DestroyReason, then: () => void): void {
    const { destroy, destroyTimeoutMs } = this.#settings;
    if (destroy === undefined) {
      then();
      return;
    }
    runHook<unknown>(this.#deadlines, destroyTimeoutMs, {
      hook: 'destroy',
      call: () => destroy(resource, reason),
      done: (failure) => {
        if (failure !== undefined) this.#failed(resource, 'destroy', failure.cause);
        then();
      },
    });
  }

  #failed(resource: T, hook: 'validate' | 'reset' | 'destroy', cause: unknown): void {
    const { name, onError } = this.#settings;
    const error = new HookError('Resource', name, hook, cause);
    this.#tallies.hookFailures++;
    this.#listeners.tell('hookFailed', error, resource);
    report(onError, error, error.code);
  }
}
