import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ArgumentRangeError,
  ArgumentTypeError,
  DetachedError,
  MapFullError,
  MapNestedError,
  OptionRangeError,
  OptionTypeError,
  SharedLayoutError,
  SharedMap,
  type SharedMapKey,
  TooManyWorkersError,
  UnknownOptionError,
} from '../../src/index.ts';
import { drive } from '../../src/internal/atomics.ts';
import { LONG } from '../buffer/long.ts';
import { dieAt } from './die-at.ts';

const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString();
const bytes = (value: string): Buffer => Buffer.from(value);

afterEach(() => {
  drive();
});

describe('a shared map', () => {
  it('keeps what is set, for all who attach', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    const other = SharedMap.attach(map.handle);
    expect(map.get('a')).toBeUndefined();
    map.set('a', bytes('1')).set('b', bytes('2'));
    expect([text(other.get('a')), text(other.get('b')), other.has('b'), other.has('c')]).toEqual([
      '1',
      '2',
      true,
      false,
    ]);
    other.set('a', bytes('three'));
    expect([text(map.get('a')), map.size]).toEqual(['three', 2]);
    expect([map.delete('a'), map.delete('a'), other.has('a'), map.size]).toEqual([true, false, false, 1]);
    map.clear();
    expect([map.size, other.get('b')]).toEqual([0, undefined]);
  });

  it('tells keys of every kind apart', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    const keys: SharedMapKey[] = [
      1,
      -1,
      2 ** 40,
      -(2 ** 52),
      0,
      '1',
      '',
      'ä€😀',
      Uint8Array.of(49),
      Uint8Array.of(),
    ];
    keys.forEach((key, n) => {
      map.set(key, Uint8Array.of(n));
    });
    keys.forEach((key, n) => {
      expect(map.get(key)).toEqual(Uint8Array.of(n));
    });
    expect(map.size).toBe(keys.length);
    expect([...map.keys()].map(String).sort()).toEqual(keys.map(String).sort());
    expect(map.get(-0)).toEqual(Uint8Array.of(4));
  });

  it('copies values in and out', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    const value = bytes('abc');
    map.set(1, value);
    value[0] = 0;
    const got = map.get(1) as Uint8Array;
    got[1] = 0;
    expect(text(map.get(1))).toBe('abc');
    expect(got.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('copies into bytes of the caller', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    const long = Uint8Array.from({ length: 100 }, (_, n) => n);
    map.set(1, long).set(2, bytes('ab'));
    const target = new Uint8Array(50);
    expect([map.getInto(1, target), target[49], map.getInto(2, target), target[0], target[2]]).toEqual([
      100, 49, 2, 97, 2,
    ]);
    expect(map.getInto(3, target)).toBe(-1);
  });

  it('updates under a lock: from nothing, to nothing, and not at all', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    expect(map.update('n', (value) => (value === undefined ? bytes('1') : undefined))?.length).toBe(1);
    map.update('n', (value) => Buffer.concat([value as Uint8Array, bytes('2')]));
    expect(text(map.get('n'))).toBe('12');
    expect(() =>
      map.update('n', () => {
        throw new Error('not now');
      }),
    ).toThrow('not now');
    expect(text(map.get('n'))).toBe('12');
    map.update('n', () => undefined);
    expect([map.has('n'), map.size]).toEqual([false, 0]);
    expect([map.setIfAbsent('n', bytes('a')), map.setIfAbsent('n', bytes('b')), text(map.get('n'))]).toEqual([
      true,
      false,
      'a',
    ]);
  });

  it('refuses changes inside of an update, and lets it read', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    map.set(2, bytes('two'));
    for (const change of [
      () => map.set(2, bytes('x')),
      () => map.setIfAbsent(3, bytes('x')),
      () => map.delete(2),
      () => map.clear(),
      () => map.detach(),
      () => map.update(5, () => undefined),
    ]) {
      expect(() =>
        map.update(1, () => {
          change();
          return undefined;
        }),
      ).toThrow(MapNestedError);
    }
    map.update(1, () => map.get(2));
    expect([text(map.get(1)), text(map.get(2))]).toEqual(['two', 'two']);
  });

  it('compacts what was replaced and deleted, and says when it is full', () => {
    const map = SharedMap.create({ capacityBytes: 4096, segments: 1 });
    for (let n = 0; n < 5000; n++) map.set(n % 10, bytes(`value ${n}`));
    for (let n = 0; n < 10; n++) expect(text(map.get(n))).toBe(`value ${4990 + n}`);
    for (let n = 0; n < 5000; n++) {
      map.set(`key ${n}`, bytes('v'));
      map.delete(`key ${n}`);
    }
    expect(map.size).toBe(10);
    const before = [...map.entries()].length;
    let error: unknown;
    try {
      for (let n = 0; ; n++) map.set(1000 + n, new Uint8Array(100));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MapFullError);
    expect((error as MapFullError).freeBytes).toBeLessThan((error as MapFullError).entryBytes);
    expect(map.size).toBe([...map.entries()].length);
    expect(map.size).toBeGreaterThan(before + 20);
    expect(() => map.set(0, new Uint8Array(5000))).toThrow(MapFullError);
    expect(text(map.get(0))).toBe('value 4990');
    map.clear();
    map.set(0, new Uint8Array(3000));
    expect(map.stats()).toMatchObject({ entries: 1, segments: 1, mostEntries: 1 });
  });

  it('is what a plain Map is, whatever is done to it', { timeout: 600_000 }, () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 20 }).map((n) => `k${n}`),
    );
    const step = fc.record({
      what: fc.integer({ min: 0, max: 9 }),
      key,
      length: fc.integer({ min: 0, max: 90 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(1, 4), (steps, segments) => {
        const map = SharedMap.create({ capacityBytes: 8192, segments });
        const other = SharedMap.attach(map.handle);
        const model = new Map<SharedMapKey, string>();
        steps.forEach(({ what, key, length }, n) => {
          const value = `${n}`.padEnd(length, '.');
          const doer = n % 2 === 0 ? map : other;
          try {
            if (what < 5) {
              doer.set(key, bytes(value));
              model.set(key, value);
            } else if (what < 7) {
              expect(doer.delete(key)).toBe(model.delete(key));
            } else if (what === 7) {
              expect(doer.setIfAbsent(key, bytes(value))).toBe(!model.has(key));
              if (!model.has(key)) model.set(key, value);
            } else if (what === 8) {
              doer.update(key, (old) => (old === undefined ? bytes(value) : undefined));
              if (!model.delete(key)) model.set(key, value);
            } else expect(text(doer.get(key))).toBe(model.get(key));
          } catch (error) {
            if (!(error instanceof MapFullError)) throw error;
          }
          expect(map.size).toBe(model.size);
        });
        expect(new Map([...other.entries()].map(([k, v]) => [k, text(v)]))).toEqual(model);
      }),
      { numRuns: LONG ? 5000 : 60 },
    );
  });
});

