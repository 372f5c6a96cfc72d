/** Columns of the tables of pools. */
import type { Snapshot } from '@rockpool/metrics';
import { bytes, compact, milliseconds, percent, ratio } from '../format.ts';
import type { ColumnSpec } from './data-table.ts';

type PoolRow = Snapshot['pools'][number];
type ResourceRow = Snapshot['resourcePools'][number];
type SharedRow = Snapshot['sharedPools'][number];
type MapRow = Snapshot['sharedMaps'][number];

/** Object pools. */
export const POOL_COLUMNS: readonly ColumnSpec<PoolRow>[] = [
  { head: 'Pool', of: ({ name, closed }) => (closed ? `${name} (closed)` : name), text: true },
  { head: 'Hit rate', of: ({ hits, gets }) => percent(ratio(hits, gets)), hint: 'Since the pool was made' },
  { head: 'Gets', of: ({ gets }) => compact(gets) },
  { head: 'Made', of: ({ created }) => compact(created) },
  { head: 'Out', of: ({ outstanding }) => compact(outstanding), hint: 'Items that users have' },
  { head: 'Idle', of: ({ idle, maxIdle }) => `${compact(idle)} of ${compact(maxIdle)}` },
  { head: 'Idle bytes', of: ({ idleBytes }) => (idleBytes === 0 ? '–' : bytes(idleBytes)) },
  { head: 'Dropped', of: ({ dropped }) => compact(sum(dropped)) },
  { head: 'Mostly as', of: ({ dropped }) => mostly(dropped), text: true },
  { head: 'Lost', of: ({ lost }) => compact(lost), hint: 'Collected without having come back' },
];

/** Resource pools. */
export const RESOURCE_COLUMNS: readonly ColumnSpec<ResourceRow>[] = [
  { head: 'Pool', of: nameOfResource, text: true },
  { head: 'In use', of: ({ leased, max }) => `${compact(leased)} of ${compact(max)}` },
  { head: 'Idle', of: ({ idle }) => compact(idle) },
  { head: 'Making', of: ({ creating }) => compact(creating) },
  { head: 'Waiting', of: ({ waiting }) => compact(waiting) },
  {
    head: 'At once',
    of: ({ hits, waited }) => percent(ratio(hits, hits + waited)),
    hint: 'Served at once, of all',
  },
  { head: 'Acquires', of: ({ hits, waited }) => compact(hits + waited) },
  { head: 'Wait p50', of: ({ waitMs }) => time(waitMs.count, waitMs.p50) },
  { head: 'p95', of: ({ waitMs }) => time(waitMs.count, waitMs.p95) },
  { head: 'p99', of: ({ waitMs }) => time(waitMs.count, waitMs.p99) },
  { head: 'Use p50', of: ({ useMs }) => time(useMs.count, useMs.p50) },
  { head: 'Timeouts', of: ({ timeouts }) => compact(timeouts) },
  { head: 'Refused', of: ({ refused }) => compact(refused) },
  { head: 'Made', of: ({ created }) => compact(created) },
  { head: 'Failed', of: ({ createFailures, hookFailures }) => compact(createFailures + hookFailures) },
  { head: 'Lost', of: ({ lost }) => compact(lost) },
];

/** Shared pools, as this thread sees them. */
export const SHARED_COLUMNS: readonly ColumnSpec<SharedRow>[] = [
  { head: 'Pool', of: ({ name }) => name, text: true },
  { head: 'Memory', of: ({ slabBytes, maxBytes }) => `${bytes(slabBytes)} of ${bytes(maxBytes)}` },
  { head: 'Workers', of: ({ workers }) => compact(workers.length) },
  { head: 'Classes', of: ({ classes }) => compact(classes.filter(({ blocks }) => blocks > 0).length) },
  { head: 'Blocks free', of: (row) => blocks(row, 'free') },
  { head: 'Owned', of: (row) => blocks(row, 'owned') },
  { head: 'In flight', of: (row) => blocks(row, 'detached') },
  { head: 'Shared', of: (row) => blocks(row, 'shared') },
  {
    head: 'From magazine',
    of: ({ total: { acquired, refills } }) => percent(ratio(Math.max(0, acquired - refills), acquired)),
    hint: 'Acquires that needed no other thread',
  },
  { head: 'Acquired', of: ({ total }) => compact(total.acquired) },
  { head: 'Stolen', of: ({ total }) => compact(total.stolen), hint: "Refills from another worker's shelf" },
  { head: 'Exhausted', of: ({ total }) => compact(total.exhausted) },
  { head: 'Channels', of: ({ channels }) => compact(channels) },
];

/** Shared maps. */
export const MAP_COLUMNS: readonly ColumnSpec<MapRow>[] = [
  { head: 'Map', of: ({ name }) => name, text: true },
  { head: 'Entries', of: ({ entries }) => compact(entries) },
  { head: 'Segments', of: ({ segments }) => compact(segments) },
  { head: 'Fullest', of: ({ mostEntries }) => compact(mostEntries), hint: 'Entries of the fullest segment' },
  { head: 'Used', of: ({ usedBytes, capacityBytes }) => `${bytes(usedBytes)} of ${bytes(capacityBytes)}` },
  { head: 'Full', of: ({ usedBytes, capacityBytes }) => percent(ratio(usedBytes, capacityBytes)) },
  { head: 'Memory', of: ({ memoryBytes }) => bytes(memoryBytes) },
];

function nameOfResource({ name, draining, closed }: ResourceRow): string {
  return closed ? `${name} (closed)` : draining ? `${name} (draining)` : name;
}

function time(count: number, ms: number): string {
  return count === 0 ? '–' : milliseconds(ms);
}

function blocks({ classes }: SharedRow, state: 'free' | 'owned' | 'detached' | 'shared'): string {
  return compact(classes.reduce((all, row) => all + row[state], 0));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}

function mostly(dropped: PoolRow['dropped']): string {
  const [most] = Object.entries(dropped).sort(([, a], [, b]) => b - a);
  return most === undefined || most[1] === 0 ? '–' : most[0];
}
