/**
 * `im-gateway`: one gateway as a process.
 *
 * Standard output is JSON, a line each: pino's log, and the figures, as `{"msg":"stats",…}`, on SIGUSR2, at an interval
 * if one is given, and once at the end. SIGINT and SIGTERM shut down in order: exit code 0. What stops it from
 * starting is told in one line on standard error: exit code 1.
 */
import { servePage } from '@rockpool/lab/page';
import { serveMetrics } from '@rockpool/metrics';
import { Command, type Option } from 'commander';
import { type Logger, pino } from 'pino';
import type { BufferChecks, LeakLevel } from 'rockpool';
import { openBus } from './bus/open-bus.ts';
import { choiceFlag, integerFlag, numberFlag, optionalPortFlag, textFlag } from './config/flags.ts';
import { Memory } from './config/memory.ts';
import { Gateway } from './gateway/gateway.ts';
import type { SlowConsumerPolicy } from './gateway/gateway-options.ts';
import { ProcessWatch, processFigures } from './process-watch.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LONGEST_MS = 2 ** 31 - 1;

/** The flags, parsed. */
export interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly bus: string;
  readonly allocator: 'pooled' | 'unpooled';
  readonly checks: BufferChecks;
  readonly leaks: LeakLevel;
  readonly token?: string;
  readonly maxFrameBytes: number;
  readonly maxConnections: number;
  readonly maxRooms: number;
  readonly maxPendingBytes: number;
  readonly slowConsumer: SlowConsumerPolicy;
  readonly idleTimeoutMs: number;
  readonly loginTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly gatherMs: number;
  readonly flushShare: number;
  readonly readBytes: number;
  readonly batchBytes: number;
  readonly copyMaxBytes: number;
  readonly graceMs: number;
  readonly statsIntervalMs: number;
  readonly metricsPort?: number;
  readonly page?: number;
  readonly logLevel: string;
}

/** All flags, in the order of `--help`. */
const SERVE_FLAGS: readonly Option[] = [
  textFlag('host', 'address to listen on', '127.0.0.1'),
  integerFlag('port', 'port to listen on; 0: any free one', 0, 65_535, 7350),
  textFlag('bus', "'memory', or the URL of a NATS server: nats://127.0.0.1:4222", 'memory'),
  choiceFlag('allocator', 'where buffers come from', ['pooled', 'unpooled'], 'pooled'),
  choiceFlag('checks', 'of pooled buffers', ['off', 'basic', 'strict', 'paranoid'], 'basic'),
  choiceFlag('leaks', 'leak detection', ['disabled', 'simple', 'advanced', 'paranoid'], 'simple'),
  textFlag('token', 'what a login must carry'),
  integerFlag('max-frame-bytes', 'longest frame, header included', 96, 16 * MIB, 16 * KIB),
  integerFlag('max-connections', 'connections at the same time', 1, 1_000_000, 10_000),
  integerFlag('max-rooms', 'rooms that one client may be in', 0, 65_536, 64),
  integerFlag('max-pending-bytes', 'bytes that may wait for one client', KIB, KIB * MIB, MIB),
  choiceFlag('slow-consumer', 'what happens past that', ['disconnect', 'drop'], 'disconnect'),
  integerFlag('idle-timeout-ms', 'silence after which a client is closed', 10, LONGEST_MS, 60_000),
  integerFlag('login-timeout-ms', 'time for the login', 10, LONGEST_MS, 10_000),
  integerFlag('close-timeout-ms', 'time for a client to close', 10, LONGEST_MS, 2_000),
  numberFlag('gather-ms', 'the longest that bytes wait for company', 0, 1_000, 3),
  numberFlag('flush-share', 'of the time that flushing may take', 0.01, 1, 0.4),
  integerFlag('read-bytes', 'bytes of a large read', 4 * KIB, 4 * MIB, 64 * KIB),
  integerFlag('batch-bytes', 'block that frames are gathered in', 256, 4 * MIB, 16 * KIB),
  integerFlag('copy-max-bytes', 'longest frame that is copied into batches', 0, 4 * MIB, 2 * KIB),
  integerFlag('grace-ms', 'time for the shutdown', 0, LONGEST_MS, 5_000),
  integerFlag('stats-interval-ms', 'print figures so often; 0: never', 0, LONGEST_MS, 0),
  optionalPortFlag('metrics-port', 'serve metrics on this port of 127.0.0.1; 0: any free one'),
  optionalPortFlag('page', 'serve the live page on this port of 127.0.0.1; 0: any free one'),
  choiceFlag('log-level', 'of the log', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
];

/** The command, without its name. */
export function serveCommand(): Command {
  const command = new Command('im-gateway').description('An instant-messaging gateway on pooled buffers');
  for (const flag of SERVE_FLAGS) command.addOption(flag);
  return command.action((flags: ServeFlags) => serve(flags));
}

/** Runs a gateway until a signal ends it. @throws {ListenError} @throws {BusUnreachableError} */
async function serve(flags: ServeFlags): Promise<void> {
  const logger = pino({ level: flags.logLevel, base: { pid: process.pid } });
  const memory = new Memory(flags, logger);
  const bus = await openBus(flags.bus, logger);
  const watch = new ProcessWatch();
  const {
    bus: _,
    allocator: __,
    checks,
    leaks,
    graceMs,
    statsIntervalMs,
    metricsPort,
    page,
    ...rest
  } = flags;
  const { logLevel, ...options } = rest;
  const gateway = new Gateway({ ...options, allocator: memory.allocator, logger, bus });
  const print = (kind: 'stats' | 'final'): void => {
    const figures = { gateway: gateway.stats(), memory: memory.figures(), process: processFigures(watch) };
    process.stdout.write(`${JSON.stringify({ msg: kind, time: Date.now(), ...figures })}\n`);
  };
  let views: readonly View[] = [];
  try {
    views = await openViews(flags, logger);
    const port = await gateway.listen();
    logger.info(
      { host: flags.host, port, id: gateway.id, allocator: flags.allocator, bus: bus.name },
      'listening',
    );
  } catch (error) {
    for (const view of views) await view.close();
    await bus.close();
    throw error;
  }
  const printing =
    flags.statsIntervalMs > 0 ? setInterval(() => print('stats'), flags.statsIntervalMs) : undefined;
  process.on('SIGUSR2', () => print('stats'));
  const signal = await ended(logger);
  clearInterval(printing);
  logger.info({ signal, graceMs: flags.graceMs }, 'shutting down');
  for (const view of views) await view.close();
  await gateway.close(flags.graceMs);
  await bus.close();
  print('final');
  watch.stop();
}

/** What shows the process to others. @throws Error a port is taken; then the process ends */
async function openViews({ metricsPort, page }: ServeFlags, logger: Logger): Promise<readonly View[]> {
  const views: View[] = [];
  if (metricsPort !== undefined) {
    const server = await serveMetrics({ port: metricsPort });
    logger.info({ url: `${server.url}/metrics` }, 'metrics');
    views.push(server);
  }
  if (page !== undefined) {
    const server = await servePage({ port: page });
    logger.info({ url: server.url }, 'page');
    views.push(server);
  }
  return views;
}

interface View {
  close(): Promise<void>;
}

/** Waits for the first signal; the second one ends the process as it would without a handler. */
function ended(logger: Logger): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        logger.debug({ signal }, 'signal');
        resolve(signal);
      });
    }
  });
}
