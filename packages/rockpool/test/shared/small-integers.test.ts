import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { SharedChannel, SharedMap, SharedPool } from '../../src/index.ts';

setFlagsFromString('--allow-natives-syntax');
const isSmall = new Function('value', 'return %IsSmi(value)') as (value: number) => boolean;

/** The fields of everything that is reached from `root` where V8 has a double for what is a small integer. */
function doubles(root: object): string[] {
  const found = new Set<string>();
  const seen = new Set<object>();
  const left: object[] = [root];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    for (const [name, value] of Object.entries(next)) {
      if (typeof value === 'object' && value !== null) left.push(value);
      const isInteger = typeof value === 'number' && (value | 0) === value && !Object.is(value, -0);
      if (isInteger && !isSmall(value)) found.add(`${next.constructor.name}.${name} = ${value}`);
    }
  }
  return [...found];
}

describe('the fields that addresses are computed from', () => {
  it('are small integers to V8, however the options were computed', () => {
    expect(isSmall(2 ** Number('10'))).toBe(false);
    const options = { bytes: 2 ** Number('20'), classes: [2 ** Number('10')], maxWorkers: 2 ** Number('3') };
    const pool = SharedPool.create(options);
    const blocks = Array.from({ length: 200 }, () => pool.acquire(1000));
    for (const block of blocks) block.release();
    const channel = SharedChannel.create(pool, { capacity: 2 ** Number('4') });
    const map = SharedMap.create({ capacityBytes: 2 ** Number('16') });
    for (let key = 0; key < 100; key++) map.set(key, new Uint8Array(key));
    const attached = [SharedPool.attach(pool.handle), SharedMap.attach(map.handle)];
    for (const root of [pool, channel, map, ...attached]) expect(doubles(root)).toEqual([]);
  });
});
