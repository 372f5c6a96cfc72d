/**
 * The gateway as a process, with its tuner, its metrics and its page. Standard output is pino's log: JSON, a line each.
 *
 *     feed ─► gateway ─► allocator ◄─ tuner, four times a second
 *                            └─► /metrics for Prometheus, the page for people
 */

import { feedOrders, MARKET_DAY, OrderGateway } from '@rockpool/lab/orders';
import { servePage } from '@rockpool/lab/page';
import { serveMetrics } from '@rockpool/metrics';
import { Command } from 'commander';
import { type Logger, pino } from 'pino';
import { allocatorPresets, ByteBufAllocator, describeDecision, Tuner } from 'rockpool';
import { FLAGS, type ServeFlags } from './flags.ts';

const MIB = 1024 * 1024;

/** The command, without its name. */
export function serveCommand(): Command {
  const command = new Command('order-gateway').description(
    'An order gateway on pooled buffers whose caches are tuned while it runs',
  );
  for (const flag of FLAGS) command.addOption(flag);
  return command.action((flags: ServeFlags) => serve(flags));
}

/** Runs until a signal. @throws Error a port is taken */
async function serve(flags: ServeFlags): Promise<void> {
  const logger = pino({ level: flags.logLevel, base: { pid: process.pid } });
  await using stack = new AsyncStack();
  const preset = flags.preset === 'source' ? allocatorPresets.source : allocatorPresets.node;
  const allocator = new ByteBufAllocator({ ...preset, name: 'orders' });
  const { host, port, settleMs } = flags;
  const gateway = stack.use(await OrderGateway.start({ allocator, host, port, settleMs }));
  logger.info({ host, port: gateway.port, preset: flags.preset, tuner: flags.tuner }, 'listening');
  if (flags.tuner !== 'off') startTuner(allocator, flags, logger);
  if (flags.metricsPort !== undefined) {
    const metrics = stack.use(await serveMetrics({ port: flags.metricsPort }));
    logger.info({ url: `${metrics.url}/metrics` }, 'metrics');
  }
  if (flags.page !== undefined) {
    const page = stack.use(await servePage(flags.page === true ? {} : { port: flags.page }));
    logger.info({ url: page.url }, 'page');
  }
  const end = new AbortController();
  const feeding = flags.feed ? feedForEver(gateway.port, host, end.signal, logger) : undefined;
  const signal = await ended();
  logger.info({ signal, orders: gateway.stats(), hitRate: allocator.stats().hitRate }, 'shutting down');
  end.abort();
  await feeding;
}

/** What is closed behind the last line, the youngest first. */
class AsyncStack implements AsyncDisposable {
  readonly #all: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(it: T): T {
    this.#all.push(it);
    return it;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const it of this.#all.reverse()) await it[Symbol.asyncDispose]();
  }
}

function startTuner(allocator: ByteBufAllocator, flags: ServeFlags, logger: Logger): void {
  new Tuner({
    targets: [allocator],
    goals: { budgetBytes: flags.budgetMib * MIB },
    intervalMs: flags.intervalMs,
    dryRun: flags.tuner === 'dry',
    onDecision: (decision) => logger.info({ decision }, describeDecision(decision)),
  });
}

async function feedForEver(port: number, host: string, signal: AbortSignal, logger: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      const orders = await feedOrders({ port, host, phases: MARKET_DAY, signal });
      logger.info({ orders }, 'a market day is over');
    } catch (error) {
      if (!signal.aborted) logger.error(error, 'the feed failed');
      return;
    }
  }
}

/** The first signal; the second one ends the process as it would without a handler. */
function ended(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}
