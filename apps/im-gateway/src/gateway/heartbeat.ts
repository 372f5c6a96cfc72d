/**
 * Looks at all connections now and then. Whoever reads only sets a flag, so that no clock is read for each frame; the
 * sweep turns flags into times.
 *
 *     no login within loginTimeoutMs      ─► error idle, closed
 *     silent for half of idleTimeoutMs    ─► a probe
 *     silent for idleTimeoutMs            ─► error idle, closed
 *     closing for closeTimeoutMs          ─► destroyed: half-open, or it does not read
 */
import { ErrorCode } from '../protocol/error-code.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Counters } from './counters.ts';
import type { GatewaySettings } from './gateway-options.ts';
import type { Session } from './session.ts';

/** One look at every session. @param nowMs on the gateway's clock */
export function sweepSessions(
  sessions: Iterable<Session>,
  settings: GatewaySettings,
  counters: Counters,
  nowMs: number,
): void {
  for (const session of sessions) {
    if (!session.open) {
      session.closingMs ??= nowMs;
      if (nowMs - session.closingMs >= settings.closeTimeoutMs) session.destroy();
      continue;
    }
    session.tellDropped();
    if (session.user === undefined) {
      // What it sends before the login does not count: the time of the connection does.
      if (nowMs - session.heardMs >= settings.loginTimeoutMs) {
        session.fail(ErrorCode.idle, 0, `no login within ${settings.loginTimeoutMs} ms`);
      }
      continue;
    }
    if (session.heard) {
      session.heard = false;
      session.probed = false;
      session.heardMs = nowMs;
      continue;
    }
    const silentMs = nowMs - session.heardMs;
    if (silentMs >= settings.idleTimeoutMs) {
      session.fail(ErrorCode.idle, 0, `nothing was heard for ${settings.idleTimeoutMs} ms`);
    } else if (silentMs >= settings.idleTimeoutMs / 2 && !session.probed) {
      session.probed = true;
      counters.probes++;
      session.answer({ type: FrameType.probe, id: 0 });
    }
  }
}
