/**
 * Rooms and their members. A room is there from its first member to its last, in each gateway by itself: members of
 * other gateways are reached by way of the bus, under the room's name.
 *
 * Members are a dense array, as the fan-out is a loop over it; who leaves is replaced by the last one.
 */
import type { BusSubscription } from '../bus/bus.ts';
import type { Session } from './session.ts';

/** Members of this process. */
export class Room {
  readonly number: number;
  readonly name: string;
  /** To loop over; changed by `add` and `delete` only. */
  readonly members: Session[] = [];
  /** The router's. */
  subscription: BusSubscription | undefined = undefined;
  readonly #places: Map<Session, number> = new Map();

  constructor(number: number, name: string) {
    this.number = number;
    this.name = name;
  }

  has(session: Session): boolean {
    return this.#places.has(session);
  }

  /** Adds a session that is not in it. */
  add(session: Session): void {
    this.#places.set(session, this.members.push(session) - 1);
    session.rooms.add(this);
  }

  /** Takes a session out that is in it. */
  delete(session: Session): void {
    const place = this.#places.get(session) as number;
    const last = this.members.pop() as Session;
    if (last !== session) {
      this.members[place] = last;
      this.#places.set(last, place);
    }
    this.#places.delete(session);
    session.rooms.delete(this);
  }
}

/** All rooms that have members. */
export class Rooms {
  readonly #byName: Map<string, Room> = new Map();
  readonly #byNumber: Map<number, Room> = new Map();
  #numbers = 0;

  get size(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): IterableIterator<Room> {
    return this.#byName.values();
  }

  byNumber(number: number): Room | undefined {
    return this.#byNumber.get(number);
  }

  byName(name: string): Room | undefined {
    return this.#byName.get(name);
  }

  /** Makes a room of a name that none has. */
  open(name: string): Room {
    do {
      this.#numbers = (this.#numbers + 1) >>> 0;
    } while (this.#numbers === 0 || this.#byNumber.has(this.#numbers));
    const room = new Room(this.#numbers, name);
    this.#byName.set(name, room);
    this.#byNumber.set(room.number, room);
    return room;
  }

  /** Forgets a room whose last member left. */
  close(room: Room): void {
    this.#byName.delete(room.name);
    this.#byNumber.delete(room.number);
  }
}
