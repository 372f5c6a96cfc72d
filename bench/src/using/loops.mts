/**
 * The `using` loops of the scope suite, compiled by `compile.mjs` twice: for ES2022, where tsc writes a
 * try/catch/finally with helpers in its place, and for ESNext, where `using` stays and needs Node 24.
 */

/** What the scope suite works with: opened by `acquire`, closed at the end of the scope. */
interface Resource extends Disposable {
  uses: number;
}

/** A pool that lends through leases. */
interface Lender {
  lease(): Disposable & { readonly value: { uses: number } };
}

/**
 * One resource a scope, closed by `using`.
 *
 * @public loaded from the compiled output
 */
export function usingLoop(acquire: () => Resource): (iterations: number) => number {
  return function usingResource(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      using resource = acquire();
      resource.uses = (resource.uses + 1) | 0;
      sum = (sum + resource.uses) | 0;
    }
    return sum;
  };
}

/**
 * Three resources a scope, closed by `using`.
 *
 * @public loaded from the compiled output
 */
export function usingThreeLoop(acquire: () => Resource): (iterations: number) => number {
  return function usingThree(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      using resource = acquire();
      using _second = acquire();
      using _third = acquire();
      resource.uses = (resource.uses + 1) | 0;
      sum = (sum + resource.uses) | 0;
    }
    return sum;
  };
}

/**
 * One lease a scope, released by `using`.
 *
 * @public loaded from the compiled output
 */
export function leaseLoop(pool: Lender): (iterations: number) => number {
  return function usingLease(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      using lease = pool.lease();
      const item = lease.value;
      item.uses = (item.uses + 1) | 0;
      sum = (sum + item.uses) | 0;
    }
    return sum;
  };
}
