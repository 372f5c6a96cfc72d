/** Where errors go that nobody can catch: to onError, to the process, to the console; never up the stack. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { report, warn } from '../../src/internal/warn.ts';

function watchWarnings() {
  return vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('warn()', () => {
  it('emits a process warning with its type and code', async () => {
    const warning = new Promise<Error & { code?: string }>((resolve) => process.once('warning', resolve));
    warn('the message', 'RockpoolTestWarning', 'ROCKPOOL_TEST');
    expect(await warning).toMatchObject({
      name: 'RockpoolTestWarning',
      code: 'ROCKPOOL_TEST',
      message: 'the message',
    });
  });

  it('falls back on the console where there is no process', () => {
    const console = { warn: vi.fn() };
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('console', console);
    warn('the message', 'RockpoolTestWarning', 'ROCKPOOL_TEST');
    vi.unstubAllGlobals();
    expect(console.warn.mock.calls).toEqual([['RockpoolTestWarning [ROCKPOOL_TEST]: the message']]);
  });

  it('is silent where there is neither', () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('console', undefined);
    let thrown: unknown;
    try {
      warn('the message', 'RockpoolTestWarning', 'ROCKPOOL_TEST');
    } catch (error) {
      thrown = error;
    }
    vi.unstubAllGlobals();
    expect(thrown).toBeUndefined();
  });
});

describe('report()', () => {
  it('hands the error to onError and warns of nothing', () => {
    const emit = watchWarnings();
    const error = new Error('lost');
    const told: unknown[] = [];
    report((e) => told.push(e), error, 'ROCKPOOL_TEST');
    expect(told).toEqual([error]);
    expect(told[0]).toBe(error);
    expect(emit).not.toHaveBeenCalled();
  });

  it('warns with the stack where there is no onError', () => {
    const emit = watchWarnings();
    const error = new Error('lost');
    report(undefined, error, 'ROCKPOOL_TEST');
    expect(emit.mock.calls).toEqual([[error.stack, { type: 'RockpoolWarning', code: 'ROCKPOOL_TEST' }]]);
  });

  it('warns with the message of an error that has no stack', () => {
    const emit = watchWarnings();
    report(undefined, Object.assign(new Error('lost'), { stack: undefined }), 'ROCKPOOL_TEST');
    expect(emit.mock.calls[0]?.[0]).toBe('lost');
  });

  it('warns twice of an onError that throws: of what it threw and of what it was told', () => {
    const emit = watchWarnings();
    const throwing = () => {
      throw 'deaf';
    };
    report(throwing, 'lost', 'ROCKPOOL_TEST');
    expect(emit.mock.calls.map(([text]) => text)).toEqual(['onError threw: deaf', 'lost']);
  });

  it('survives what has no text', () => {
    const emit = watchWarnings();
    report(undefined, Object.create(null), 'ROCKPOOL_TEST');
    expect(emit.mock.calls[0]?.[0]).toBe('an object');
  });
});
