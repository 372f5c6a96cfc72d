/**
 * Where pooling objects wins and where it loses: a small plain object, one with collections inside, a parser with
 * scratch in arrays and Maps, a scanner with scratch in typed arrays. The pooled ones are reset completely before their next use; that is part of the price.
 */
import { Pool } from 'rockpool';
import type { Comparison, Experiment } from '../experiment.ts';
import { ByteScanner } from './byte-scanner.ts';
import { Parser } from './expression-parser.ts';
import { freshLoop, pooledLoop, type Touch } from './loops.ts';

interface Point {
  x: number;
  y: number;
  z: number;
  kind: number;
  visible: boolean;
  label: string;
}

interface Context {
  user: number;
  readonly headers: Map<string, string>;
  readonly roles: string[];
  readonly inbox: number[];
}

const HEADERS = ['host', 'accept', 'cookie', 'origin', 'range', 'te', 'via', 'date'] as const;
const SOURCES = [
  'a1 + b2 * (c3 - 14) / (d5 + e6 * (f7 - 8)) - 9',
  '(x + y) * (x - y) + z * z * z - (u + (v * (w - 1)))',
  'price * count - price * count * discount / 100 + shipping',
] as const;

/** The experiment. */
export const objects: Experiment = {
  name: 'objects',
  summary: 'fresh objects against pooled ones: small, with collections inside, with scratch memory',
  secondsPerCase: 2.5,
  notes: [
    'Verdict: "pool it" or "leave it" where every round differs by more than 10 %, else "no difference".',
    'Time decides it. Allocation and GC time stand beside it: a pool that is no faster may still calm the tail.',
  ],
  comparisons: [
    compare('small', 'A small plain object of six fields', 'object', makePoint, resetPoint, touchPoint),
    compare(
      'collections',
      'An object with a Map and two arrays',
      'context',
      makeContext,
      resetContext,
      touchContext,
    ),
    compare(
      'parser',
      'A parser: tokens, output parts, nested scopes',
      'parse',
      () => new Parser(),
      resetParser,
      parse,
    ),
    compare(
      'scanner',
      'A scanner with 3 KiB of scratch in typed arrays',
      'scan',
      () => new ByteScanner(),
      (scanner) => scanner.reset(),
      (scanner, i) => scanner.scan(SOURCES[i % SOURCES.length] as string),
    ),
  ],
};

function compare<T extends object>(
  id: string,
  title: string,
  operation: string,
  create: () => T,
  reset: (item: T) => void,
  touch: Touch<T>,
): Comparison {
  return {
    id,
    title,
    operation,
    baseline: 'fresh',
    pooled: ['pooled'],
    cases: [
      { id: 'fresh', title: 'Fresh', prepare: () => freshLoop(create, touch) },
      { id: 'pooled', title: 'Pool', prepare: () => pooledLoop(new Pool({ create, reset }), touch) },
    ],
  };
}

function makePoint(): Point {
  return { x: 0, y: 0, z: 0, kind: 0, visible: false, label: '' };
}

function resetPoint(point: Point): void {
  point.x = 0;
  point.y = 0;
  point.z = 0;
  point.kind = 0;
  point.visible = false;
  point.label = '';
}

function touchPoint(point: Point, i: number): number {
  point.x = i;
  point.y = i + 1;
  point.z = i + 2;
  point.kind = i & 3;
  point.visible = true;
  point.label = 'point';
  return point.x + point.y + point.z;
}

function makeContext(): Context {
  return { user: 0, headers: new Map(), roles: [], inbox: [] };
}

function resetContext(context: Context): void {
  context.user = 0;
  context.headers.clear();
  context.roles.length = 0;
  context.inbox.length = 0;
}

function touchContext(context: Context, i: number): number {
  context.user = i;
  for (const name of HEADERS) context.headers.set(name, 'value');
  context.roles.push('reader', 'writer');
  for (let k = 0; k < 16; k++) context.inbox.push(i + k);
  return context.headers.size + context.roles.length + (context.inbox[15] as number);
}

function resetParser(parser: Parser): void {
  parser.reset();
}

function parse(parser: Parser, i: number): number {
  return parser.parse(SOURCES[i % SOURCES.length] as string);
}
