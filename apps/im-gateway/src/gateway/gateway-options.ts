/** What a gateway is told at its creation: defaults, and checks that name the option, the value and the range. */

import type { Logger } from 'pino';
import type { Allocator } from 'rockpool';
import type { Bus } from '../bus/bus.ts';
import { expectInteger, expectNumber, expectOneOf, refuseUnknown } from '../errors.ts';
import { HEADER_BYTES, MAX_NAME_BYTES } from '../protocol/frame-layout.ts';

/** What happens to a client that reads more slowly than it is written to. */
export type SlowConsumerPolicy = 'disconnect' | 'drop';

/** Options of a gateway. */
export interface GatewayOptions {
  /** Every buffer comes from here. */
  readonly allocator: Allocator;
  readonly logger: Logger;
  /** Where other gateways are. It stays the caller's: the gateway does not close it. */
  readonly bus: Bus;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 to 65535; default 0: any free one. */
  readonly port?: number;
  /** What `login` must carry behind the name; default: nothing. */
  readonly token?: string | undefined;
  /** Longest frame, header included. 96 to 2^24; default 16 KiB. */
  readonly maxFrameBytes?: number;
  /** 1 to 1,000,000; default 10,000. */
  readonly maxConnections?: number;
  /** Rooms that one client may be in. 0 to 65,536; default 64. */
  readonly maxRooms?: number;
  /** Bytes that may wait for one client. 1 KiB to 2^30; default 1 MiB. */
  readonly maxPendingBytes?: number;
  /** Past that. Default `'disconnect'`. */
  readonly slowConsumer?: SlowConsumerPolicy;
  /** A client is closed after so long a silence, and probed after half of it. 10 to 2^31 − 1; default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Time for the `login`. 10 to 2^31 − 1; default 10,000. */
  readonly loginTimeoutMs?: number;
  /** Time for a client to take what it was sent last, and to close. 10 to 2^31 − 1; default 2,000. */
  readonly closeTimeoutMs?: number;
  /** The longest that bytes wait for company. 0 to 1000; default 3. */
  readonly gatherMs?: number;
  /** Of the time that flushing may take before connections are flushed more rarely. 0.01 to 1; default 0.4. */
  readonly flushShare?: number;
  /** Bytes of a read, and of the block that frames for one client are gathered in. 256 to 4 MiB; defaults 64, 16 KiB. */
  readonly readBytes?: number;
  readonly batchBytes?: number;
  /** Frames up to so many bytes are copied into each receiver's batch, larger ones go by reference. Default 2 KiB. */
  readonly copyMaxBytes?: number;
  /** Milliseconds between looks at who is silent; 0: only when {@link Gateway.sweep} is called. Default 1,000. */
  readonly sweepIntervalMs?: number;
  /** The clock for silence, in ms; default `performance.now`. */
  readonly now?: () => number;
}

/** What is in force. */
export type GatewaySettings = Required<GatewayOptions>;

const KIB = 1024;
const MIB = 1024 * KIB;
const NAMES: readonly (keyof GatewayOptions)[] = [
  'allocator',
  'logger',
  'bus',
  'host',
  'port',
  'token',
  'maxFrameBytes',
  'maxConnections',
  'maxRooms',
  'maxPendingBytes',
  'slowConsumer',
  'idleTimeoutMs',
  'loginTimeoutMs',
  'closeTimeoutMs',
  'gatherMs',
  'flushShare',
  'readBytes',
  'batchBytes',
  'copyMaxBytes',
  'sweepIntervalMs',
  'now',
];
const POLICIES: readonly SlowConsumerPolicy[] = ['disconnect', 'drop'];
/**
 * With 500,000 deliveries a second to 50 connections, Node 20.20 on a 2-core AMD EPYC: at 0.4 the median latency is
 * 0.75 ms and the gateway takes nine tenths of a core, two thirds of it in writes; at 0.3, 1.2 ms and half of a core
 * (`npm run figures -w apps/im-gateway`). Where more is to do than that, both flush as rarely.
 */
const FLUSH_SHARE = 0.4;
const LONGEST_MS = 2 ** 31 - 1;

/** Checks every option and fills in the defaults. @throws {GatewayOptionError} */
export function readGatewayOptions(options: GatewayOptions): GatewaySettings {
  refuseUnknown(options, NAMES);
  return {
    allocator: options.allocator,
    logger: options.logger,
    bus: options.bus,
    host: options.host ?? '127.0.0.1',
    token: options.token,
    port: expectInteger('port', options.port, 0, 65_535, 0),
    maxFrameBytes: expectInteger(
      'maxFrameBytes',
      options.maxFrameBytes,
      HEADER_BYTES + MAX_NAME_BYTES,
      2 ** 24,
      16 * KIB,
    ),
    maxConnections: expectInteger('maxConnections', options.maxConnections, 1, 1_000_000, 10_000),
    maxRooms: expectInteger('maxRooms', options.maxRooms, 0, 65_536, 64),
    maxPendingBytes: expectInteger('maxPendingBytes', options.maxPendingBytes, KIB, 2 ** 30, MIB),
    slowConsumer: expectOneOf('slowConsumer', options.slowConsumer, POLICIES, 'disconnect'),
    idleTimeoutMs: expectInteger('idleTimeoutMs', options.idleTimeoutMs, 10, LONGEST_MS, 60_000),
    loginTimeoutMs: expectInteger('loginTimeoutMs', options.loginTimeoutMs, 10, LONGEST_MS, 10_000),
    closeTimeoutMs: expectInteger('closeTimeoutMs', options.closeTimeoutMs, 10, LONGEST_MS, 2_000),
    gatherMs: expectInteger('gatherMs', options.gatherMs, 0, 1_000, 3),
    flushShare: expectNumber('flushShare', options.flushShare, 0.01, 1, FLUSH_SHARE),
    readBytes: expectInteger('readBytes', options.readBytes, 256, 4 * MIB, 64 * KIB),
    batchBytes: expectInteger('batchBytes', options.batchBytes, 256, 4 * MIB, 16 * KIB),
    copyMaxBytes: expectInteger('copyMaxBytes', options.copyMaxBytes, 0, 4 * MIB, 2 * KIB),
    sweepIntervalMs: expectInteger('sweepIntervalMs', options.sweepIntervalMs, 0, LONGEST_MS, 1_000),
    now: options.now ?? (() => performance.now()),
  };
}
