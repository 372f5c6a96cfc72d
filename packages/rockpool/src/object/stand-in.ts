/**
 * Stand-ins: proxies that pass everything on to an item until they are revoked, and then throw an error of
 * the revoker's choice at every access.
 *
 * Methods run on the item itself (a Map or a class with private fields refuses a proxy as its receiver); one
 * that returns the item returns the stand-in instead, so that chained calls stay watched.
 */

/** A stand-in and the end of it. */
export interface StandIn<T extends object> {
  readonly proxy: T;
  /** From now on every access throws `error(access)`, where access is as in "read of 'headers'". */
  revoke(error: (access: string) => Error): void;
}

/** Makes a stand-in for `item`. */
export function standInFor<T extends object>(item: T): StandIn<T> {
  let failure: ((access: string) => Error) | undefined;
  /** Bound methods, so that `x.f === x.f`. */
  const methods = new Map<PropertyKey, { readonly original: unknown; readonly bound: unknown }>();

  const check = (kind: string, key?: PropertyKey) => {
    if (failure !== undefined) throw failure(key === undefined ? kind : `${kind} of '${String(key)}'`);
  };

  const bind = (key: PropertyKey, original: (...args: unknown[]) => unknown) => {
    const known = methods.get(key);
    if (known?.original === original) return known.bound;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      check('call', key);
      const result = Reflect.apply(original, this === proxy ? item : this, args);
      return result === item ? proxy : result;
    };
    methods.set(key, { original, bound });
    return bound;
  };

  const proxy: T = new Proxy(item, {
    get(target, key) {
      check('read', key);
      const value: unknown = Reflect.get(target, key, target);
      // An own function is a value of the item's (a callback, a class); an inherited one is a method.
      if (typeof value !== 'function' || key === 'constructor' || Object.hasOwn(target, key)) return value;
      return bind(key, value as (...args: unknown[]) => unknown);
    },
    set(target, key, value) {
      check('write', key);
      return Reflect.set(target, key, value === proxy ? target : value, target);
    },
    has(target, key) {
      check('look-up', key);
      return Reflect.has(target, key);
    },
    deleteProperty(target, key) {
      check('deletion', key);
      return Reflect.deleteProperty(target, key);
    },
    defineProperty(target, key, descriptor) {
      check('definition', key);
      return Reflect.defineProperty(target, key, descriptor);
    },
    getOwnPropertyDescriptor(target, key) {
      check('look-up', key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    preventExtensions(target) {
      check('freezing');
      return Reflect.preventExtensions(target);
    },
    setPrototypeOf(target, prototype) {
      check('change of the prototype');
      return Reflect.setPrototypeOf(target, prototype);
    },
    ownKeys(target) {
      check('enumeration');
      return Reflect.ownKeys(target);
    },
    apply(target, receiver, args) {
      check('call');
      return Reflect.apply(target as never, receiver, args);
    },
    construct(target, args) {
      check('construction');
      return Reflect.construct(target as never, args) as object;
    },
  });

  return {
    proxy,
    revoke(error) {
      failure = error;
    },
  };
}
