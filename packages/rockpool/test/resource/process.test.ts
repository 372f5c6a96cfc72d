/** Nothing of a pool keeps the process alive: not idle resources, waits, sweeps, retries, nor the facades' timers. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');

/** Runs a module until it ends by itself; gives its exit code, or null if it had to be killed. */
function run(program: string): number | null {
  const head = `import { ResourcePool } from ${JSON.stringify(join(dist, 'index.js'))};
    import { Pool as TarnPool } from ${JSON.stringify(join(dist, 'compat/tarn.js'))};
    import { createPool } from ${JSON.stringify(join(dist, 'compat/generic-pool.js'))};
    const create = async () => ({});
    const destroy = async () => {};`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', `${head}\n${program}`], {
    timeout: 20_000,
    stdio: 'ignore',
  });
  return status;
}

const programs: Record<string, string> = {
  'idle resources that are swept, kept alive and watched': `
    const pool = new ResourcePool({ create, min: 2, init: 'eager', validate: () => true, keepaliveMs: 60_000,
      maxLifetimeMs: 100_000, leakThresholdMs: 50_000 });
    await pool.ready();
    await pool.acquire();`,
  'a wait that will be over in an hour': `
    const pool = new ResourcePool({ create, max: 1, acquireTimeoutMs: 3_600_000 });
    await pool.acquire();
    void pool.acquire({ signal: new AbortController().signal });`,
  'a create that is tried again and again': `
    const pool = new ResourcePool({ create: async () => { throw new Error('down'); }, min: 1, init: 'eager',
      retry: { initialMs: 1000 }, onError: () => {} });
    pool.acquire().catch(() => {});`,
  'hooks that hang': `
    const pool = new ResourcePool({ create, destroy: () => new Promise(() => {}) });
    (await pool.acquire()).discard();
    void pool.close();`,
  'a thousand acquires in one turn': `
    const pool = new ResourcePool({ create });
    for (let i = 0; i < 1000; i++) (await pool.acquire()).release();`,
  'a pool in the place of tarn, which reaps': `
    const pool = new TarnPool({ create, destroy, min: 0, max: 1 });
    pool.release(await pool.acquire().promise);`,
  'a pool in the place of generic-pool, which evicts by a timer': `
    const pool = createPool({ create, destroy }, { min: 1, max: 2, evictionRunIntervalMillis: 60_000 });
    await pool.release(await pool.acquire());`,
};

describe('a process ends though there is', () => {
  it.each(Object.entries(programs))('%s', (_, program) => {
    expect(run(program)).toBe(0);
  });
});
