/**
 * Connections that the program makes: every `connect` of a socket, by address and place. They are rare beside
 * allocations, so each is counted.
 *
 * A socket gets two listeners, for `connect` and `close`; no listener for errors, which would take them from the
 * program.
 */
import { Socket } from 'node:net';
import { Powers } from './powers.ts';
import { type FrameTable, takeStack } from './program-stack.ts';
import type { ConnectionRecord } from './recording.ts';
import { copyFace } from './wrap-buffer.ts';

const MOST_SITES = 1024;
/** Times below 2^−7 ms are told as one. */
const TIME_SHIFT = 7;
/** Frames of these belong to Node's HTTP clients. */
const HTTP = /^node:(_http_|https?$|internal\/deps\/undici|internal\/http2)/;

class Connections {
  readonly stack: readonly number[];
  readonly address: string;
  readonly tls: boolean;
  readonly http: boolean;
  count = 0;
  open = 0;
  mostOpen = 0;
  readonly connectMs: Powers = new Powers(TIME_SHIFT);
  readonly openMs: Powers = new Powers(TIME_SHIFT);

  constructor(stack: readonly number[], address: string, tls: boolean, http: boolean) {
    this.stack = stack;
    this.address = address;
    this.tls = tls;
    this.http = http;
  }

  watch(socket: Socket): void {
    const called = performance.now();
    let connected = 0;
    this.count++;
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    socket.once('connect', () => {
      connected = performance.now();
      this.connectMs.add(connected - called);
    });
    socket.once('close', () => {
      this.open--;
      if (connected > 0) this.openMs.add(performance.now() - connected);
    });
  }

  record(): ConnectionRecord {
    const { stack, address, tls, http, count, mostOpen } = this;
    return {
      stack,
      address,
      tls,
      http,
      count,
      mostOpen,
      connectMs: this.connectMs.counts,
      openMs: this.openMs.counts,
    };
  }
}

/** Watches the sockets of one thread. */
export class ConnectionWatch {
  readonly #table: FrameTable;
  readonly #sites = new Map<string, Connections>();
  #stopped = false;

  constructor(table: FrameTable, notes: string[]) {
    this.#table = table;
    const original = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
    const seen = (socket: Socket, args: readonly unknown[]): void => this.#seen(socket, args, wrapped);
    const wrapped = function (this: Socket, ...args: unknown[]): Socket {
      seen(this, args);
      return original.apply(this, args);
    };
    copyFace(original, wrapped);
    try {
      Socket.prototype.connect = wrapped as typeof Socket.prototype.connect;
    } catch {
      notes.push('Connections could not be watched, since net.Socket is frozen.');
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  record(): ConnectionRecord[] {
    return Array.from(this.#sites.values(), (site) => site.record());
  }

  /** Never throws: what is wrong with the arguments is for the original to say. */
  #seen(socket: Socket, args: readonly unknown[], callee: (...args: never) => unknown): void {
    if (this.#stopped) return;
    try {
      const address = addressOf(args);
      const stack = takeStack(callee, this.#table);
      const key = `${address} ${stack.join()}`;
      let site = this.#sites.get(key);
      if (site === undefined) {
        if (this.#sites.size >= MOST_SITES) return;
        const tls = 'encrypted' in socket;
        const http = stack.some((index) => HTTP.test(this.#table.records[index]?.file ?? ''));
        site = new Connections(stack, address, tls, http);
        this.#sites.set(key, site);
      }
      site.watch(socket);
    } catch {
      // Not a socket, or arguments that the original refuses.
    }
  }
}

/** As `connect()` takes them: options, or a path, or a port with a host; or an array of these, from `net.connect`. */
function addressOf(args: readonly unknown[]): string {
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
  if (typeof first === 'object' && first !== null) {
    const { path, port, host } = first as { path?: unknown; port?: unknown; host?: unknown };
    return path === undefined || path === null ? `${host ?? 'localhost'}:${port}` : String(path);
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return first;
  return `${typeof args[1] === 'string' ? args[1] : 'localhost'}:${String(first)}`;
}
