/**
 * The idle items of a pool: two generations of stacks, and the bytes charged for them.
 *
 *     get ◄── live (LIFO, warm in cache) ◄── put
 *               │ an epoch passes
 *               ▼
 *     get ◄── victims ──► dropped at the next epoch, but for the floor
 *
 * The structure of Go's sync.Pool without its shards: JavaScript objects do not cross isolates, so each
 * worker has its own pool and there is nobody to steal from. Ageing exchanges two arrays and never walks
 * the items. Policy (when to age, what to refuse) lives in `pool.ts`.
 *
 * Invariants: `count = live count + victims.count`, `room = min(allowed, limit − victims.count)`,
 * `bytes = Σ charges of both`, and every array element at or above its generation's count is undefined, so that
 * nothing that was handed out is retained.
 */

/** One generation of idle items. `charges` runs beside `items` if the pool is sized, else it stays empty. */
class Generation<T> {
  readonly items: (T | undefined)[];
  readonly charges: number[];
  count: number;
  bytes: number;

  constructor(items: (T | undefined)[], charges: number[], count: number, bytes: number) {
    this.items = items;
    this.charges = charges;
    this.count = count;
    this.bytes = bytes;
  }

  static empty<T>(): Generation<T> {
    return new Generation<T>([], [], 0, 0);
  }
}

/** Items that left the stack together. */
export interface Dropped<T> {
  readonly items: T[];
  readonly bytes: number;
}

/**
 * Idle items in two generations. Owner: one pool.
 */
export class IdleStack<T> {
  // The live generation of an unsized stack is these two fields, not a Generation: two loads fewer at each push
  // and pop, 17 against 10 ns for a pair (Node 20.20, `npm run bench pool-burst`).
  #items: (T | undefined)[] = [];
  #count = 0;
  #charges: number[] = [];
  #bytes = 0;
  #victims = Generation.empty<T>();
  /** min(allowed, limit − victims.count): live items that `tryPush` brings the stack to. */
  #room: number;
  #allowed: number;
  #limit: number;
  readonly #sized: boolean;

  /**
   * @param limit most items that `tryPush` brings the stack to
   * @param sized whether items are pushed with a charge
   */
  constructor(limit: number, sized: boolean) {
    this.#limit = limit;
    this.#allowed = limit;
    this.#room = limit;
    this.#sized = sized;
  }

  /** Items in both generations. */
  get count(): number {
    return this.#count + this.#victims.count;
  }

  /** Items that came since the last epoch. */
  get liveCount(): number {
    return this.#count;
  }

  /** Items that the next epoch drops. */
  get victimCount(): number {
    return this.#victims.count;
  }

  /** Charges of both generations. */
  get bytes(): number {
    return this.#bytes + this.#victims.bytes;
  }

  /** Charges of the live items. */
  get liveBytes(): number {
    return this.#bytes;
  }

  /** Sets the limit, and allows as many live items. Nothing is dropped. */
  resize(limit: number): void {
    this.#limit = limit;
    this.allow(limit);
  }

  /** Has `tryPush` refuse from `count` live items on, where the limit is higher; 0 or less: always. */
  allow(count: number): void {
    this.#allowed = count;
    this.#setRoom();
  }

  /** The item that the next `pop` gives, if it is live. */
  peek(): T | undefined {
    return this.#count > 0 ? this.#items[this.#count - 1] : undefined;
  }

