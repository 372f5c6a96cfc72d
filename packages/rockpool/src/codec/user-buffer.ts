/// <reference types="node" preserve="true" />
/**
 * Lets a socket that exists already read into memory of ours, as `onread` does for one that is created with it.
 *
 * Node reads into a fresh slab of 64 KiB for each read, and cuts it down. `onread` avoids that, but is an option of the
 * constructor, which accepted sockets do not have. What it does is known, though: it fills in three fields under symbols
 * and tells the handle of the first buffer. So does this.
 *
 *     kBuffer     the view that the handle reads into        kBufferCb    (bytes, view) => whether to go on
 *     kBufferGen  () => the view for the next read           handle.useUserBuffer(view)
 *
 * That is private, so it is believed only where it is proven: a socket is made with the public option, and must have
 * these three fields, with what was given in them; a plain one must have them empty. Where that fails (another runtime,
 * a future Node) nothing is touched and reads come as `'data'` events. Proven on Node 20, 22, 24 and 26.
 *
 * The view of an idle socket: libuv reads into it only while the callback waits, so all sockets of a thread may
 * share one. Windows may read ahead, and takes no part.
 */

import type { Socket, SocketConstructorOpts } from 'node:net';
import { nodeBuiltin } from './node-builtin.ts';

/** What Node asks while it reads. */
export interface UserBuffer {
  /** The view of the first read. */
  readonly first: Uint8Array;
  /** `bytes` bytes are in `view`; must not throw. */
  received(bytes: number, view: Uint8Array): void;
  /** The view of the next read; must not throw. */
  next(): Uint8Array;
}

interface Slots {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

interface Handle {
  useUserBuffer?(view: Uint8Array): void;
}

type Fields = Socket & Record<symbol, unknown> & { readonly _handle?: Handle | null };

let slots: Slots | false | undefined;

/** Whether `source` is one that {@link readIntoUserBuffer} can serve now. */
export function takesUserBuffer(source: object): source is Socket {
  slots ??= findSlots() ?? false;
  if (slots === false) return false;
  const socket = source as Fields;
  return (
    isPlainSocket(source) &&
    typeof socket._handle?.useUserBuffer === 'function' &&
    socket[slots.buffer] === null &&
    socket[slots.generator] === null
  );
}

/** Whether `source` reads by an `onread` that its maker gave it. */
export function hasUserBuffer(source: object): boolean {
  slots ??= findSlots() ?? false;
  return slots !== false && ((source as Fields)[slots.buffer] ?? null) !== null;
}

/** From now on the socket reads into the views of `user`. Only after {@link takesUserBuffer} said so. */
export function readIntoUserBuffer(socket: Socket, user: UserBuffer): void {
  const { buffer, callback, generator } = slots as Slots;
  const fields = socket as Fields;
  fields[buffer] = user.first;
  fields[callback] = (bytes: number, view: Uint8Array): boolean => {
    user.received(bytes, view);
    return true;
  };
  fields[generator] = (): Uint8Array => user.next();
  fields._handle?.useUserBuffer?.(user.first);
}

/** A TLS socket decrypts into memory of its own; its handle is of another kind. */
function isPlainSocket(source: object): boolean {
  const { Socket } = nodeBuiltin('node:net') ?? {};
  return Socket !== undefined && source instanceof Socket && !('encrypted' in source);
}

function findSlots(): Slots | undefined {
  const { Socket } = nodeBuiltin('node:net') ?? {};
  if (Socket === undefined || process.platform === 'win32') return undefined;
  const view = new Uint8Array(1);
  const received = (): boolean => true;
  const next = (): Uint8Array => view;
  const options = { onread: { buffer: next, callback: received } };
  const given = new Socket(options as SocketConstructorOpts) as Fields;
  const plain = new Socket() as Fields;
  const named = (name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(plain).find(({ description }) => description === name);
  const buffer = named('kBuffer');
  const callback = named('kBufferCb');
  const generator = named('kBufferGen');
  if (buffer === undefined || callback === undefined || generator === undefined) return undefined;
  const isProven =
    given[buffer] === true &&
    given[callback] === received &&
    given[generator] === next &&
    [buffer, callback, generator].every((slot) => plain[slot] === null);
  return isProven ? { buffer, callback, generator } : undefined;
}
