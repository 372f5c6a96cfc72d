/**
 * What to do about objects of the heap: the expressions that made them, by their sizes, and for each whether a pool
 * with a reset would be faster than V8's own allocation, which is very fast for small objects.
 */
import { formatBytes, formatPercent, formatTime } from '../report/format.ts';
import type { AdviceReason, AdviceVerdict, Lifetime, Saving, SiteAdvice } from './advice.ts';
import { SHARE_WORTH_IT } from './byte-advice.ts';
import type { Calibration } from './calibrate.ts';
import type { Costs, ObjectJob } from './calibration-job.ts';
import type { Frame, MergedObjectSite } from './merge-sites.ts';
import { savingOf } from './saving.ts';
import { sizeBands } from './size-bands.ts';
import { objectPoolSnippet } from './snippets.ts';
import { allocationsIn } from './source/allocating-expressions.ts';
import { explainObjects, type ObjectExplanation } from './source/explain-objects.ts';
import { neighbourSource } from './source/neighbour-source.ts';
import { type ObjectSize, objectSizes } from './source/object-sizes.ts';
import type { Whole } from './whole.ts';

/** Handles of bytes: what they are handles of is a site of its own. */
const HANDLES = /^(ArrayBuffer|SharedArrayBuffer|DataView|(Big)?(Ui|I)nt\d+(Clamped)?Array|Float\d+Array)$/;
/** Views are made by these of Node's functions. */
const VIEWS = /^node:(internal\/)?buffer (subarray|slice|FastBuffer)$/;
/** A site with a smaller part of all bytes of the heap is not looked at. */
const LEAST_SHARE = 0.01;
const HELD = 64;
/** An object with more fields than this is measured as one with elements. */
const MOST_FIELDS = 64;
const HEADER_BYTES = 24;
const ARRAY_BYTES = 48;
const WORD_BYTES = 8;
/** What cannot come from a pool, by the kind of its expression. */
const NOT_POOLABLE: Readonly<Record<string, string>> = {
  closure: 'a closure keeps what it captured, and cannot be brought back to its first state',
  class: 'a class is made once, or should be',
  regexp: 'a regular expression can be made once, outside of the function',
  rest: 'the array of a rest parameter is made by V8; named parameters need none',
  call: 'what a built-in function returns is made by V8: a loop that fills an array of one’s own needs none',
  iteration: 'iterators are made by V8: a loop over an index needs none',
};
const UNKNOWN: Lifetime = { kind: 'unknown', medianMs: null, followed: 0, aliveShare: 0 };

/** What of the heap is to be judged. */
export interface HeapWhole {
  /** Allocated in the heap, by all sites. */
  readonly bytes: number;
  /** Time in collections that the heap brought about. */
  readonly gcMs: number;
}

/** Advice for the expressions of one function. */
export async function adviseObjects(
  site: MergedObjectSite,
  heap: HeapWhole,
  whole: Whole,
  calibration: Calibration,
): Promise<SiteAdvice[]> {
  if (site.bytes < heap.bytes * LEAST_SHARE) return [];
  if (site.builtIn !== null && HANDLES.test(site.builtIn) && !isView(site)) return [];
  const sizes = objectSizes(site.raw);
  const { frame, explanations } = isView(site)
    ? { frame: site.frame, explanations: [view(sizes)] }
    : explain(site, sizes, whole);
  const advised: SiteAdvice[] = [];
  for (const explanation of explanations) {
    const bytes = explanation.bytes * explanation.count;
    if (bytes < heap.bytes * LEAST_SHARE || isHandle(explanation)) continue;
    advised.push(await adviseOne({ ...site, frame }, explanation, sizes, heap, whole, calibration));
  }
  return advised;
}

function isView({ nodeFunction }: MergedObjectSite): boolean {
  return nodeFunction !== null && VIEWS.test(nodeFunction);
}

function isHandle({ what }: ObjectExplanation): boolean {
  return what.startsWith('new ') && HANDLES.test(what.slice('new '.length));
}

/** A view of bytes: handle and all, one for each. */
function view(sizes: readonly ObjectSize[]): ObjectExplanation {
  const bytes = sizes.reduce((sum, size) => sum + size.bytes * size.count, 0);
  const count = sizes.reduce((most, size) => Math.max(most, size.count), 0);
  return {
    what: 'a view (Buffer.subarray)',
    line: null,
    column: null,
    bytes: count === 0 ? 0 : bytes / count,
    count,
    state: 'plain',
    why: null,
    allocations: [],
  };
}

/** The site with its explanations; its position as the source has it, where V8 has lost it. */
function explain(
  site: MergedObjectSite,
  sizes: readonly ObjectSize[],
  whole: Whole,
): { frame: Frame; explanations: ObjectExplanation[] } {
  const { frame } = site;
  const text = frame.isNode ? null : whole.sources.generatedText(frame.file);
  const options = { functionName: frame.functionName, sourceOf: neighbourSource };
  const source = text === null ? null : allocationsIn(text, frame.file, frame.line, frame.column, options);
  const found = frame.line === 0 && source !== null ? { line: source.line, column: source.column } : {};
  return { frame: { ...frame, ...found }, explanations: explainObjects(source, site.builtIn, sizes) };
}

