// @ts-check
/**
 * Takes the picture of the live page that the documents show: the order gateway through its market day, tuned.
 *
 *     node packages/lab/scripts/screenshot.mjs docs/images/live-page.png      wants chromium
 */

import { feedOrders, MARKET_DAY, OrderGateway } from '@rockpool/lab/orders';
import { servePage } from '@rockpool/lab/page';
import { chromium } from 'playwright-core';
import { allocatorPresets, ByteBufAllocator, Tuner } from 'rockpool';

const WIDTH = 1280;
const HEIGHT = 1660;
/** Into the basket of all sizes, with the burst in the chart. */
const SECONDS = 15;

const [path = 'live-page.png'] = process.argv.slice(2);
process.title = 'order-gateway';
const allocator = new ByteBufAllocator({ ...allocatorPresets.source, name: 'orders' });
const tuner = new Tuner({ targets: [allocator], goals: { budgetBytes: 32 * 1024 * 1024 }, intervalMs: 1000 });
const gateway = await OrderGateway.start({ allocator });
const server = await servePage({ port: 0 });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
await page.goto(server.url);
const end = new AbortController();
const feeding = feedOrders({ port: gateway.port, phases: MARKET_DAY, signal: end.signal }).catch(() => {});
await page.waitForTimeout(SECONDS * 1000);
await page.screenshot({ path });
end.abort();
await feeding;
await browser.close();
await server.close();
await gateway.close();
tuner.stop();
