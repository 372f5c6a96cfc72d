/// <reference lib="dom" />
import { type MetricsServer, serveMetrics } from '@rockpool/metrics';
import { ByteBufAllocator, LeakDetector, Pool, ResourcePool, Tuner } from 'rockpool';
import { afterEach, expect, test, vi } from 'vitest';
import { servePage } from '../../src/page/serve-page.ts';
import { hasChromium, openPage } from './browser.ts';

/** The machine may have other things to do. */
const SOON = { timeout: 20_000 };

const closers: (() => unknown)[] = [];

vi.setConfig({ testTimeout: 90_000 });

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Something of each kind, at work until the test ends. */
function program(): { allocator: ByteBufAllocator; tuner: Tuner } {
  const allocator = new ByteBufAllocator({ name: 'frames', cache: { small: 4, maxBufferBytes: 8192 } });
  const pool = new Pool({ name: '<b id="markup">rows</b>', create: () => ({}), maxIdle: 4 });
  const db = new ResourcePool({ name: 'db', create: async () => ({}), max: 1 });
  const tuner = new Tuner({ targets: [allocator], intervalMs: 300 });
  const detector = new LeakDetector({ level: 'paranoid', onLeak: () => {} });
  const kept = [allocator.buffer(100_000)];
  const work = (): void => {
    const held = Array.from({ length: 20 }, (_, i) => allocator.buffer(1000 + i * 1000));
    for (const buf of held) buf.release();
    for (const item of [pool.get(), pool.get()]) pool.put(item);
    void db.use(() => {});
  };
  work();
  const timer = setInterval(work, 20);
  closers.push(() => {
    clearInterval(timer);
    tuner.stop();
    for (const buf of kept) buf.release();
    allocator.close();
    pool.close();
    void detector.level;
    return db.close();
  });
  return { allocator, tuner };
}

const page = async (options = {}) => {
  const server = await servePage({ port: 0, intervalMs: 200, ...options });
  closers.push(() => server.close());
  return server;
};

test.skipIf(!hasChromium)('shows what runs, and asks nobody but its own server', async () => {
  program();
  const server = await page();
  const { page: tab, errors, hosts } = await openPage(server.url, { viewport: { width: 1280, height: 900 } });
  await tab.getByTestId('tile-hit-rate').getByText(/\d %/).first().waitFor();
  for (const id of ['hit-rate', 'bytes', 'allocations', 'gc', 'latency', 'memory']) {
    await tab.getByTestId(`chart-${id}`).locator('canvas').first().waitFor();
  }
  await tab.getByTestId('table-pools').getByText('<b id="markup">rows</b>').waitFor();
  expect(await tab.locator('#markup').count()).toBe(0);
  await tab.getByTestId('table-resource-pools').getByText('db').first().waitFor();
  await tab
    .getByTestId('decisions')
    .getByText(/frames/)
    .first()
    .waitFor();
  await tab.getByTestId('table-size-classes').first().waitFor();
  await expect.poll(() => tab.getByTestId('connection').getAttribute('data-state'), SOON).toBe('live');

  const map = tab.getByTestId('arena-map').first();
  await map.scrollIntoViewIfNeeded();
  const painted = await map.evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (
      (canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D
    ).getImageData(0, 0, width, height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4)
      colours.add(((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number));
    return colours.size;
  });
  expect(painted).toBeGreaterThan(3);
  const box = await map.boundingBox();
  await tab.mouse.move((box?.x ?? 0) + 80, (box?.y ?? 0) + 6);
  await expect.poll(() => tab.getByTestId('arena-map-tip').first().textContent(), SOON).toMatch(/pages?/);

  expect(errors).toEqual([]);
  expect([...hosts]).toEqual([new URL(server.url).host]);
});

test.skipIf(!hasChromium)('fits a phone, in the dark, and is used by keys', async () => {
  program();
  const server = await page();
  const { page: tab, errors } = await openPage(server.url, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
  });
  await tab.getByTestId('tile-hit-rate').getByText(/\d %/).first().waitFor();
  await tab.getByTestId('table-size-classes').first().waitFor();
  const { scroll, width, background } = await tab.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    background: getComputedStyle(document.body).backgroundColor,
  }));
  expect(scroll).toBeLessThanOrEqual(width);
  const [red = 255] = (background.match(/\d+/g) ?? []).map(Number);
  expect(red).toBeLessThan(80);

  const tile = tab.getByTestId('tile-allocations');
  await tab.keyboard.press('Space');
  await tab.getByRole('button', { name: /resume|go on|continue/i }).waitFor();
  const frozen = await tile.textContent();
  await tab.waitForTimeout(700);
  expect(await tile.textContent()).toBe(frozen);
  await tab.keyboard.press('Space');
  await expect.poll(() => tile.textContent(), SOON).not.toBe(frozen);
  await tab.keyboard.press('Tab');
  expect(await tab.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  expect(errors).toEqual([]);
});

test.skipIf(!hasChromium)('goes on when the watched process comes back', async () => {
  program();
  let watched: MetricsServer | undefined = await serveMetrics({ port: 0, intervalMs: 200 });
  const { port, url } = watched;
  closers.push(() => watched?.close());
  const server = await page({ target: () => ({ url, token: undefined }) });
  const { page: tab } = await openPage(server.url);
  const state = () => tab.getByTestId('connection').getAttribute('data-state');
  await expect.poll(state, SOON).toBe('live');
  await watched.close();
  await expect.poll(state, SOON).not.toBe('live');
  const hitRate = await tab.getByTestId('tile-hit-rate').textContent();
  expect(hitRate).toMatch(/%/);
  watched = await serveMetrics({ port, intervalMs: 200 });
  await expect.poll(state, SOON).toBe('live');
});

test.skipIf(!hasChromium)('says what to do where there is nothing to show', async () => {
  const server = await page();
  const { page: tab, errors } = await openPage(server.url);
  await tab.getByText('new ResourcePool').first().waitFor();
  expect(errors).toEqual([]);
});
