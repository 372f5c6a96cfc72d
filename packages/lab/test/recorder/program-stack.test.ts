import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { compileFunction, runInThisContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FrameTable, isLibrary, isNodeInternal, takeStack } from '#recorder/program-stack';

/** For programs of their own. */
const MODULE = JSON.stringify(createRequire(import.meta.url).resolve('#recorder/program-stack'));

type Step = (next: () => number[]) => number[];

const { prepareStackTrace, stackTraceLimit } = Error;
afterEach(() => {
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
});

/** A function of a file that calls the next one, from line 2. */
function step(file: string, functionName: string): Step {
  const source = `return function ${functionName}(next) {\n  return next() }`;
  return compileFunction(source, [], { filename: file })() as Step;
}

/**
 * The stack under a chain of functions, one of each of these files: `f0` of the first calls the wrapper, `f1` calls
 * `f0`. Names of the functions, the nearest first; what of the test is below is left out.
 */
function chain(files: readonly string[]): string[] {
  const table = new FrameTable();
  const wrapper = (): number[] => takeStack(wrapper, table);
  // Bound, so that there is no frame but theirs.
  const outermost = files.reduce<() => number[]>(
    (next, file, i) => step(file, `f${i}`).bind(null, next),
    wrapper,
  );
  const records = outermost().map((index) => table.records[index]);
  return records.flatMap((record) => (record && files.includes(record.file) ? [record.functionName] : []));
}

const app = (name: string): string => `/app/src/${name}.js`;
const lib = (name: string): string => `/app/node_modules/lib/${name}.js`;

test('of the program the nearest four frames are kept, the nearest first', () => {
  expect(chain(['a', 'b', 'c', 'd', 'e'].map(app))).toEqual(['f0', 'f1', 'f2', 'f3']);
});

test('a frame has the file, function, line and column of the call', () => {
  const table = new FrameTable();
  const wrapper = (): number[] => takeStack(wrapper, table);
  const [nearest = -1] = step(app('main'), 'readBlock')(wrapper);
  expect(table.records[nearest]).toEqual({
    file: app('main'),
    functionName: 'readBlock',
    line: 2,
    column: 10,
  });
});

test('the wrapper, and what it calls, are not on the stack', () => {
  const table = new FrameTable();
  const inner = (): number[] => takeStack(wrapper, table);
  function wrapper(): number[] {
    return inner();
  }
  step(app('main'), 'caller')(wrapper);
  expect(table.records.map(({ functionName }) => functionName)).not.toContain('wrapper');
  expect(table.records.map(({ functionName }) => functionName)).not.toContain('inner');
  expect(table.records[0]?.functionName).toBe('caller');
});

test('the same position has the same index, on every stack of a table', () => {
  const table = new FrameTable();
  const wrapper = (): number[] => takeStack(wrapper, table);
  const frame = step(app('main'), 'caller');
  const stacks = [0, 1].map(() => frame(wrapper));
  expect(stacks[1]).toEqual(stacks[0]);
  const [elsewhere] = step(app('other'), 'caller')(wrapper);
  expect(elsewhere).not.toBe(stacks[0]?.[0]);
  const record = { file: app('main'), functionName: 'caller', line: 1, column: 1 };
  expect(table.add(record)).toBe(table.add({ ...record }));
  expect(table.add({ ...record, line: 2 })).not.toBe(table.add(record));
});

