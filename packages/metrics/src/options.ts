/** How options are refused. */

/**
 * An option is unknown, of the wrong type, or out of its range.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Collector, MetricsOptionError } from '@rockpool/metrics';
 *
 * assert.throws(() => new Collector({ maxNames: 0 }), MetricsOptionError);
 * ```
 */
export class MetricsOptionError extends TypeError {
  readonly code = 'ERR_ROCKPOOL_METRICS_OPTION';
  readonly option: string;
  readonly value: unknown;

  constructor(action: string, option: string, expected: string, value: unknown) {
    super(`Cannot ${action} as '${option}' must be ${expected}: received ${shown(value)}`);
    this.name = 'MetricsOptionError';
    this.option = option;
    this.value = value;
  }
}

/**
 * The options as given, if there is none that nobody knows.
 *
 * @throws {MetricsOptionError} `ERR_ROCKPOOL_METRICS_OPTION`
 */
export function checkOptions<T extends object>(
  action: string,
  options: T,
  known: readonly (keyof T & string)[],
): T {
  if (typeof options !== 'object' || options === null) {
    throw new MetricsOptionError(action, 'options', 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name as keyof T & string)) {
      throw new MetricsOptionError(action, name, `one of ${known.join(', ')}`, 'an option of that name');
    }
  }
  return options;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
