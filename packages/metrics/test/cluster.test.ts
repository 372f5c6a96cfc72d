import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const FIXTURE = fileURLToPath(new URL('fixture/cluster.mjs', import.meta.url));

test('the processes of a cluster are put together by prom-client, by the same rules', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [FIXTURE], { timeout: 20_000 });
  expect(stdout).toMatch(/^rockpool_pool_gets_total\{pool="rows",result="miss"\} 7$/m);
  expect(stdout).toMatch(/^rockpool_pool_outstanding_items\{pool="rows"\} 7$/m);
  expect(stdout).toMatch(/^rockpool_pool_max_idle_items\{pool="rows"\} 70$/m);
  expect(stdout).toMatch(/^rockpool_gc_pause_seconds_bucket\{.*le="\+Inf".*\} \d+$/m);
});
