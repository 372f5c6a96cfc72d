/** What a gateway tells about itself, put together when it is asked. */
import type { Presence } from '../bus/presence.ts';
import type { Counters } from './counters.ts';
import type { Directory } from './directory.ts';
import type { Gatherer } from './gatherer.ts';
import type { Rooms } from './rooms.ts';
import type { Session } from './session.ts';

/** Counters of a gateway; see {@link Counters} for each. */
export interface GatewayStats {
  readonly connections: number;
  readonly users: { readonly local: number; readonly remote: number };
  readonly rooms: number;
  /** Other gateways that are known. */
  readonly gateways: number;
  /** Bytes that wait for clients. */
  readonly pendingBytes: number;
  readonly accepted: number;
  readonly closed: number;
  readonly logins: number;
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly messages: number;
  readonly deliveries: number;
  readonly acks: number;
  readonly busOut: number;
  readonly busIn: number;
  readonly busLost: number;
  readonly dropped: number;
  readonly probes: number;
  readonly socketErrors: number;
  readonly faults: number;
  /** Errors that clients were told, by name. */
  readonly errors: Readonly<Record<string, number>>;
  /** Times that connections were flushed together, how many they were in all, and the last interval in ms. */
  readonly flushes: number;
  readonly flushedConnections: number;
  readonly gatherMs: number;
}

/** What {@link gatherStats} looks at. */
export interface StatsSource {
  readonly directory: Directory;
  readonly rooms: Rooms;
  readonly counters: Counters;
}

export function gatherStats(
  { directory, rooms, counters }: StatsSource,
  sessions: ReadonlySet<Session>,
  gatherer: Gatherer,
  presence: Presence,
): GatewayStats {
  let pendingBytes = 0;
  for (const session of sessions) pendingBytes += session.pendingBytes;
  const { flushes, connections, intervalMs } = gatherer.stats();
  return {
    connections: sessions.size,
    users: directory.size,
    rooms: rooms.size,
    gateways: presence.gateways,
    pendingBytes,
    accepted: counters.accepted,
    closed: counters.closed,
    logins: counters.logins,
    framesIn: counters.framesIn,
    bytesIn: counters.bytesIn,
    messages: counters.messages,
    deliveries: counters.deliveries,
    acks: counters.acks,
    busOut: counters.busOut,
    busIn: counters.busIn,
    busLost: counters.busLost,
    dropped: counters.dropped,
    probes: counters.probes,
    socketErrors: counters.socketErrors,
    faults: counters.faults,
    errors: counters.errorsByName(),
    flushes,
    flushedConnections: connections,
    gatherMs: intervalMs,
  };
}
