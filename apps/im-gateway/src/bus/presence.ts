/**
 * Who is on which gateway. Each gateway tells all others of its users, and that it is still there; one that falls
 * silent is taken for dead, and its users with it. Nothing is kept by the bus, so a gateway that is new, or whose
 * connection to the bus came back, says hello and is told everything again.
 *
 * Two gateways may give the same name away at the same time. Each sees the other's announcement: the user who took
 * the name first keeps it (the smaller id of a gateway where both did in the same millisecond), and the other one is
 * told `nameLost` and disconnected.
 */
import type { Logger } from 'pino';
import type { Directory, LocalUser } from '../gateway/directory.ts';
import type { Bus, BusSubscription } from './bus.ts';
import { PRESENCE_SUBJECT } from './envelope.ts';
import {
  decodePresence,
  encodePresence,
  type PresenceMessage,
  type PresentUser,
  USERS_A_MESSAGE,
} from './presence-message.ts';

/** A gateway says that it is alive so often, in ms. */
const ALIVE_INTERVAL_MS = 2_000;
/** Silence after which a gateway is taken for dead, in ms: three lost messages and a bit. */
export const DEAD_AFTER_MS = 7_000;

/** What presence needs of its gateway. */
export interface PresenceHost {
  readonly id: string;
  readonly bus: Bus;
  readonly directory: Directory;
  readonly logger: Logger;
  /** A user lost its name to one who had it first; it is out of the directory already. */
  onNameLost(user: LocalUser): void;
}

/** Keeps the users of other gateways in the directory. */
export class Presence {
  readonly #host: PresenceHost;
  /** When each gateway was heard last, on the sweep's clock. */
  readonly #heardMs: Map<string, number> = new Map();
  #subscription: BusSubscription | undefined = undefined;
  #nowMs: number;
  #toldMs: number;

  constructor(host: PresenceHost, nowMs: number) {
    this.#host = host;
    this.#nowMs = nowMs;
    this.#toldMs = nowMs;
  }

  /** Gateways that are known, without this one. */
  get gateways(): number {
    return this.#heardMs.size;
  }

  start(): void {
    const { bus, id } = this.#host;
    this.#subscription = bus.subscribe(PRESENCE_SUBJECT, (payload) => this.#receive(payload));
    bus.onState((state) => {
      if (state !== 'connected' || this.#subscription === undefined) return;
      // Whoever is still there gets its full time to say so.
      for (const gateway of this.#heardMs.keys()) this.#heardMs.set(gateway, this.#nowMs);
      this.#tell({ kind: 'hello', gateway: id });
      this.#tellAll();
    });
    this.#tell({ kind: 'hello', gateway: id });
  }

  /** A user came. */
  joined(user: LocalUser): void {
    this.#tellUsers([user]);
  }

  /** A user went. */
  left(user: LocalUser): void {
    this.#tell({ kind: 'left', gateway: this.#host.id, number: user.number });
  }

  /** Now and then: says that this gateway is alive, and buries those that are not. */
  sweep(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#host.bus.state !== 'connected') return;
    if (nowMs - this.#toldMs >= ALIVE_INTERVAL_MS) {
      this.#toldMs = nowMs;
      this.#tell({ kind: 'alive', gateway: this.#host.id });
    }
    for (const [gateway, heardMs] of this.#heardMs) {
      if (nowMs - heardMs > DEAD_AFTER_MS) {
        this.#host.logger.warn({ gateway }, 'gateway is silent: its users are taken for gone');
        this.#forget(gateway);
      }
    }
  }

  stop(): void {
    this.#tell({ kind: 'bye', gateway: this.#host.id });
    this.#subscription?.end();
    this.#subscription = undefined;
  }

  #receive(payload: Uint8Array): void {
    const message = decodePresence(payload);
    if (message === undefined) {
      this.#host.logger.warn({ bytes: payload.length }, 'presence message not understood');
      return;
    }
    const { gateway } = message;
    if (gateway === this.#host.id) return;
    const known = this.#heardMs.has(gateway);
    this.#heardMs.set(gateway, this.#nowMs);
    switch (message.kind) {
      case 'hello':
        this.#tellAll();
        break;
      case 'alive':
        // One that was taken for dead, or was never met: it has users to tell of.
        if (!known) this.#tell({ kind: 'hello', gateway: this.#host.id });
        break;
      case 'users':
        for (const user of message.users) this.#meet(gateway, user);
        break;
      case 'left':
        for (const user of this.#host.directory.remotes(gateway)) {
          if (user.numberThere === message.number) this.#host.directory.delete(user);
        }
        break;
      case 'bye':
        this.#forget(gateway);
        break;
    }
  }

  #meet(gateway: string, { number, name, sinceMs }: PresentUser): void {
    const { directory, id } = this.#host;
    const present = directory.byName(name);
    if (present?.session !== undefined) {
      const ours = present.sinceMs - sinceMs;
      if (ours < 0 || (ours === 0 && id < gateway)) {
        this.#tellUsers([present]); // so that the other one hears it
        return;
      }
      directory.delete(present);
      this.#host.onNameLost(present);
    } else if (present !== undefined) {
      if (present.gateway === gateway && present.numberThere === number) return;
      directory.delete(present);
    }
    directory.addRemote(name, gateway, number);
  }

  #forget(gateway: string): void {
    this.#heardMs.delete(gateway);
    for (const user of this.#host.directory.remotes(gateway)) this.#host.directory.delete(user);
  }

  #tellAll(): void {
    const users = [...this.#host.directory.locals()];
    for (let i = 0; i < users.length; i += USERS_A_MESSAGE) {
      this.#tellUsers(users.slice(i, i + USERS_A_MESSAGE));
    }
    if (users.length === 0) this.#tell({ kind: 'alive', gateway: this.#host.id });
  }

  #tellUsers(locals: readonly LocalUser[]): void {
    const users = locals.map(({ number, name, sinceMs }) => ({ number, name, sinceMs }));
    this.#tell({ kind: 'users', gateway: this.#host.id, users });
  }

  /** Once stopped it has said bye, and says nothing more: users that leave behind it are known to be gone. */
  #tell(message: PresenceMessage): void {
    if (this.#subscription !== undefined && this.#host.bus.hasPeers)
      this.#host.bus.publish(PRESENCE_SUBJECT, encodePresence(message));
  }
}