async function adviseOne(
  site: MergedObjectSite,
  explanation: ObjectExplanation,
  sizes: readonly ObjectSize[],
  heap: HeapWhole,
  whole: Whole,
  calibration: Calibration,
): Promise<SiteAdvice> {
  const { count, bytes: each } = explanation;
  const bytes = each * count;
  const job = jobOf(explanation);
  const worthMeasuring = job !== null && count * 200 > whole.cpuMs * 1e6 * SHARE_WORTH_IT;
  const costs = worthMeasuring ? await calibration.costs(job) : null;
  const saving = costs === null ? null : savingOf({ count, bytes }, costs, whole, heap.gcMs);
  const library = whole.sources.library(site.frame.file);
  const { verdict, reason, because } = judge(site.frame, explanation, library, costs, saving);
  return {
    kind: 'objects',
    what: explanation.what,
    place: whole.place(positionOf(site.frame, explanation)),
    callers: site.callers.map((frame) => whole.place(frame)),
    library,
    threads: site.threads,
    count: Math.round(count),
    countPerSecond: count / whole.seconds,
    bytes: Math.round(bytes),
    bytesPerSecond: bytes / whole.seconds,
    sizes: sizeBands(
      (explanation.allocations.length === 0
        ? sizes.map((size) => [size.bytes, size.count] as const)
        : [[each, count] as const]
      )
        .slice()
        .sort(([a], [b]) => a - b)
        .map(([size, number]) => [Math.round(size), number] as const),
    ),
    lifetime: UNKNOWN,
    heldAtATime: null,
    verdict,
    reason,
    because,
    saving,
    use: verdict === 'pool it' ? 'Pool' : null,
    snippet: verdict === 'pool it' ? objectPoolSnippet(explanation.what) : null,
    samples: sizes.reduce((sum, size) => sum + size.samples, 0),
  };
}

function positionOf(frame: Frame, { line, column }: ObjectExplanation): Frame {
  return line === null || column === null ? frame : { ...frame, line, column };
}

function jobOf({ what, bytes, allocations }: ObjectExplanation): ObjectJob | null {
  const [first] = allocations;
  if (first !== undefined && first.kind in NOT_POOLABLE) return null;
  if (what === 'new Map') return { kind: 'object', shape: 'map', length: 0, held: HELD };
  if (what === 'new Set') return { kind: 'object', shape: 'set', length: 0, held: HELD };
  const fields = Math.max(1, Math.round((bytes - HEADER_BYTES) / WORD_BYTES));
  if (first?.kind === 'array' || fields > MOST_FIELDS) {
    const length = Math.max(1, Math.round((bytes - ARRAY_BYTES) / WORD_BYTES));
    return { kind: 'object', shape: 'elements', length: Math.min(100_000, roughly(length)), held: HELD };
  }
  return { kind: 'object', shape: 'fields', length: fields, held: HELD };
}

/** Lengths that differ by less than an eighth share a calibration. */
function roughly(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length)) - 2);
  return Math.round(length / step) * step;
}

function judge(
  frame: Frame,
  { what, bytes, allocations, state, why }: ObjectExplanation,
  library: string | null,
  costs: Costs | null,
  saving: Saving | null,
): { verdict: AdviceVerdict; reason: AdviceReason; because: string } {
  const leave = (reason: AdviceReason, because: string) => ({
    verdict: 'leave it' as const,
    reason,
    because,
  });
  const kind = allocations[0]?.kind;
  if (kind !== undefined && kind in NOT_POOLABLE)
    return leave('complex', `${sentence(NOT_POOLABLE[kind] ?? '')}.`);
  if (what.startsWith('a view')) {
    return leave(
      'small',
      `A view costs ${formatBytes(bytes)} of heap and some 30 ns. Slices of a ByteBuf are recycled, where the bytes come from one anyway.`,
    );
  }
  if (saving === null || costs === null) {
    return leave('few', `${formatBytes(bytes)} each, and too few to matter in this program.`);
  }
  const figures = `Making one costs ${formatTime(costs.fresh.cpuNs)}, collections included, a pooled one with its reset ${formatTime(costs.pooled.cpuNs)}`;
  if (saving.nsPerOperation <= 0) {
    return leave('small', `${figures}: ${formatBytes(bytes)} are too small for a pool to pay.`);
  }
  if (saving.cpuShare < SHARE_WORTH_IT) {
    return leave(
      'few',
      `${figures}: that would save ${formatPercent(saving.cpuShare)} of the processor time, and every one would have to be given back.`,
    );
  }
  const share = `would save ${formatPercent(saving.cpuShare)} of the processor time`;
  if (frame.isNode || library !== null) {
    return leave('no-seam', `${figures}, which ${share}; but it is made inside of ${library ?? 'Node'}.`);
  }
  if (state === 'complex') {
    return leave(
      'complex',
      `${figures}, which ${share}; but it is hard to bring back to its first state: ${why ?? 'its state is not in sight'}.`,
    );
  }
  if (!what.startsWith('new ') && !what.startsWith('{') && !what.startsWith('[')) {
    return leave('complex', `${figures}, which ${share}; but the source does not tell what it is.`);
  }
  return {
    verdict: 'pool it',
    reason: 'pays',
    because: `${figures} (calibrated on this machine). It pays only if whoever takes one also gives it back.`,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
