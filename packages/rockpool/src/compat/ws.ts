/// <reference types="node" preserve="true" />
/**
 * Pooled buffers as messages of ws. `rockpool/compat/ws`.
 *
 * ws hands the bytes of an unmasked message to the socket as they are, and calls back when the system has them: until
 * then they must stay, and behind that nobody looks at them. A server that makes a `Buffer` for each message leaves all of
 * that to the collector; from 4 KiB on each is memory of its own from the C library, too.
 *
 *     buf ─► socket.send(view, callback) ─► frame header, view ─► net.Socket ─► callback ─► buf.release()
 */
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { isByteBuf } from './encoder-options.ts';

/** Options of a message, as ws has them. */
export interface WsSendOptions {
  /** Compresses it, if the two sides have agreed on that. */
  readonly compress?: boolean;
  /** Default true. */
  readonly binary?: boolean;
  /** Whether this is the last fragment. Default true. */
  readonly fin?: boolean;
  /** Default: as the side demands. */
  readonly mask?: boolean;
}

/** What is used of a `WebSocket` of ws. */
export interface WsSocket {
  send(data: Buffer, options: WsSendOptions, callback: (error?: Error) => void): void;
}

const ACTION = 'send message';
const BINARY: WsSendOptions = {};

/**
 * Sends the readable bytes of `buf` as one message, without a copy, and releases it when ws is done with them.
 *
 * Ownership: takes `buf` over, whatever becomes of the message: also when ws throws, or the connection ends first.
 * To send one buffer to many, `retain()` it before each call but one. Nobody may write to it until it is released.
 *
 * Cost: a closure and a view. At a server a message of 256 B to 64 KiB takes three fifths of the CPU time that one in fresh
 * memory does; at a client ws masks a message into fresh memory, so that there is little to gain
 * (docs/guide/libraries/ws.md).
 *
 * @param socket a WebSocket of ws, open
 * @param options ws's own; a message is binary if they do not say otherwise
 * @param callback told what ws says, behind the release
 * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE`: `socket` or `buf` is something else; nothing was taken then
 * @throws {ReleasedBufferError} `buf` is released already
 * @throws whatever `socket.send` does: ws throws while it still connects
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { once } from 'node:events';
 * import type { AddressInfo } from 'node:net';
 * import { ByteBufAllocator } from 'rockpool';
 * import { sendBuffer } from 'rockpool/compat/ws';
 * import { WebSocket, WebSocketServer } from 'ws';
 *
 * const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
 * await once(server, 'listening');
 * server.on('connection', (socket) => {
 *   const buf = ByteBufAllocator.default.buffer(64).writeUInt32BE(42);
 *   sendBuffer(socket, buf); // and no more of it
 * });
 * const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
 * const [message] = await once(client, 'message');
 * assert.deepEqual(message, Buffer.from([0, 0, 0, 42]));
 * client.terminate();
 * server.close();
 * ```
 */
export function sendBuffer(
  socket: WsSocket,
  buf: ByteBuf,
  options: WsSendOptions = BINARY,
  callback?: (error?: Error) => void,
): void {
  if (typeof socket?.send !== 'function') {
    throw new ArgumentTypeError(ACTION, 'socket', 'a WebSocket of ws', socket);
  }
  if (!isByteBuf(buf)) throw new ArgumentTypeError(ACTION, 'buf', 'a ByteBuf', buf);
  if (callback !== undefined && typeof callback !== 'function') {
    throw new ArgumentTypeError(ACTION, 'callback', 'a function', callback);
  }
  const view = buf.toBuffer();
  let held = true;
  const done = (error?: Error): void => {
    if (!held) return;
    held = false;
    buf.release();
    callback?.(error);
  };
  try {
    socket.send(view, options, done);
  } catch (error) {
    // It threw before it took the bytes, or called back and threw behind that.
    if (held) {
      held = false;
      buf.release();
    }
    throw error;
  }
}
