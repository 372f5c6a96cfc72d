/** An object pool's counters. */
import type { PoolStats } from 'rockpool';
import type { CounterCell, GaugeCell } from '../cells.ts';
import { LazyCells, type Tables } from '../tables.ts';
import type { Reader } from './reader.ts';

/** Reads one pool. */
export function poolReader(pool: { stats(): PoolStats }, name: string, tables: Tables): Reader {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`pool_${metric}`, name, ...labels);
  const gauge = (metric: string): GaugeCell => tables.gauge(`pool_${metric}`, name);
  const hits = counter('gets', 'hit');
  const misses = counter('gets', 'miss');
  const puts = counter('puts');
  const created = counter('created');
  const discards = counter('discards');
  const lost = counter('lost');
  const epochs = counter('epochs');
  const dropped = new LazyCells((reason) => counter('dropped', reason));
  const idle = gauge('idle_items');
  const victims = gauge('victim_items');
  const idleBytes = gauge('idle_bytes');
  const outstanding = gauge('outstanding_items');
  const maxIdle = gauge('max_idle_items');
  const minIdle = gauge('min_idle_items');
  return {
    read() {
      const stats = pool.stats();
      hits.set(stats.hits);
      misses.set(stats.misses);
      puts.set(stats.puts);
      created.set(stats.created);
      discards.set(stats.discards);
      lost.set(stats.lost);
      epochs.set(stats.epochs);
      for (const [reason, count] of Object.entries(stats.dropped)) {
        if (count > 0) dropped.of(reason).set(count);
      }
      idle.set(stats.idle);
      victims.set(stats.victims);
      idleBytes.set(stats.idleBytes);
      outstanding.set(stats.outstanding);
      maxIdle.set(stats.maxIdle);
      minIdle.set(stats.minIdle);
    },
  };
}
