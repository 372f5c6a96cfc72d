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
 * A stack's items lie at 1 … count of its array. At 0 lies the bottom, which is no item: an item can be compared
 * with the youngest without a look at whether there is one. How many are live, and how many pops are left until
 * their pool counts them, is one word, so that a pop stores one number and not two:
 *
 *      31            25 24                          0
 *     ┌────────────────┬─────────────────────────────┐
 *     │ pops − armed   │ live count                  │      pops − armed is negative until the pops are due
 *     └────────────────┴─────────────────────────────┘
 *
 * What that saves is in docs/adr/0005.
 *
 * Invariants: `count = live count + victims.count`, `room = min(allowed, limit − victims.count)`,
 * `bytes = Σ charges of both`, and every array element above its generation's count is undefined, so that nothing
 * that was handed out is retained.
 */

/** Bits of the word for the live count, which is at most one more than a pool's `maxIdle`. */
const COUNT_BITS = 24;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
const ONE_POP = 1 << COUNT_BITS;
/** Most pops until they are due: the word then fits into 31 bits, small integers in every engine. */
const MAX_POPS = 63;

/** What lies below every stack. Never handed out, and equal to no item. */
const BOTTOM: object = Object.freeze({ bottom: true });

/**
 * One generation of idle items, the bottom at `items[0]`. `charges` runs beside the items, without a bottom, if the
 * pool is sized, else it stays empty.
 */
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
    return new Generation<T>(onBottom([]), [], 0, 0);
  }
}

/** Items that left the stack together. */
export interface Dropped<T> {
  /** The items, the oldest first, from `FIRST` on. Nobody else holds the array. */
  readonly items: T[];
  readonly count: number;
  readonly bytes: number;
}

/** Where items begin in an array of them. */
export const FIRST = 1;

/**
 * Idle items in two generations. Owner: one pool.
 */
export class IdleStack<T> {
  // The live generation is these fields, not a Generation: two loads fewer at each push and pop, 17 against 10 ns
  // for a pair (Node 20.20, `npm run bench pool-burst`).
  #items: (T | undefined)[] = onBottom([]);
  /** The live count, and the pops until they are due; see the drawing above. */
  #word: number = -MAX_POPS * ONE_POP;
  /** Pops that were to come when counting began. */
  #armed: number = MAX_POPS;
  #charges: number[] = [];
  #bytes = 0;
  #victims = Generation.empty<T>();
  /** min(allowed, limit − victims.count): live items that `tryPush` brings the stack to. */
  #room = 0;
  #allowed = 0;
  #limit = 0;
  readonly #sized: boolean;

  /**
   * @param limit most items that `tryPush` brings the stack to, at most 2^24
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
    return this.liveCount + this.#victims.count;
  }

  /** Items that came since the last epoch. */
  get liveCount(): number {
    return this.#word & COUNT_MASK;
  }

  /** Live items that `tryPush` brings the stack to. */
  get room(): number {
    return this.#room;
  }

  /** Calls of `popLive` that gave an item, since `countPops`. */
  get pops(): number {
    return this.#armed + (this.#word >> COUNT_BITS);
  }

  /** Whether as many pops were made as `countPops` was told. */
  get popsDue(): boolean {
    return this.#word >= 0;
  }

  /** Begins to count pops from 0; they are due after `pops` of them, or sooner. */
  countPops(pops: number): void {
    this.#armed = Math.max(1, Math.min(pops, MAX_POPS));
    this.#word = this.liveCount - this.#armed * ONE_POP;
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
    return this.liveCount > 0 ? this.#items[this.liveCount] : undefined;
  }

  /** Whether `item` is what the next `pop` gives, and live. */
  isYoungest(item: T): boolean {
    return item === this.#items[this.#word & COUNT_MASK];
  }

