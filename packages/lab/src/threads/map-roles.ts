/**
 * Threads that look values of 4 bytes up by a number, and now and then set one: in a SharedMap, in one under a lock for
 * everything, or in a Map that another thread has, by messages.
 */
import type { MessagePort } from 'node:worker_threads';
import { SharedMap, type SharedMapHandle } from 'rockpool';
import { seededRandom } from '../frames/seeded-random.ts';
import { GlobalLock } from './global-lock.ts';
import type { Batch, Role } from './roles.ts';

interface MixData {
  readonly keys: number;
  /** Of the operations that set, 0 to 1. */
  readonly putShare: number;
}

interface SharedData extends MixData {
  readonly map: SharedMapHandle;
  /** The lock's; left out where there is none. */
  readonly lock?: Int32Array;
}

interface ServerData {
  readonly keys: number;
  readonly ports: readonly MessagePort[];
}

interface ClientData extends MixData {
  readonly port: MessagePort;
}

/** What a client asks; with a value it sets. */
interface Request {
  readonly key: number;
  readonly value: Uint8Array | undefined;
}

const BATCH = 200;
/** Operations in a row, done in turn. A power of two. */
const ROW = 4096;
/** Requests of a client that are on their way. */
const PIPELINE = 64;

/** The value of a key, always the same: so that each look-up can be checked. */
export function valueOfKey(key: number): Uint8Array {
  return new Uint8Array(Int32Array.of(Math.imul(key, 0x9e3779b1)).buffer);
}

const shared: Role = async ({ map: handle, keys, putShare, lock: words }: SharedData, self) => {
  const map = SharedMap.attach(handle);
  const target = new Uint8Array(4);
  const { row, values } = mixed(keys, putShare, self.thread);
  const get = (key: number): void => {
    if (map.getInto(key, target) !== 4 || !isSame(target, values[key] as Uint8Array)) self.wrong();
  };
  const set = (key: number): void => void map.set(key, values[key] as Uint8Array);
  if (words === undefined) return batches(row, get, set);
  const lock = new GlobalLock(words);
  const locked =
    (operation: (key: number) => void) =>
    (key: number): void => {
      lock.take();
      operation(key);
      lock.give();
    };
  return batches(row, locked(get), locked(set));
};

const server: Role = async ({ keys, ports }: ServerData, self) => {
  const map = new Map(Array.from({ length: keys }, (_, key) => [key, valueOfKey(key)] as const));
  for (const port of ports) {
    port.on('message', ({ key, value }: Request) => {
      if (value !== undefined) map.set(key, value);
      port.postMessage(value === undefined ? map.get(key) : undefined);
      if (self.stopped()) port.close();
    });
  }
  return undefined;
};

const client: Role = async ({ port, keys, putShare }: ClientData, self) => {
  const { row, values } = mixed(keys, putShare, self.thread);
  // Answers come in the order of the requests.
  let asked = 0;
  let answered = 0;
  const ask = (): void => {
    const { key, puts } = row[asked++ & (ROW - 1)] as Operation;
    port.postMessage({ key, value: puts ? values[key] : undefined } satisfies Request);
  };
  port.on('message', (value: Uint8Array | undefined) => {
    const { key, puts } = row[answered++ & (ROW - 1)] as Operation;
    if (!puts && !isSame(value as Uint8Array, values[key] as Uint8Array)) self.wrong();
    self.count(1);
    if (self.stopped()) port.close();
    else ask();
  });
  for (let n = 0; n < PIPELINE; n++) ask();
  return undefined;
};

interface Operation {
  readonly key: number;
  readonly puts: boolean;
}

function mixed(
  keys: number,
  putShare: number,
  thread: number,
): { readonly row: readonly Operation[]; readonly values: readonly Uint8Array[] } {
  const random = seededRandom(1 + thread);
  return {
    row: Array.from({ length: ROW }, () => ({ key: Math.floor(random() * keys), puts: random() < putShare })),
    values: Array.from({ length: keys }, (_, key) => valueOfKey(key)),
  };
}

function batches(row: readonly Operation[], get: (key: number) => void, set: (key: number) => void): Batch {
  let next = 0;
  return () => {
    for (let n = 0; n < BATCH; n++) {
      const { key, puts } = row[next++ & (ROW - 1)] as Operation;
      if (puts) set(key);
      else get(key);
    }
    next &= ROW - 1;
    return BATCH;
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

/** Their names. */
export type MapRoleName = 'map/shared' | 'map/server' | 'map/client';

/** By name. */
export const MAP_ROLES: Record<MapRoleName, Role> = {
  'map/shared': shared,
  'map/server': server,
  'map/client': client,
};
