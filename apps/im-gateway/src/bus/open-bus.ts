/** The bus that `--bus` names. */
import type { Logger } from 'pino';
import { GatewayOptionError } from '../errors.ts';
import type { Bus } from './bus.ts';
import { MemoryHub } from './memory-bus.ts';
import { NatsBus } from './nats-bus.ts';

/** @param where `memory`, or a URL @throws {GatewayOptionError} @throws {BusUnreachableError} */
export async function openBus(where: string, logger: Logger): Promise<Bus> {
  if (where === 'memory') return new MemoryHub().port();
  if (!/^(nats|tls):\/\/./.test(where)) {
    throw new GatewayOptionError('bus', "'memory' or a URL that begins with nats:// or tls://", where);
  }
  return NatsBus.connect(where, logger);
}
