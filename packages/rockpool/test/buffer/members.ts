/**
 * Every public method and accessor of buffers, found by walking their prototypes, and plausible arguments for
 * each: what `after-release.test.ts` and `read-only.test.ts` call. A member without arguments here fails there,
 * so that a new one cannot be forgotten.
 */
import { type ByteBuf, unpooled } from '../../src/buffer/index.ts';
import { KINDS } from './kinds.ts';

/** One way to use a buffer. */
export interface Member {
  readonly name: string;
  readonly is: 'method' | 'getter' | 'setter';
}

/** The name of the method `Symbol.dispose`, whose description differs between versions of Node. */
export const DISPOSE = 'Symbol.dispose';

/** What a member is called with; fresh for each call. */
type Arguments = () => readonly unknown[];

const none: Arguments = () => [];
const args =
  (...values: unknown[]): Arguments =>
  () =>
    values;

/** Bytes to copy from or to. */
const array = () => new Uint8Array(2);
const live = () => unpooled.buffer(4, 4).writeZero(2);

/** Members that answer for dead buffers too, each for a reason. */
export const ANSWER_ALWAYS: ReadonlySet<string> = new Set([
  'refCnt', // tells that it is dead
  'isReadOnly', // of the handle, not of the memory
  'maxCapacity',
  'allocator',
  'unwrap',
  'maxComponents',
  DISPOSE, // does nothing to what is released
]);

/** The methods; of those with an index, at bytes 0 to 7. */
const METHODS: Readonly<Record<string, Arguments>> = {
  ...Object.fromEntries(
    KINDS.flatMap(({ name, is }) => [
      [`get${name}`, args(0)],
      [`set${name}`, args(0, is === 'bigint' ? 1n : 1)],
      [`read${name}`, none],
      [`write${name}`, args(is === 'bigint' ? 1n : 1)],
    ]),
  ),
  isReadable: none,
  isWritable: none,
  setIndex: args(0, 1),
  clear: none,
  skipBytes: args(1),
  markReaderIndex: none,
  resetReaderIndex: none,
  markWriterIndex: none,
  resetWriterIndex: none,
  ensureWritable: args(1),
  discardReadBytes: none,
  discardSomeReadBytes: none,
  getBytes: () => [0, array()],
  setBytes: () => [0, array()],
  readBytes: () => [array()],
  writeBytes: () => [live()],
  writeZero: args(1),
  setZero: args(0, 1),
  fill: args(1),
  readString: args(1),
  getString: args(0, 1),
  writeString: args('a'),
  setString: args(0, 'a'),
  indexOf: args(1),
  bytesBefore: args(1),
  forEachByte: args(() => {}),
  forEachByteDesc: args(() => {}),
  slice: none,
  duplicate: none,
  asReadOnly: none,
  readSlice: args(1),
  retainedSlice: none,
  retainedDuplicate: none,
  readRetainedSlice: args(1),
  copy: none,
  retain: none,
  release: none,
  touch: none,
  unwrap: none,
  [DISPOSE]: none,
  toBuffer: none,
  toBuffers: none,
  toString: none,
  hexDump: none,
  prettyHexDump: none,
  equals: () => [array()],
  compare: () => [array()],
  // of composites
  addComponent: () => [live()],
  addComponents: () => [[live(), live()]],
  removeComponent: args(0),
  component: args(0),
  componentAtOffset: args(0),
  toComponentIndex: args(0),
  toByteIndex: args(0),
  decompose: none,
  consolidate: none,
  discardReadComponents: none,
};

const SETTERS: Readonly<Record<string, Arguments>> = {
  readerIndex: args(1),
  writerIndex: args(40),
  capacity: args(8),
};

/** Members that change bytes or memory; reading, deriving and moving indices are no changes. */
export function mutates({ name, is }: Member): boolean {
  if (is === 'setter') return name === 'capacity';
  if (is === 'getter' || name === 'setIndex') return false;
  return /^(set|write|discard|add|remove)[A-Z]|^(fill|ensureWritable|consolidate)$/.test(name);
}

/** What a user can call on `buf`: everything on its prototypes but constructors, names with an underscore and `assertValid`. */
export function membersOf(buf: ByteBuf): Member[] {
  const members = new Map<string, Member>();
  const add = (name: string, is: Member['is']): void => {
    members.set(`${name} ${is}`, { name, is });
  };
  for (
    let layer = Object.getPrototypeOf(buf);
    layer !== Object.prototype;
    layer = Object.getPrototypeOf(layer)
  ) {
    for (const key of Reflect.ownKeys(layer)) {
      const name = key === Symbol.dispose ? DISPOSE : String(key);
      if (name === 'constructor' || name === 'assertValid' || name.startsWith('_')) continue;
      const { value, get, set } = Object.getOwnPropertyDescriptor(layer, key) as PropertyDescriptor;
      if (typeof value === 'function') add(name, 'method');
      if (get !== undefined) add(name, 'getter');
      if (set !== undefined) add(name, 'setter');
    }
  }
  return [...members.values()];
}

/** The arguments for a member, or undefined if nobody has thought of them. */
function argumentsOf({ name, is }: Member): Arguments | undefined {
  if (is === 'getter') return none;
  return is === 'setter' ? SETTERS[name] : METHODS[name];
}

/** Members that the tables above know no arguments for. */
export function unknownMembers(buf: ByteBuf): string[] {
  return membersOf(buf)
    .filter((member) => argumentsOf(member) === undefined)
    .map(({ name, is }) => `${name} (${is})`);
}

/** Names in the tables that `bufs` do not have. */
export function staleNames(bufs: readonly ByteBuf[]): string[] {
  const found = new Set(bufs.flatMap((buf) => membersOf(buf).map(({ name }) => name)));
  return [...Object.keys(METHODS), ...Object.keys(SETTERS)].filter((name) => !found.has(name));
}

/** Uses a member of `buf`. */
export function useMember(buf: ByteBuf, member: Member): unknown {
  const { name, is } = member;
  const values = (argumentsOf(member) ?? none)();
  const key = name === DISPOSE ? Symbol.dispose : name;
  if (is === 'getter') return Reflect.get(buf, key);
  if (is === 'setter') {
    (buf as unknown as Record<string, unknown>)[name] = values[0];
    return undefined;
  }
  return Reflect.apply(Reflect.get(buf, key) as (...values: unknown[]) => unknown, buf, values);
}