describe('of Node', () => {
  test('the nearest frame and the one that the program called are kept', () => {
    const node = ['node:buffer', 'node:internal/a', 'node:internal/b', 'node:fs'];
    expect(chain([...node, app('main')])).toEqual(['f0', 'f3', 'f4']);
    expect(chain([...node.slice(0, 2), app('main')])).toEqual(['f0', 'f1', 'f2']);
    expect(chain(['node:buffer', app('main')])).toEqual(['f0', 'f1']);
  });

  test('frames behind one of the program are left out', () => {
    const files = [app('a'), 'node:internal/timers', app('b'), 'node:events', app('c'), app('d')];
    expect(chain(files)).toEqual(['f0', 'f2', 'f4', 'f5']);
  });

  test('a stack without the program keeps the nearest four of them', () => {
    // In a process of its own, where nothing of a test is below.
    const program = `
      const { FrameTable, takeStack } = require(${MODULE});
      const { compileFunction } = require('node:vm');
      const table = new FrameTable();
      const wrapper = () => takeStack(wrapper, table);
      let next = wrapper;
      for (let i = 0; i < 6; i++) {
        const source = 'return function f' + i + '(next) { return next(); }';
        next = compileFunction(source, [], { filename: 'node:internal/made' + i })().bind(null, next);
      }
      const report = compileFunction(
        'return (stack) => process.stdout.write(JSON.stringify(stack.map((i) => table.records[i].file)))',
        ['table'], { filename: 'node:internal/report' })(table);
      // The event loop calls it, with none of the program's frames.
      Promise.resolve().then(next).then(report);`;
    const text = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual([0, 1, 2, 3].map((i) => `node:internal/made${i}`));
  });

  test('under libraries only, the nearest frame outside of them is kept as well', () => {
    const files = [...['a', 'b', 'c', 'd', 'e', 'f'].map(lib), app('main'), app('outer')];
    expect(chain(files)).toEqual(['f0', 'f1', 'f2', 'f3', 'f6']);
    expect(chain(['node:net', ...files])).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f7']);
  });

  test('libraries above the program take its place only up to four frames', () => {
    expect(chain([lib('a'), app('main'), lib('b'), app('c'), app('d')])).toEqual(['f0', 'f1', 'f2', 'f3']);
  });
});

test('code without a name is no frame', () => {
  const table = new FrameTable();
  const wrapper = (): number[] => takeStack(wrapper, table);
  const unnamed = runInThisContext('(0, eval)("(function unnamed(next) { return next(); })")') as Step;
  step(app('main'), 'caller')(() => unnamed(wrapper));
  const names = table.records.map(({ functionName }) => functionName);
  expect(names).toContain('caller');
  expect(table.records.every(({ file }) => file !== '')).toBe(true);
});

describe('what belongs to the program', () => {
  test('its hook is not called, and both settings stay', () => {
    const hook = vi.fn(() => 'mine');
    Error.prepareStackTrace = hook;
    Error.stackTraceLimit = 3;
    expect(chain([app('a')])).toEqual(['f0']);
    expect(Error.prepareStackTrace).toBe(hook);
    expect(Error.stackTraceLimit).toBe(3);
    expect(hook).not.toHaveBeenCalled();
    expect(new Error('x').stack).toBe('mine');
  });

  test.each([0, 1, Number.POSITIVE_INFINITY])('a limit of %d neither cuts the stack nor changes', (limit) => {
    Error.stackTraceLimit = limit;
    const stack = chain(['node:a', 'node:b', lib('a'), lib('b'), app('main')]);
    expect(Error.stackTraceLimit).toBe(limit);
    expect(stack).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  });

  test('without a hook there is none afterwards', () => {
    const before = Object.getOwnPropertyDescriptors(Error);
    chain([app('a')]);
    expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before);
  });

  test('a frozen Error gives no stack, and nothing throws', () => {
    const program = `
      const { FrameTable, takeStack } = require(${MODULE});
      const table = new FrameTable();
      function wrapper() { return takeStack(wrapper, table); }
      const before = wrapper().length;
      Object.freeze(Error);
      console.log(JSON.stringify([before > 0, wrapper().length, Error.stackTraceLimit]));`;
    const text = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual([true, 0, 10]);
  });
});

test('files of Node and of packages are told from the program’s', () => {
  expect(isNodeInternal('node:fs')).toBe(true);
  expect(isNodeInternal('/app/node:fs.js')).toBe(false);
  expect(isLibrary('/app/node_modules/a/b.js')).toBe(true);
  expect(isLibrary('C:\\app\\node_modules\\a\\b.js')).toBe(true);
  expect(isLibrary('/app/my_node_modules/a.js')).toBe(false);
});
