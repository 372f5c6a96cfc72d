/** Which lease a resource was handed out with: pools of other makers are given the resource itself back. */
import type { ResourceLease } from '../resource/resource-lease.ts';

/** Leases by their resource. One resource that was made twice has several. */
export class Borrowed<T> {
  readonly #leases = new Map<T, ResourceLease<T>[]>();

  /** Notes a lease and gives its resource. */
  add(lease: ResourceLease<T>): T {
    const { value } = lease;
    const leases = this.#leases.get(value);
    if (leases === undefined) this.#leases.set(value, [lease]);
    else leases.push(lease);
    return value;
  }

  has(resource: T): boolean {
    return this.#leases.has(resource);
  }

  /** The lease, which is then forgotten; undefined if nobody has the resource. */
  take(resource: T): ResourceLease<T> | undefined {
    const leases = this.#leases.get(resource);
    const lease = leases?.pop();
    if (leases?.length === 0) this.#leases.delete(resource);
    return lease;
  }
}
