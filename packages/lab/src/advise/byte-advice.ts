/**
 * What to do about a site that allocates bytes.
 *
 *     lives long ─► leave      no way in ─► leave      pooled is no faster ─► leave      saves too little ─► leave
 *                                                                                        else ─► pool it
 */

import { formatPercent, formatTally, formatTime } from '../report/format.ts';
import type { AdviceReason, AdviceVerdict, Lifetime, Saving, SiteAdvice } from './advice.ts';
import type { Calibration } from './calibrate.ts';
import type { ArrayJob, BytesJob, Costs } from './calibration-job.ts';
import { judgeLifetime } from './lifetime.ts';
import { type MergedByteSite, UNKNOWN_FILE } from './merge-sites.ts';
import { savingOf } from './saving.ts';
import { librarySeam, nodeSeam, type Seam } from './seams.ts';
import { representativeSizes, sizeBands } from './size-bands.ts';
import { arrayPoolSnippet, byteBufSnippet, clears, concatSnippet } from './snippets.ts';
import type { Whole } from './whole.ts';

/** Held at a time in a calibration: short-lived buffers are few. */
const HELD = 16;
const MOST_SIZES = 64;
/** A site that saves less of the processor time is left alone. */
export const SHARE_WORTH_IT = 0.01;
const NOT_CALIBRATED = 'What it costs could not be measured: the calibration failed on this machine.';
/** Above this an allocation has memory of its own, whatever made it: what is calibrated is capped there. */
const LARGEST_CALIBRATED = 4 * 1024 * 1024;

/** Advice for one site. */
export async function adviseBytes(
  site: MergedByteSite,
  whole: Whole,
  calibration: Calibration,
): Promise<SiteAdvice> {
  const library = whole.sources.library(site.frame.file);
  const lifetime = judgeLifetime(site.lifetime, site.bytes, whole.memoryBytes);
  const seam = site.frame.file === UNKNOWN_FILE ? NOWHERE : seamOf(site, library);
  const job = jobOf(site);
  // What cannot matter is not measured: a site that makes less than a thousandth of what the program does.
  const worthMeasuring = lifetime.kind !== 'long' && mayMatter(site, whole);
  const costs = worthMeasuring ? await calibration.costs(job) : null;
  const saving = costs === null ? null : savingOf(site, costs, whole, whole.gcMs);
  const { verdict, reason, because } = judge(site, lifetime, seam, costs, saving, worthMeasuring);
  const advised = verdict === 'leave it' ? null : wayOf(site, job, seam);
  return {
    kind: 'bytes',
    what: nameOf(site),
    place: whole.place(site.frame),
    callers: site.callers.map((frame) => whole.place(frame)),
    library,
    threads: site.threads,
    count: Math.round(site.count),
    countPerSecond: site.count / whole.seconds,
    bytes: Math.round(site.bytes),
    bytesPerSecond: site.bytes / whole.seconds,
    sizes: sizeBands(site.sizes),
    lifetime,
    heldAtATime: lifetime.kind === 'long' ? site.count * lifetime.aliveShare : null,
    verdict,
    reason,
    because,
    saving,
    use: advised?.use ?? null,
    snippet: advised?.snippet ?? null,
    samples: site.samples,
  };
}

function seamOf(site: MergedByteSite, library: string | null): Seam | undefined {
  return nodeSeam(site) ?? (library === null ? undefined : librarySeam(library));
}

const NOWHERE: Seam = { kind: 'none', why: 'nobody knows where: there was no stack, or there were too many' };

/** `Buffer.alloc`, or Node's function that called it: `fs.readFileSync`. */
function nameOf({ what, nodeFunction, frame }: MergedByteSite): string {
  if (frame.isNode) return `${what} of Node`;
  if (nodeFunction === null) return what;
  const [module = '', name = ''] = nodeFunction.split(' ');
  if (module === 'node:buffer') return what;
  const short = module.startsWith('node:internal/') ? name : `${module.slice('node:'.length)}.${name}`;
  return `${short} (${what})`;
}

/** A thousandth of the processor time, at a µs and a byte's share each: a generous guess of what it may cost. */
function mayMatter({ count, bytes }: MergedByteSite, { cpuMs }: Whole): boolean {
  const mostMs = (count * 1000 + bytes) / 1e6;
  return mostMs > cpuMs * SHARE_WORTH_IT * 0.1;
}

