/** What stops the programs of this app, each told in one line: they end with exit code 1, misuse with 2. */

/** A flag, a variable of the environment or an option that cannot be, of the gateway or of the load. */
export class GatewayOptionError extends RangeError {
  readonly code = 'ERR_IM_OPTION' as const;
  readonly option: string;
  readonly value: unknown;

  constructor(option: string, expected: string, value: unknown) {
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    super(`Cannot start as '${option}' must be ${expected}: received ${shown}`);
    this.name = 'GatewayOptionError';
    this.option = option;
    this.value = value;
  }
}

/** An option that does not exist: most often a spelling mistake. @throws {UnknownGatewayOptionError} */
class UnknownGatewayOptionError extends TypeError {
  readonly code = 'ERR_IM_OPTION_UNKNOWN' as const;
  readonly option: string;

  constructor(option: string, known: readonly string[]) {
    const near = known.find((name) => name.toLowerCase().startsWith(option.slice(0, 4).toLowerCase()));
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean '${near}'`;
    super(`Cannot start as '${option}' is not an option: ${hint}`);
    this.name = 'UnknownGatewayOptionError';
    this.option = option;
  }
}

/** Refuses names outside `known`. @throws {UnknownGatewayOptionError} */
export function refuseUnknown(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new UnknownGatewayOptionError(name, known);
  }
}

/** The value, or `fallback` where the option was left out. @throws {GatewayOptionError} */
export function expectInteger(
  option: string,
  value: number | undefined,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new GatewayOptionError(option, `an integer from ${min} to ${max}`, value);
  }
  return value;
}

/** The value, or `fallback` where the option was left out. @throws {GatewayOptionError} */
export function expectNumber(
  option: string,
  value: number | undefined,
  min: number,
  max: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (!(value >= min && value <= max)) {
    throw new GatewayOptionError(option, `a number from ${min} to ${max}`, value);
  }
  return value;
}

/** The value, or `fallback` where the option was left out. @throws {GatewayOptionError} */
export function expectOneOf<T extends string>(
  option: string,
  value: T | undefined,
  allowed: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if (!allowed.includes(value)) {
    throw new GatewayOptionError(option, `one of ${allowed.map((name) => `'${name}'`).join(', ')}`, value);
  }
  return value;
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  readonly code = 'ERR_IM_LISTEN' as const;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`Cannot listen on ${host}:${port} as ${listenReason(cause)}`, { cause });
    this.name = 'ListenError';
  }
}

/** The bus cannot be reached at the start. Later losses are waited for. */
export class BusUnreachableError extends Error {
  readonly code = 'ERR_IM_BUS_UNREACHABLE' as const;

  constructor(url: string, cause: unknown) {
    super(`Cannot reach the bus at ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'BusUnreachableError';
  }
}

/** The gateway did not do what the load generator needs. */
export class LoadError extends Error {
  readonly code = 'ERR_IM_LOAD' as const;

  constructor(message: string) {
    super(message);
    this.name = 'LoadError';
  }
}

function listenReason({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'the port is taken';
    case 'EACCES':
      return 'this user may not use the port';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address';
    default:
      return message;
  }
}