  /** Makes `item` the youngest of an unsized stack, unless the stack is full or `item` is the youngest already. */
  tryPush(item: T): boolean {
    const top = this.#count;
    const items = this.#items;
    if (top >= this.#room || (top > 0 && items[top - 1] === item)) return false;
    items[top] = item;
    this.#count = top + 1;
    return true;
  }

  /** Makes `item` the youngest, however full the stack is. `charge` in bytes; 0 where it is not sized. */
  push(item: T, charge: number): void {
    const top = this.#count;
    this.#items[top] = item;
    this.#count = top + 1;
    if (this.#sized) {
      this.#charges[top] = charge;
      this.#bytes += charge;
    }
  }

  /** Takes the youngest item of an unsized stack if that is live. */
  popLive(): T | undefined {
    const top = this.#count - 1;
    if (top < 0) return undefined;
    const items = this.#items;
    const item = items[top];
    items[top] = undefined;
    this.#count = top;
    return item;
  }

  /** Takes the youngest live item, else the youngest victim. */
  pop(): T | undefined {
    const item = this.popLive();
    if (item === undefined) return this.popVictim();
    if (this.#sized) this.#bytes -= this.#charges[this.#count] as number;
    return item;
  }

  /** Takes the youngest victim, to make room for a younger item. */
  popVictim(): T | undefined {
    const victims = this.#victims;
    const top = victims.count - 1;
    if (top < 0) return undefined;
    const item = victims.items[top];
    victims.items[top] = undefined;
    victims.count = top;
    this.#setRoom();
    if (this.#sized) victims.bytes -= victims.charges[top] as number;
    return item;
  }

  /**
   * Takes the item at `index` of all idle ones, 0 the oldest; the others keep their order. For the checking
   * levels and the chaos mode.
   *
   * Cost: O(count), a memmove.
   *
   * @param index 0 ≤ index < count
   */
  takeAt(index: number): T {
    const victims = this.#victims;
    if (index < victims.count) {
      victims.count--;
      this.#setRoom();
      if (this.#sized) victims.bytes -= removeAt(victims.charges, index);
      return removeAt(victims.items, index) as T;
    }
    const at = index - victims.count;
    this.#count--;
    if (this.#sized) this.#bytes -= removeAt(this.#charges, at);
    return removeAt(this.#items, at) as T;
  }

  /**
   * Lets one epoch pass: victims are dropped, live items become victims. At least
   * `min(floor, count)` items stay, the youngest victims among them.
   *
   * Cost: O(1), plus O(floor) while fewer than `floor` items are live.
   */
  age(floor: number): Dropped<T> {
    const old = this.#victims;
    const live = this.#takeLive();
    const kept = Math.min(old.count, Math.max(0, floor - live.count));
    this.#setVictims(kept === 0 ? live : this.#join(split(old, old.count - kept, this.#sized), live));
    return dropped(old);
  }

  /** Drops items, the oldest first, until at most `keep` are left. */
  shrink(keep: number): Dropped<T> {
    const surplus = Math.max(0, this.count - keep);
    const fromVictims = Math.min(surplus, this.#victims.count);
    const oldest = this.#victims;
    this.#setVictims(split(oldest, fromVictims, this.#sized));
    if (surplus === fromVictims) return dropped(oldest);
    const live = this.#takeLive();
    const rest = split(live, surplus - fromVictims, this.#sized);
    this.#items = rest.items;
    this.#charges = rest.charges;
    this.#count = rest.count;
    this.#bytes = rest.bytes;
    return dropped(this.#join(oldest, live));
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    const room = Math.min(this.#allowed, this.#limit - this.#victims.count);
    if (this.#room !== room) throw new Error(`room is ${this.#room}, should be ${room}`);
    const live = new Generation(this.#items, this.#charges, this.#count, this.#bytes);
    for (const { items, charges, count, bytes } of [live, this.#victims]) {
      if (items.length < count) throw new Error(`${items.length} slots for ${count} items`);
      items.forEach((item, i) => {
        if ((item === undefined) !== i >= count)
          throw new Error(`slot ${i} of ${count} holds ${String(item)}`);
      });
      const sum = charges.slice(0, count).reduce((a, b) => a + b, 0);
      if (sum !== bytes) throw new Error(`charges sum to ${sum}, bytes is ${bytes}`);
    }
  }

  /** The live items as a generation; none are left here. */
  #takeLive(): Generation<T> {
    const live = new Generation(this.#items, this.#charges, this.#count, this.#bytes);
    this.#items = [];
    this.#charges = [];
    this.#count = 0;
    this.#bytes = 0;
    return live;
  }

  #setVictims(victims: Generation<T>): void {
    this.#victims = victims;
    this.#setRoom();
  }

  #setRoom(): void {
    this.#room = Math.min(this.#allowed, this.#limit - this.#victims.count);
  }

  /** `younger` on top of `older`. */
  #join(older: Generation<T>, younger: Generation<T>): Generation<T> {
    const items = older.items.slice(0, older.count).concat(younger.items.slice(0, younger.count));
    const charges = older.charges.slice(0, older.count).concat(younger.charges.slice(0, younger.count));
    return new Generation(items, charges, older.count + younger.count, older.bytes + younger.bytes);
  }
}

/** Leaves the oldest `at` items in `generation` and gives the younger ones. */
function split<T>(generation: Generation<T>, at: number, sized: boolean): Generation<T> {
  const { items, charges, count, bytes } = generation;
  const younger = new Generation(items.slice(at, count), charges.slice(at, count), count - at, 0);
  if (sized) younger.bytes = younger.charges.reduce((a, b) => a + b, 0);
  items.length = at;
  if (sized) charges.length = at;
  generation.count = at;
  generation.bytes = bytes - younger.bytes;
  return younger;
}

function removeAt<E>(array: E[], index: number): E {
  return array.splice(index, 1)[0] as E;
}

function dropped<T>(generation: Generation<T>): Dropped<T> {
  const { items, count } = generation;
  if (items.length !== count) items.length = count;
  return { items: generation.items as T[], bytes: generation.bytes };
}