function jobOf({ what, sizes }: MergedByteSite): BytesJob | ArrayJob {
  const capped = sizes.map(([bytes, count]) => [Math.min(bytes, LARGEST_CALIBRATED), count] as const);
  const name = what.startsWith('new ') ? what.slice('new '.length) : '';
  const list = representativeSizes(capped, MOST_SIZES);
  if (isNumbers(name) && sizes.length === 1) {
    return { kind: 'array', constructorName: name, bytes: list[0] ?? 0, held: HELD };
  }
  return { kind: 'bytes', maker: makerOf(what, name), constructorName: name, sizes: list, held: HELD };
}

/** Whether a typed array is of numbers, rather than of bytes. */
function isNumbers(name: string): boolean {
  return name !== '' && name !== 'ArrayBuffer' && name !== 'Uint8Array';
}

function makerOf(what: string, name: string): BytesJob['maker'] {
  if (name === 'ArrayBuffer') return 'ArrayBuffer';
  if (name !== '') return 'array';
  switch (what) {
    case 'Buffer.alloc':
    case 'Buffer.allocUnsafeSlow':
      return what;
    case 'TextEncoder.encode':
      return 'Buffer.allocUnsafeSlow';
    case 'Buffer.from':
      return 'Buffer.from';
    default:
      return 'Buffer.allocUnsafe';
  }
}

function elementBytes(name: string): number {
  const arrays = globalThis as unknown as Record<string, { readonly BYTES_PER_ELEMENT?: number } | undefined>;
  return arrays[name]?.BYTES_PER_ELEMENT ?? 1;
}

interface Judgement {
  readonly verdict: AdviceVerdict;
  readonly reason: AdviceReason;
  readonly because: string;
}

function judge(
  site: MergedByteSite,
  lifetime: Lifetime,
  seam: Seam | undefined,
  costs: Costs | null,
  saving: Saving | null,
  missed: boolean,
): Judgement {
  const leave = (reason: AdviceReason, because: string): Judgement => ({
    verdict: 'leave it',
    reason,
    because,
  });
  if (lifetime.kind === 'long') {
    const share = formatPercent(lifetime.aliveShare);
    return leave(
      'long-lived',
      `It is kept: of those that were followed most outlived a full collection, and ${share} were alive at the end. A pool saves nothing on what does not come back.`,
    );
  }
  if (saving === null || costs === null) {
    return leave(
      'few',
      missed ? NOT_CALIBRATED : `${formatTally(site.count)} of them are too few to matter in this program.`,
    );
  }
  const figures = `A fresh one costs ${formatTime(costs.fresh.cpuNs)}, of which ${formatTime(costs.fresh.gcNs)} in collections, a pooled one ${formatTime(costs.pooled.cpuNs)}`;
  if (saving.nsPerOperation <= 0) {
    return leave('no-gain', `${figures}: nothing to gain at these sizes.`);
  }
  const share = `${formatPercent(saving.cpuShare)} of the processor time`;
  if (saving.cpuShare < SHARE_WORTH_IT) {
    return leave('few', `${figures}: that would save ${share}, and every buffer would have to be released.`);
  }
  if (seam?.kind === 'none') {
    return leave('no-seam', `${figures}, which would save ${share}; but ${seam.why}.`);
  }
  const cleared = clears(site.what) ? ' A pooled one is not cleared.' : '';
  const doubt =
    lifetime.kind === 'short'
      ? ''
      : ' Too little was seen of how long they live: a pool pays where they are released soon.';
  const how = seam?.kind === 'use' ? ` ${seam.how}` : '';
  return {
    verdict: 'pool it',
    reason: 'pays',
    because: `${figures} (calibrated on this machine).${cleared}${how}${doubt}`,
  };
}

function wayOf(
  site: MergedByteSite,
  job: BytesJob | ArrayJob,
  seam: Seam | undefined,
): { use: string; snippet: string } {
  if (seam?.kind === 'use') return { use: seam.use, snippet: seam.snippet };
  const name = job.constructorName;
  if (isNumbers(name)) {
    const longest = site.sizes.at(-1)?.[0] ?? 0;
    const snippet = arrayPoolSnippet(name, Math.ceil(longest / elementBytes(name)), site.sizes.length > 1);
    return { use: 'Pool', snippet };
  }
  if (site.what === 'Buffer.concat') return { use: 'ByteBufAllocator', snippet: concatSnippet() };
  const size = site.sizes.length === 1 ? String(site.sizes[0]?.[0]) : 'bytes';
  return { use: 'ByteBufAllocator', snippet: byteBufSnippet(site.what, size === 'bytes' ? 'size' : size) };
}
