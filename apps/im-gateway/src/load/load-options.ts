/** What a run of the load generator is told: defaults and checks. */
import { MAX_BODY_BYTES, MIN_BODY_BYTES } from '@rockpool/lab/workload';
import type { Allocator } from 'rockpool';
import { expectInteger, expectNumber, expectOneOf, GatewayOptionError, refuseUnknown } from '../errors.ts';
import { MIX_EVERY, type Profile } from './client.ts';

const PROFILES: readonly Profile[] = ['direct', 'room', 'mix'];

/** Options of {@link runLoad}. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly allocator: Allocator;
  /** Default `'room'`. */
  readonly profile?: Profile;
  /** Connections. 2 to 60,000; default 100. */
  readonly clients?: number;
  /** Members of a room; divides `clients`. 2 to 60,000; default 50. */
  readonly roomSize?: number;
  /** Messages a second of all clients together, 1 to 10,000,000; 0, the default: as many as the windows allow. */
  readonly rate?: number;
  /**
   * Messages of one client that may be on their way. 1 to 1,000,000; default 64 in a closed loop, else what makes
   * deliveries of 512 KiB: less than a gateway lets wait for a client, so that too high a rate shows as latency.
   */
  readonly window?: number;
  /** Others that a client sends direct messages to, in turn. 1 to `clients` − 1; default 8, or what there are. */
  readonly partners?: number;
  /** The longest body. 18 to 1000; default 200, which makes frames of about 108 bytes. */
  readonly maxBodyBytes?: number;
  /** Seconds in which the rate rises; part of the warm-up. 0 to 600; default 1. */
  readonly rampSeconds?: number;
  /** Seconds before anything is recorded. `rampSeconds` to 600; default 2. */
  readonly warmupSeconds?: number;
  /** Seconds that are recorded. 0.1 to 86,400; default 5. */
  readonly seconds?: number;
  /** Microseconds between ticks of sending, at least. 0 to 1,000,000; default 250. */
  readonly tickUs?: number;
  /** Of bodies. Default 1. */
  readonly seed?: number;
  /** What `login` carries behind the name. */
  readonly token?: string | undefined;
}

const NAMES: readonly (keyof LoadOptions)[] = [
  'host',
  'port',
  'allocator',
  'profile',
  'clients',
  'roomSize',
  'rate',
  'window',
  'partners',
  'maxBodyBytes',
  'rampSeconds',
  'warmupSeconds',
  'seconds',
  'tickUs',
  'seed',
  'token',
];

/** What is in force. */
export type LoadSettings = Required<LoadOptions>;

/** Checks every option and fills in the defaults. @throws {GatewayOptionError} */
export function readLoadOptions(options: LoadOptions): LoadSettings {
  refuseUnknown(options, NAMES);
  const profile = expectOneOf('profile', options.profile, PROFILES, 'room');
  const clients = expectInteger('clients', options.clients, 2, 60_000, 100);
  const rate = expectInteger('rate', options.rate, 0, 10_000_000, 0);
  const rampSeconds = expectNumber('rampSeconds', options.rampSeconds, 0, 600, 1);
  const roomSize = expectInteger('roomSize', options.roomSize, 2, 60_000, Math.min(50, clients));
  if (profile !== 'direct' && clients % roomSize !== 0) {
    throw new GatewayOptionError('roomSize', `a divisor of 'clients', ${clients}`, roomSize);
  }
  return {
    host: options.host,
    port: expectInteger('port', options.port, 1, 65_535, 0),
    allocator: options.allocator,
    profile,
    clients,
    roomSize,
    rate,
    window: expectInteger(
      'window',
      options.window,
      1,
      1_000_000,
      rate === 0 ? 64 : openWindow(profile, roomSize),
    ),
    partners: expectInteger('partners', options.partners, 1, clients - 1, Math.min(8, clients - 1)),
    maxBodyBytes: expectInteger('maxBodyBytes', options.maxBodyBytes, MIN_BODY_BYTES, MAX_BODY_BYTES, 200),
    rampSeconds,
    warmupSeconds: expectNumber(
      'warmupSeconds',
      options.warmupSeconds,
      rampSeconds,
      600,
      Math.max(2, rampSeconds),
    ),
    seconds: expectNumber('seconds', options.seconds, 0.1, 86_400, 5),
    tickUs: expectInteger('tickUs', options.tickUs, 0, 1_000_000, 250),
    seed: expectInteger('seed', options.seed, 0, 2 ** 32 - 1, 1),
    token: options.token,
  };
}

/** A frame of the default length, with its header, in bytes. */
const FRAME_BYTES = 106;

function openWindow(profile: Profile, roomSize: number): number {
  const roomShare = profile === 'room' ? 1 : profile === 'mix' ? 1 / MIX_EVERY : 0;
  const deliveries = 1 - roomShare + roomShare * (roomSize - 1);
  return Math.max(16, Math.floor((512 * 1024) / (FRAME_BYTES * deliveries)));
}
