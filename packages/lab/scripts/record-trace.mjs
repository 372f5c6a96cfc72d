/**
 * Records what an order gateway over real sockets asks of its allocator: sizes, and when each buffer came back. The
 * tuner's simulation test replays it.
 *
 *     node packages/lab/scripts/record-trace.mjs day packages/rockpool/test/tune/traces/orders-day.trace.gz
 *
 * A trace is a sequence of variable-length integers, gzipped: 0 the next hundredth of a second, 2·bytes + 2 a buffer of so
 * many bytes, 2·age + 1 the release of the live buffer before which so many live ones were taken.
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ByteBuf, ByteBufAllocator } from 'rockpool';
import { feedOrders } from '../dist/orders/order-feed.js';
import { OrderGateway } from '../dist/orders/order-gateway.js';
import { MARKET_DAY, shortened } from '../dist/orders/order-schedule.js';

const [name = 'day', path = 'orders.trace.gz'] = process.argv.slice(2);
const phases = {
  day: MARKET_DAY,
  quiet: shortened(MARKET_DAY.slice(0, 1), 3 / 8),
  burst: shortened(MARKET_DAY.slice(1, 2), 0.8),
}[name];
if (phases === undefined) throw new Error(`There is no schedule '${name}': day, quiet, burst`);

/** @type {number[]} */
const events = [];
/** Live roots, the oldest first. @type {ByteBuf[]} */
const live = [];

const allocator = new ByteBufAllocator({ name: 'orders' });
const take = allocator.buffer;
allocator.buffer = function buffer(bytes = 256, maxBytes) {
  const buf = take.call(allocator, bytes, maxBytes);
  live.push(buf);
  events.push(2 * bytes + 2);
  return buf;
};
const release = ByteBuf.prototype.release;
ByteBuf.prototype.release = function observed(count) {
  const gone = release.call(this, count);
  if (!gone) return gone;
  for (let i = live.length - 1; i >= 0; i--) {
    if ((live[i]?.refCnt ?? 0) > 0) continue;
    live.splice(i, 1);
    events.push(2 * i + 1);
  }
  return gone;
};

const gateway = await OrderGateway.start({ allocator });
await feedOrders({ port: gateway.port, phases, onSlice: () => events.push(0) });
await gateway.close();

const bytes = [];
for (let value of events) {
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
}
writeFileSync(path, gzipSync(Uint8Array.from(bytes), { level: 9 }));
console.log(`${path}: ${events.length} events, ${live.length} live at the end`);