describe('a worker that dies at an access of a map', () => {
  // Every access of every change, one after the other, until the change needs no more of them.
  const changes: readonly [string, (map: SharedMap) => unknown][] = [
    ['set', (map) => map.set('new', bytes('n'))],
    ['replace', (map) => map.set('a', bytes('another'))],
    ['compact', (map) => map.set('big', new Uint8Array(800))],
    ['delete', (map) => map.delete('a')],
    ['update', (map) => map.update('b', () => bytes('bee'))],
    ['clear', (map) => map.clear()],
  ];
  const make = (): SharedMap => {
    const map = SharedMap.create({ capacityBytes: 2048, segments: 1 });
    map.set('a', bytes('1')).set('b', bytes('2'));
    // Most of the arena is what was replaced.
    for (let n = 0; n < 8; n++) map.set('filler', new Uint8Array(120));
    return map;
  };
  const contentOf = (map: SharedMap): string =>
    JSON.stringify([...map.entries()].map(([key, value]) => [key, text(value)]).sort());

  it.each(changes)('leaves all or nothing of: %s', (_, change) => {
    const done = make();
    const before = contentOf(done);
    change(done);
    const after = contentOf(done);
    let deaths = 0;
    for (let access = 1; ; access++) {
      const map = make();
      const dying = SharedMap._attachAs(map.handle, 5000);
      if (!dieAt(access, () => change(dying))) break;
      deaths++;
      map._threadEnded(5000);
      expect([before, after]).toContain(contentOf(map));
      expect(map.size).toBe([...map.entries()].length);
      map.set('a', bytes('and on')).set('z', bytes('it goes'));
      expect([text(map.get('a')), text(map.get('z'))]).toEqual(['and on', 'it goes']);
    }
    expect(deaths).toBeGreaterThan(4);
  });

  it.each(changes)('is interrupted there and goes on itself: %s', (_, change) => {
    for (let access = 1; ; access++) {
      const map = make();
      if (!dieAt(access, () => change(map))) break;
      map.set('a', bytes('and on')).delete('b');
      expect([text(map.get('a')), map.has('b')]).toEqual(['and on', false]);
      expect(map.size).toBe([...map.entries()].length);
      const other = SharedMap.attach(map.handle);
      other.set('c', bytes('c'));
      expect(text(map.get('c'))).toBe('c');
    }
  });
});

