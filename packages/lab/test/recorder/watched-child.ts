/** Runs a program in a process of its own, in which the recorder's wrappers are in place: they change globals. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { ByteSiteRecord } from '#recorder/recording';

const { resolve } = createRequire(import.meta.url);
const module = (name: string): string => JSON.stringify(resolve(`#recorder/${name}`));

/** What was counted. */
export interface Watched {
  /** Made, count and bytes of each site. */
  readonly sites: readonly (readonly [what: string, count: number, bytes: number])[];
  /** Calls through the wrappers. */
  readonly calls: number;
  readonly notes: readonly string[];
  /** What the program returned. */
  readonly result: unknown;
  readonly records: readonly ByteSiteRecord[];
  /** Function names of the nearest frame of each site. */
  readonly callers: readonly string[];
}

/**
 * Runs a program under the wrappers, in exact mode.
 *
 * @param body of a function; `sampler` is in scope
 * @param before runs before the wrappers come
 */
export function watchedChild(body: string, before = ''): Watched {
  const program = `
    ${before}
    const { ByteSampler } = require(${module('byte-sites')});
    const { FrameTable } = require(${module('program-stack')});
    const { Lifetimes } = require(${module('lifetimes')});
    const table = new FrameTable();
    const notes = [];
    const sampler = new ByteSampler(table, new Lifetimes(() => []), true);
    require(${module('wrap-buffer')}).wrapBuffer(sampler, notes);
    require(${module('wrap-arrays')}).wrapArrays(sampler, notes);
    sampler.calls = 0;
    const result = (function program() { ${body} })();
    sampler.stop();
    const records = sampler.record();
    const answer = {
      sites: records.map(({ what, count, bytes }) => [what, count, bytes]),
      calls: sampler.calls, notes, result, records,
      callers: records.map(({ stack }) => table.records[stack[0]].functionName),
    };
    require('node:fs').writeSync(1, JSON.stringify(answer));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })) as Watched;
}
