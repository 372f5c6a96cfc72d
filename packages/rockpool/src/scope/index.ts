/** Scopes, deferred calls and leases: `rockpool/scope`. */
export { Lease, type LeaseOwner } from './lease.ts';
export { type AsyncDefer, type Defer, type Scope, scope } from './scope.ts';
export {
  DoubleReleaseError,
  ScopeAsyncError,
  ScopeEndedError,
  UseAfterReleaseError,
} from './scope-errors.ts';
export { SuppressedError, type SuppressedErrorClass } from './suppressed-error.ts';
