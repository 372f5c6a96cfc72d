/**
 * Who is there: users by name and by number.
 *
 * Names are the same everywhere, numbers are this gateway's own: a user of another gateway gets one here as well when
 * it becomes known, so that clients address all users alike and gateways need not agree on numbers. A number
 * is good as long as its user is there, and is not used again for a long time.
 *
 *     LocalUser   name, number, session
 *     RemoteUser  name, number here, gateway, number there
 */
import type { Session } from './session.ts';

/** A user of this gateway. */
export interface LocalUser {
  readonly name: string;
  readonly number: number;
  readonly session: Session;
  /** When the name was taken, ms since 1970: of two gateways the earlier one keeps it. */
  readonly sinceMs: number;
}

/** A user of another gateway. */
export interface RemoteUser {
  readonly name: string;
  readonly number: number;
  readonly session: undefined;
  readonly gateway: string;
  readonly numberThere: number;
}

export type User = LocalUser | RemoteUser;

/** All users that are known. */
export class Directory {
  readonly #byName: Map<string, User> = new Map();
  readonly #byNumber: Map<number, User> = new Map();
  #numbers = 0;
  #locals = 0;

  /** Users of this gateway, and of others. */
  get size(): { readonly local: number; readonly remote: number } {
    return { local: this.#locals, remote: this.#byName.size - this.#locals };
  }

  byNumber(number: number): User | undefined {
    return this.#byNumber.get(number);
  }

  byName(name: string): User | undefined {
    return this.#byName.get(name);
  }

  /** Enters a user of this gateway under a name that nobody has. */
  addLocal(name: string, session: Session, sinceMs: number): LocalUser {
    const user: LocalUser = { name, number: this.#nextNumber(), session, sinceMs };
    this.#enter(user);
    this.#locals++;
    return user;
  }

  /** Enters a user of another gateway under a name that nobody has. */
  addRemote(name: string, gateway: string, numberThere: number): RemoteUser {
    const user: RemoteUser = { name, number: this.#nextNumber(), session: undefined, gateway, numberThere };
    this.#enter(user);
    return user;
  }

  delete(user: User): void {
    if (this.#byNumber.get(user.number) !== user) return;
    this.#byNumber.delete(user.number);
    this.#byName.delete(user.name);
    if (user.session !== undefined) this.#locals--;
  }

  /** The users of this gateway. */
  *locals(): Generator<LocalUser> {
    for (const user of this.#byNumber.values()) if (user.session !== undefined) yield user;
  }

  /** The users of another gateway. */
  *remotes(gateway?: string): Generator<RemoteUser> {
    for (const user of this.#byNumber.values()) {
      if (user.session === undefined && (gateway === undefined || user.gateway === gateway)) yield user;
    }
  }

  #enter(user: User): void {
    this.#byName.set(user.name, user);
    this.#byNumber.set(user.number, user);
  }

  #nextNumber(): number {
    do {
      this.#numbers = (this.#numbers + 1) >>> 0;
    } while (this.#numbers === 0 || this.#byNumber.has(this.#numbers));
    return this.#numbers;
  }
}