describe('bad input', () => {
  it('keys, values and options outside of their range are refused, and nothing changes', () => {
    const map = SharedMap.create({ capacityBytes: 65_536 });
    for (const key of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(() => map.set(key, bytes('x'))).toThrow(ArgumentRangeError);
      expect(() => map.get(key)).toThrow(ArgumentRangeError);
    }
    for (const key of [undefined, null, {}, 7n, [1]]) {
      expect(() => map.set(key as never, bytes('x'))).toThrow(ArgumentTypeError);
    }
    for (const value of [undefined, 'x', 3, new ArrayBuffer(3)]) {
      expect(() => map.set(1, value as never)).toThrow(ArgumentTypeError);
      expect(() => map.setIfAbsent(1, value as never)).toThrow(ArgumentTypeError);
    }
    expect(() => map.update(1, () => 'x' as never)).toThrow(ArgumentTypeError);
    expect(() => map.getInto(1, [] as never)).toThrow(ArgumentTypeError);
    expect(map.size).toBe(0);
    expect(map.set(1, bytes('x')).size).toBe(1);
    expect(() => SharedMap.create({} as never)).toThrow(OptionTypeError);
    for (const options of [
      { capacityBytes: 1 },
      { capacityBytes: 2 ** 31 },
      { capacityBytes: 4096, segments: 3 },
      { capacityBytes: 4096, segments: 0 },
      { capacityBytes: 2 ** 28, segments: 1 },
      { capacityBytes: 4096, maxWorkers: 0 },
    ]) {
      expect(() => SharedMap.create(options)).toThrow(OptionRangeError);
    }
    expect(() => SharedMap.create({ capacityBytes: 4096, size: 1 } as never)).toThrow(UnknownOptionError);
  });

  it('memory that is no map, too many workers, and use behind the end are refused', () => {
    const map = SharedMap.create({ capacityBytes: 4096, maxWorkers: 2 });
    expect(() => SharedMap.attach({ memory: new SharedArrayBuffer(64) })).toThrow(SharedLayoutError);
    expect(() => SharedMap.attach({} as never)).toThrow(ArgumentTypeError);
    const other = SharedMap.attach(map.handle);
    expect(() => SharedMap.attach(map.handle)).toThrow(TooManyWorkersError);
    other.detach();
    other.detach();
    expect(SharedMap.attach(map.handle).workerId).toBe(3);
    for (const use of [
      () => other.get(1),
      () => other.getInto(1, new Uint8Array(1)),
      () => other.has(1),
      () => other.set(1, bytes('x')),
      () => other.update(1, () => undefined),
      () => other.delete(1),
      () => other.clear(),
      () => [...other],
      () => other.size,
      () => other.stats(),
      () => other.reclaim(1),
    ]) {
      expect(use).toThrow(DetachedError);
    }
  });
});
