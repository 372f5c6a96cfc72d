/**
 * Makes resources: each with a limit of time and a signal that says when it is over; after a failure with growing
 * pauses, and then one at a time until one succeeds. So a server that is down is asked by one connection every few
 * seconds, whoever many wait, and one that is up again gets them all at once.
 *
 *     working ── a creation that began in this state fails ──► pausing ── time over ──► probing (one creation at most)
 *        ▲                                                        ▲                        │ fails
 *        └──────────────────────────────────────────── succeeds ──┴────────────────────────┘
 */
import { BackOff, type BackOffSettings } from './back-off.ts';
import { Deadline, type Deadlines } from './deadlines.ts';
import { type Failure, type HookRun, runHook } from './hook-run.ts';
import { CreateError } from './resource-errors.ts';

/** Who wants the resources. */
export interface MakerOwner<T> {
  /** One is there; it took so many milliseconds. */
  made(resource: T, tookMs: number): void;
  failed(error: CreateError): void;
  /** The pause is over. */
  resumed(): void;
  /** One came after its time was over: nobody waits for it. */
  late(resource: T): void;
}

/** What a maker is set up with. */
export interface MakerSettings<T> {
  readonly name: string;
  readonly create: (signal: AbortSignal) => T | PromiseLike<T>;
  readonly createTimeoutMs: number;
  readonly retry: BackOffSettings;
}

interface Creation<T> {
  readonly controller: AbortController;
  run: HookRun<T> | undefined;
}

/** Makes the resources of one pool. */
export class Maker<T> extends Deadline {
  readonly #owner: MakerOwner<T>;
  readonly #settings: MakerSettings<T>;
  readonly #deadlines: Deadlines;
  readonly #backOff: BackOff;
  readonly #creations = new Set<Creation<T>>();
  /** Failures in a row, of creations that began after the one before had failed. */
  #failures = 0;
  #pausing = false;
  #lastError: CreateError | undefined = undefined;

  constructor(owner: MakerOwner<T>, settings: MakerSettings<T>, deadlines: Deadlines, seed: number) {
    super();
    this.#owner = owner;
    this.#settings = settings;
    this.#deadlines = deadlines;
    this.#backOff = new BackOff(settings.retry, seed);
  }

  /** Creations that are under way. */
  get creating(): number {
    return this.#creations.size;
  }

  /** Whether another creation may begin now. */
  get willing(): boolean {
    return this.#failures === 0 || (!this.#pausing && this.#creations.size === 0);
  }

  /** Why the last creation failed; undefined when one has succeeded since. */
  get lastError(): CreateError | undefined {
    return this.#lastError;
  }

  /** Begins one creation. */
  make(): void {
    const creation: Creation<T> = { controller: new AbortController(), run: undefined };
    const streak = this.#failures;
    const began = performance.now();
    this.#creations.add(creation);
    const { create, createTimeoutMs } = this.#settings;
    creation.run = runHook<T>(this.#deadlines, createTimeoutMs, {
      hook: 'create',
      // A function that gives its resource at once is no exception: nothing is handed out within `acquire`.
      call: () => Promise.resolve(create(creation.controller.signal)),
      done: (failure, value) => {
        this.#creations.delete(creation);
        if (failure !== undefined) this.#failed(creation, streak, failure);
        else if (value === undefined || value === null) this.#failed(creation, streak, nothing(value));
        else {
          // One that began before the last failure says nothing about what is now.
          if (streak === this.#failures) {
            this.#failures = 0;
            this.#lastError = undefined;
            this.#endPause();
          }
          this.#owner.made(value, performance.now() - began);
        }
      },
      late: (value) => {
        if (value !== undefined && value !== null) this.#owner.late(value);
      },
    });
  }

  /** Tells all creations to end, and waits no longer than `timeoutMs` for them. */
  abort(reason: unknown, timeoutMs: number): void {
    this.#endPause();
    for (const { controller, run } of this.#creations) {
      controller.abort(reason);
      run?.hurry(timeoutMs);
    }
  }

  /** Ends a pause before its time. */
  retryNow(): void {
    if (!this.#pausing) return;
    this.#endPause();
    this.#owner.resumed();
  }

  override expire(): void {
    this.#pausing = false;
    this.#owner.resumed();
  }

  #failed({ controller }: Creation<T>, streak: number, { cause }: Failure): void {
    // Of ten that began together and fail together, one counts.
    if (streak === this.#failures) {
      this.#failures++;
      this.#pausing = true;
      this.#deadlines.remove(this);
      this.#deadlines.add(this, this.#backOff.after(this.#failures), performance.now());
    }
    const error = new CreateError(this.#settings.name, this.#failures, cause);
    this.#lastError = error;
    controller.abort(error);
    this.#owner.failed(error);
  }

  #endPause(): void {
    this.#pausing = false;
    this.#deadlines.remove(this);
  }
}

function nothing(value: unknown): Failure {
  return { cause: new TypeError(`create must give a resource: it gave ${String(value)}`) };
}
