/**
 * The process of one case in one round. Waits for a job from its parent, measures, answers and ends.
 *
 * To look into one case, run its experiment by itself with `--rounds 1` under a profiler:
 * `NODE_OPTIONS=--cpu-prof rockpool lab messages --rounds 1`.
 */
import { serveMetrics } from '@rockpool/metrics';
import { findCase } from '../registry.ts';
import type { Answer, Job, WatchNote } from './job.ts';
import { measure } from './measure.ts';

process.once('message', async (job: Job) => {
  if (job.watched === true) {
    const { url } = await serveMetrics({ port: 0 });
    process.send?.({ url } satisfies WatchNote);
  }
  const answer = await run(job);
  process.send?.(answer, () => process.disconnect());
});
// A parent that dies takes its children with it.
process.once('disconnect', () => process.exit());

async function run(job: Job): Promise<Answer> {
  try {
    const { prepare } = findCase(job.experiment, job.comparison, job.case);
    return { ok: true, measurement: await measure(await prepare(), job.times) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
