/** The pools of resources that the lab compares, behind one shape that adds a call to each of theirs. */
import { createPool as genericPool } from 'generic-pool';
import { createPool as lightningPool } from 'lightning-pool';
import { type ResourceLease, ResourcePool } from 'rockpool';
import { Pool as SequelizePool } from 'sequelize-pool';
import { Pool as TarnPool } from 'tarn';

/** What is pooled: next to nothing, so that the pool is what is measured. */
export interface Thing {
  used: number;
}

/** A pool of things. `R` is what it hands out. */
export interface PeerPool<R> {
  acquire(): Promise<R>;
  thing(taken: R): Thing;
  release(taken: R): void;
}

const create = async (): Promise<Thing> => ({ used: 0 });
const destroy = async (): Promise<void> => {};
const self = (thing: Thing): Thing => thing;

/** Pools by name, of at most `max` things, with their defaults otherwise, but for queues that are bounded too short. */
export const PEER_POOLS = {
  rockpool: (max: number): PeerPool<ResourceLease<Thing>> => {
    const pool = new ResourcePool({ create, max });
    return {
      acquire: () => pool.acquire(),
      thing: (lease) => lease.value,
      release: (lease) => lease.release(),
    };
  },
  'generic-pool': (max: number): PeerPool<Thing> => {
    const pool = genericPool({ create, destroy }, { max });
    return {
      acquire: () => pool.acquire() as Promise<Thing>,
      thing: self,
      release: (thing) => void pool.release(thing),
    };
  },
  tarn: (max: number): PeerPool<Thing> => {
    const pool = new TarnPool<Thing>({ create, destroy, min: 0, max });
    return {
      acquire: () => pool.acquire().promise,
      thing: self,
      release: (thing) => void pool.release(thing),
    };
  },
  'lightning-pool': (max: number): PeerPool<Thing> => {
    const pool = lightningPool<Thing>({ create, destroy }, { max, maxQueue: 100_000 });
    return {
      acquire: () => pool.acquire() as Promise<Thing>,
      thing: self,
      release: (thing) => void pool.release(thing),
    };
  },
  'sequelize-pool': (max: number): PeerPool<Thing> => {
    const pool = new SequelizePool<Thing>({ create, destroy, validate: () => true, max, min: 0 });
    return {
      acquire: () => pool.acquire(),
      thing: self,
      release: (thing) => pool.release(thing),
    };
  },
} as const;

/** Name of a pool. */
export type PeerName = keyof typeof PEER_POOLS;
