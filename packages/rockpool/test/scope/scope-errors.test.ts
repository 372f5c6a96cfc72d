/** The errors of scopes and leases: class, name, code, brand and text. */
import { describe, expect, it } from 'vitest';
import {
  DoubleReleaseError,
  isRockpoolError,
  ScopeAsyncError,
  ScopeEndedError,
  UseAfterReleaseError,
} from '../../src/index.ts';

describe.each([
  {
    name: 'ScopeEndedError',
    error: new ScopeEndedError(),
    base: Error,
    code: 'ERR_ROCKPOOL_SCOPE_ENDED',
    message: 'Cannot defer as the scope has ended: the call would never run',
  },
  {
    name: 'ScopeAsyncError',
    error: new ScopeAsyncError(),
    base: TypeError,
    code: 'ERR_ROCKPOOL_SCOPE_ASYNC',
    message: 'Cannot end scope() with a promise as its deferred calls would run too early: use scope.async()',
  },
  {
    name: 'DoubleReleaseError',
    error: new DoubleReleaseError("pool 'rows'"),
    base: Error,
    code: 'ERR_ROCKPOOL_DOUBLE_RELEASE',
    message: "Cannot release a lease of pool 'rows' as it is released already",
  },
  {
    name: 'UseAfterReleaseError',
    error: new UseAfterReleaseError("pool 'rows'"),
    base: Error,
    code: 'ERR_ROCKPOOL_USE_AFTER_RELEASE',
    message: "Cannot use the value of a lease of pool 'rows' as the lease is released",
  },
])('$name', ({ name, error, base, code, message }) => {
  it('has its name, code and message', () => {
    expect(error.name).toBe(name);
    expect(error.code).toBe(code);
    expect(error.message).toBe(message);
    expect(String(error)).toBe(`${name}: ${message}`);
  });

  it('is of its built-in class', () => {
    expect(error).toBeInstanceOf(base);
    expect(Object.getPrototypeOf(Object.getPrototypeOf(error))).toBe(base.prototype);
  });

  it('is recognised as one of the library’s', () => {
    expect(isRockpoolError(error)).toBe(true);
  });
});
