/** Each load gives what its library gives, on all of its sides, before and behind a run. */
import { describe, expect, it } from 'vitest';
import { findLoad, LIBRARIES } from '../../src/adopt/loads.ts';
import { measureLoad } from '../../src/adopt/measure-load.ts';

describe.each(LIBRARIES)('the load of %s', (library) => {
  it.each(['plain', 'adopted', 'tuned'] as const)('gives what the library gives: %s', async (side) => {
    const adoptLoad = await findLoad(library);
    const load = await adoptLoad[side]?.();
    if (load === undefined) return expect(side).not.toBe('plain');
    try {
      await load.verify();
      expect(await load.run(130)).toBeTypeOf('number');
      expect(await load.run(1)).toBeTypeOf('number');
      await load.verify();
    } finally {
      await load.end();
    }
  });

  it('has an adapter only where it has an adopted side', async () => {
    const { library: name, adapter, adopted, seam } = await findLoad(library);
    expect(name).toBe(library);
    expect(seam.length).toBeGreaterThan(20);
    if (adapter !== null) expect(adopted).toBeTypeOf('function');
  });
});

describe('measureLoad()', () => {
  it('counts the operations that it asked for behind the warm-up', async () => {
    let operations = 0;
    const load = {
      run(count: number) {
        for (const end = performance.now() + count / 100; performance.now() < end; );
        operations += count;
        return 0;
      },
      verify() {},
      end() {},
    };
    const figures = await measureLoad(load, 0.2);
    expect(figures.operations).toBeLessThan(operations);
    expect(figures.seconds).toBeGreaterThanOrEqual(0.2);
    expect(figures.wallNs * figures.operations).toBeCloseTo(figures.seconds * 1e9, -3);
    for (const value of Object.values(figures)) expect(value).toBeGreaterThanOrEqual(0);
  });
});

it('refuses a library that it does not know', async () => {
  await expect(findLoad('left-pad')).rejects.toThrow(RangeError);
});
