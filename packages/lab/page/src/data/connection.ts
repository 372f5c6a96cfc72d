/**
 * The stream of snapshots, and how it stands with it.
 *
 *     connecting ─► live ◄─► silent        nothing comes, though the connection stands
 *          │          ▲
 *          ├─► lost ──┤                    this page's server is gone; the browser tries again
 *          ├─► unreachable ──┤             the server cannot reach the process; it tries again
 *          └─► refused ──────┘             what comes is not for this page
 */
import type { Snapshot } from '@rockpool/metrics';

/** Version of the snapshots that this page draws; `SNAPSHOT_VERSION` there. */
const VERSION = 1;
/** Milliseconds to the next try where the browser makes none: the server answered with something else. */
const RETRY_MS = 2000;
const LOOK_MS = 1000;
/** Milliseconds without a snapshot that are none of the interval's doing. */
const SILENT_MS = 5000;

export type State = 'connecting' | 'live' | 'silent' | 'lost' | 'unreachable' | 'refused';

/** Who is told. */
export interface ConnectionUser {
  onSnapshot(snapshot: Snapshot): void;
  onState(state: State, text: string): void;
  /** What is watched, where the relay tells. */
  onTarget(url: string): void;
  /** Milliseconds between snapshots. */
  intervalMs(): number;
}

/** Listens for as long as the page lives. */
export class Connection {
  readonly #url: string;
  readonly #user: ConnectionUser;
  #lastMs = 0;
  #state: State | undefined;
  #text = '';

  constructor(url: string, user: ConnectionUser) {
    this.#url = url;
    this.#user = user;
    this.#tell('connecting', 'connecting');
    this.#open();
    setInterval(() => this.#look(), LOOK_MS);
  }

  #open(): void {
    const source = new EventSource(this.#url);
    source.addEventListener('snapshot', ({ data }) => this.#take(data));
    source.addEventListener('source', ({ data }) => this.#hear(data));
    source.addEventListener('error', () => {
      this.#tell('lost', 'connection lost, retrying');
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), RETRY_MS);
    });
  }

  #take(data: string): void {
    const snapshot = parse(data) as Snapshot | undefined;
    if (snapshot?.version !== VERSION) {
      const which = snapshot?.version === undefined ? 'something else' : `version ${snapshot.version}`;
      this.#tell(
        'refused',
        `this page draws version ${VERSION} of the figures, the process sends ${which}: ` +
          'use the same release of Rockpool on both sides',
      );
      return;
    }
    this.#lastMs = performance.now();
    this.#user.onSnapshot(snapshot);
    this.#tell('live', 'live');
  }

  #hear(data: string): void {
    const { state, url, message } = (parse(data) ?? {}) as Record<string, unknown>;
    if (typeof url === 'string') this.#user.onTarget(url);
    if (state === 'connected') {
      this.#tell('connecting', 'connected, waiting for figures');
    } else if (state === 'lost') {
      const why = typeof message === 'string' ? `: ${message}` : '';
      const who = typeof url === 'string' && url !== '' ? url : 'the process';
      this.#tell('unreachable', `lost ${who}${why}; trying again`);
    }
  }

  #look(): void {
    const silent = performance.now() - this.#lastMs > Math.max(SILENT_MS, 3 * this.#user.intervalMs());
    if (this.#state === 'live' && silent) {
      this.#tell('silent', 'connected, but the process has sent nothing for a while');
    }
  }

  #tell(state: State, text: string): void {
    if (state === this.#state && text === this.#text) return;
    this.#state = state;
    this.#text = text;
    this.#user.onState(state, text);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
