/** What to do about connections: made again and again to one address, they belong in a pool of resources. */
import { formatTally, formatTime } from '../report/format.ts';
import type { AdviceReason, AdviceVerdict, ConnectionAdvice } from './advice.ts';
import type { MergedConnections } from './merge-sites.ts';
import { agentSnippet, resourcePoolSnippet } from './snippets.ts';
import type { Whole } from './whole.ts';

/** Fewer than this, and there is nothing to reuse. */
const FEW = 10;
/** A pool holds what is open at a time; that many times as many were made. */
const TIMES_OPEN = 2;
/** Times are counted in powers of two from 2^−7 ms on. */
const TIME_SHIFT = 7;

/** Advice for the connections of one place to one address. */
export function adviseConnections(site: MergedConnections, whole: Whole): ConnectionAdvice {
  const library = libraryOf(site, whole);
  const connectMs = medianOf(site.connectMs);
  const openMs = medianOf(site.openMs);
  const made = site.connectMs.reduce((sum, count) => sum + count, 0);
  const again = Math.max(0, made - site.mostOpen);
  const { verdict, reason, because, use, snippet } = judge(site, library, connectMs, openMs);
  return {
    place: whole.place(site.frame),
    callers: site.callers.map((frame) => whole.place(frame)),
    library,
    address: site.address,
    tls: site.tls,
    count: site.count,
    countPerSecond: site.count / whole.seconds,
    mostOpen: site.mostOpen,
    connectMs,
    openMs,
    verdict,
    reason,
    because,
    waitSavedMs: verdict === 'leave it' ? 0 : again * (connectMs ?? 0),
    use,
    snippet,
  };
}

function libraryOf({ frame, callers }: MergedConnections, { sources }: Whole): string | null {
  // The place is the program's; the client stands nearer to the socket.
  for (const { file } of [...callers, frame]) {
    const library = sources.library(file);
    if (library !== null) return CLIENTS[library] ?? library;
  }
  return null;
}

/** Packages that connect for others. */
const CLIENTS: Readonly<Record<string, string>> = { 'pg-pool': 'pg', 'pg-protocol': 'pg' };

function judge(
  { count, mostOpen, http }: MergedConnections,
  library: string | null,
  connectMs: number | null,
  openMs: number | null,
): {
  verdict: AdviceVerdict;
  reason: AdviceReason;
  because: string;
  use: string | null;
  snippet: string | null;
} {
  const times = `${count === 1 ? 'One was' : `${formatTally(count)} were`} made, at most ${mostOpen} open at a time`;
  if (count < FEW || count < mostOpen * TIMES_OPEN) {
    const because = `${times}: there is little to use again.`;
    return { verdict: 'leave it', reason: 'few', because, use: null, snippet: null };
  }
  const each = [
    connectMs === null ? '' : `Each takes up to ${formatTime(connectMs * 1e6)} to connect`,
    openMs === null ? '' : `is open for up to ${formatTime(openMs * 1e6)}`,
  ].filter((text) => text !== '');
  const figures = `${times}.${each.length === 0 ? '' : ` ${each.join(' and ')}, before whatever it says at first.`}`;
  if (http) {
    return {
      verdict: 'use an agent',
      reason: 'connections',
      because: `${figures} An agent that keeps connections alive is Node's own pool for HTTP; fetch() has one by itself, if the bodies of its answers are read to their end.`,
      use: 'http.Agent',
      snippet: agentSnippet(),
    };
  }
  return {
    verdict: 'use a resource pool',
    reason: 'connections',
    because: `${figures} A ResourcePool keeps those that are open at a time, checks them, and makes users wait in line.`,
    use: 'ResourcePool',
    snippet: resourcePoolSnippet(library),
  };
}

/** The upper end of the histogram's middle entry. */
function medianOf(counts: readonly number[]): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let passed = 0;
  for (const [i, count] of counts.entries()) {
    passed += count;
    if (total > 0 && passed * 2 >= total) return 2 ** (i - TIME_SHIFT);
  }
  return null;
}