  /** Makes `item` the youngest of an unsized stack, unless the stack is full or `item` is the youngest already. */
  tryPush(item: T): boolean {
    if (this.liveCount >= this.#room || this.isYoungest(item)) return false;
    this.pushUnsized(item);
    return true;
  }

  /** Makes `item` the youngest of an unsized stack, however full it is. */
  pushUnsized(item: T): void {
    const word = this.#word;
    this.#items[(word & COUNT_MASK) + 1] = item;
    this.#word = word + 1;
  }

  /** Makes `item` the youngest, however full the stack is. `charge` in bytes; 0 where it is not sized. */
  push(item: T, charge: number): void {
    if (this.#sized) {
      this.#charges[this.liveCount] = charge;
      this.#bytes += charge;
    }
    this.pushUnsized(item);
  }

  /** Takes the youngest live item of an unsized stack and counts it in `pops`. Only while `liveCount > 0`. */
  popLive(): T {
    const word = this.#word;
    const top = word & COUNT_MASK;
    const items = this.#items;
    const item = items[top] as T;
    items[top] = undefined;
    this.#word = word + (ONE_POP - 1);
    return item;
  }

  /** Takes the youngest live item, else the youngest victim. Not counted in `pops`. */
  pop(): T | undefined {
    const top = this.liveCount;
    if (top === 0) return this.popVictim();
    const item = this.#items[top];
    this.#items[top] = undefined;
    this.#word--;
    if (this.#sized) this.#bytes -= this.#charges[top - 1] as number;
    return item;
  }

  /** Takes the youngest victim, to make room for a younger item. */
  popVictim(): T | undefined {
    const victims = this.#victims;
    const top = victims.count;
    if (top === 0) return undefined;
    const item = victims.items[top];
    victims.items[top] = undefined;
    victims.count = top - 1;
    this.#setRoom();
    if (this.#sized) victims.bytes -= victims.charges[top - 1] as number;
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
      return removeAt(victims.items, FIRST + index) as T;
    }
    const at = index - victims.count;
    this.#word--;
    if (this.#sized) this.#bytes -= removeAt(this.#charges, at);
    return removeAt(this.#items, FIRST + at) as T;
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
    this.#word += rest.count;
    this.#bytes = rest.bytes;
    return dropped(this.#join(oldest, live));
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    const room = Math.min(this.#allowed, this.#limit - this.#victims.count);
    if (this.#room !== room) throw new Error(`room is ${this.#room}, should be ${room}`);
    if (this.popsDue || this.pops < 0) throw new Error(`${this.pops} pops were made, ${this.#armed} are due`);
    const live = new Generation(this.#items, this.#charges, this.liveCount, this.#bytes);
    for (const { items, charges, count, bytes } of [live, this.#victims]) {
      if (items.length <= count) throw new Error(`${items.length} slots for a bottom and ${count} items`);
      if (items[0] !== BOTTOM) throw new Error(`the bottom is ${String(items[0])}`);
      items.slice(FIRST).forEach((item, i) => {
        if ((item === undefined) !== i >= count)
          throw new Error(`slot ${i} of ${count} holds ${String(item)}`);
      });
      const sum = charges.slice(0, count).reduce((a, b) => a + b, 0);
      if (sum !== bytes) throw new Error(`charges sum to ${sum}, bytes is ${bytes}`);
    }
  }

  /** The live items as a generation; none are left here. */
  #takeLive(): Generation<T> {
    const live = new Generation(this.#items, this.#charges, this.liveCount, this.#bytes);
    this.#items = onBottom([]);
    this.#charges = [];
    this.#word -= live.count;
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
    const items = older.items.slice(0, FIRST + older.count).concat(itemsFrom(younger, 0));
    const charges = older.charges.slice(0, older.count).concat(younger.charges.slice(0, younger.count));
    return new Generation(items, charges, older.count + younger.count, older.bytes + younger.bytes);
  }
}

/** Leaves the oldest `at` items in `generation` and gives the younger ones. */
function split<T>(generation: Generation<T>, at: number, sized: boolean): Generation<T> {
  const { items, charges, count, bytes } = generation;
  const taken = onBottom(itemsFrom(generation, at));
  const younger = new Generation(taken, charges.slice(at, count), count - at, 0);
  if (sized) younger.bytes = younger.charges.reduce((a, b) => a + b, 0);
  items.length = FIRST + at;
  if (sized) charges.length = at;
  generation.count = at;
  generation.bytes = bytes - younger.bytes;
  return younger;
}

/** The items of `generation` from the one at `index`, without a bottom. */
function itemsFrom<T>({ items, count }: Generation<T>, index: number): (T | undefined)[] {
  return items.slice(FIRST + index, FIRST + count);
}

/** `items` with the bottom below them. */
function onBottom<T>(items: (T | undefined)[]): (T | undefined)[] {
  return [BOTTOM as T, ...items];
}

function removeAt<E>(array: E[], index: number): E {
  return array.splice(index, 1)[0] as E;
}

function dropped<T>({ items, count, bytes }: Generation<T>): Dropped<T> {
  if (items.length !== FIRST + count) items.length = FIRST + count;
  return { items: items as T[], count, bytes };
}
