import { Worker } from 'node:worker_threads';
import { Pool } from 'rockpool';
import { expect, test } from 'vitest';
import { collectThreads, MetricsOptionError, registerMetrics } from '../src/index.ts';

const WORKER = `
import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from '${import.meta.resolve('rockpool')}';
import { answerScrapes } from '${new URL('../dist/index.js', import.meta.url).href}';
const pool = new Pool({ name: 'rows', create: () => ({}), maxIdle: 10 + workerData.id });
for (let i = 0; i < workerData.id; i++) pool.get();
globalThis.kept = pool;
answerScrapes(undefined, workerData.channel);
parentPort.on('message', () => parentPort.close());
parentPort.postMessage('ready');
`;

function start(id: number, channel: string): Promise<Worker> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`);
  const worker = new Worker(url, { workerData: { id, channel } });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}

test('workers answer, and their series are put together: sums, and the largest bound', async () => {
  const channel = `test ${process.pid}`;
  const pool = new Pool({ name: 'rows', create: () => ({}), maxIdle: 5 });
  pool.get();
  const workers = await Promise.all([start(2, channel), start(3, channel)]);
  const all = collectThreads(registerMetrics(), { workers: 2, timeoutMs: 5000, channel });
  const text = await all.metrics();
  expect(text).toMatch(/^rockpool_pool_gets_total\{pool="rows",result="miss"\} 6$/m);
  expect(text).toMatch(/^rockpool_metrics_threads 3$/m);
  expect(text).toMatch(/^rockpool_pool_max_idle_items\{pool="rows"\} 30$/m);

  await workers[0]?.terminate();
  const partial = await collectThreads(registerMetrics(), { workers: 2, timeoutMs: 200, channel }).metrics();
  expect(partial).toMatch(/^rockpool_metrics_threads 2$/m);
  await workers[1]?.terminate();
});

test('a worker that answers scrapes ends by itself', async () => {
  const worker = await start(1, `end ${process.pid}`);
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('end');
  expect(await ended).toBe(0);
});

test.each<[Record<string, unknown>, string]>([
  [{ workers: -1 }, 'workers'],
  [{ workers: 1, timeoutMs: 0 }, 'timeoutMs'],
])('%j is refused', (options, message) => {
  expect(() => collectThreads(registerMetrics(), options as never)).toThrow(MetricsOptionError);
  expect(() => collectThreads(registerMetrics(), options as never)).toThrow(message);
});
