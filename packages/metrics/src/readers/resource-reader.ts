/** A resource pool's counters and times. */
import type { ResourcePoolView } from 'rockpool';
import type { CounterCell, GaugeCell } from '../cells.ts';
import { LazyCells, type Tables, TIME_BOUNDS_MS } from '../tables.ts';
import type { Reader } from './reader.ts';

/** Reads one resource pool. */
export function resourceReader(pool: ResourcePoolView, name: string, tables: Tables): Reader {
  const counter = (metric: string, ...labels: string[]): CounterCell =>
    tables.counter(`resource_${metric}`, name, ...labels);
  const gauge = (metric: string, ...labels: string[]): GaugeCell =>
    tables.gauge(`resource_${metric}`, name, ...labels);
  const acquires = {
    hit: counter('acquires', 'hit'),
    waited: counter('acquires', 'waited'),
    timeout: counter('acquires', 'timeout'),
    aborted: counter('acquires', 'aborted'),
    refused: counter('acquires', 'refused'),
  };
  const created = counter('created');
  const createFailures = counter('create_failures');
  const destroyed = new LazyCells((reason) => counter('destroyed', reason));
  const validations = counter('validations');
  const invalid = counter('invalid');
  const hookFailures = counter('hook_failures');
  const overdue = counter('overdue');
  const lost = counter('lost');
  const states = {
    idle: gauge('resources', 'idle'),
    leased: gauge('resources', 'leased'),
    checking: gauge('resources', 'checking'),
    creating: gauge('resources', 'creating'),
    destroying: gauge('resources', 'destroying'),
  };
  const waiting = gauge('waiting');
  const min = gauge('min_resources');
  const max = gauge('max_resources');
  const wait = tables.histogram('resource_wait', name);
  const use = tables.histogram('resource_use', name);
  const create = tables.histogram('resource_create', name);
  return {
    read() {
      const stats = pool.stats();
      acquires.hit.set(stats.hits);
      // Of those that waited, the ones that did so in vain have results of their own.
      acquires.waited.set(Math.max(0, stats.waited - stats.timeouts - stats.aborted - stats.waiting));
      acquires.timeout.set(stats.timeouts);
      acquires.aborted.set(stats.aborted);
      acquires.refused.set(stats.refused);
      created.set(stats.created);
      createFailures.set(stats.createFailures);
      for (const [reason, count] of Object.entries(stats.destroyed)) {
        if (count > 0) destroyed.of(reason).set(count);
      }
      validations.set(stats.validations);
      invalid.set(stats.invalid);
      hookFailures.set(stats.hookFailures);
      overdue.set(stats.overdue);
      lost.set(stats.lost);
      for (const state of ['idle', 'leased', 'checking', 'creating', 'destroying'] as const) {
        states[state].set(stats[state]);
      }
      waiting.set(stats.waiting);
      min.set(stats.min);
      max.set(stats.max);
      const times = pool.histograms(TIME_BOUNDS_MS);
      wait.set(times.wait);
      use.set(times.use);
      create.set(times.create);
    },
  };
}
