/**
 * Who may ask: everybody who reaches a loopback address by one of its names, and elsewhere whoever has the token.
 *
 * The name matters as a page of any site can have a browser ask 127.0.0.1 under a name of its own (DNS rebinding); the
 * `Host` header then has that name.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether nobody outside this machine can reach it. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The name in a `Host` header, without its port; undefined where there is no sound one. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?$/.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** What is wrong with a request, or nothing. */
export interface Refusal {
  readonly status: 401 | 403 | 405;
  readonly text: string;
}

/**
 * Checks requests.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import type { IncomingMessage } from 'node:http';
 * import { HttpGuard } from '@rockpool/metrics';
 *
 * const guard = new HttpGuard(undefined, ['metrics.internal']);
 * const ask = (host: string) => guard.check({ method: 'GET', headers: { host } } as IncomingMessage);
 * assert.equal(ask('metrics.internal:9464'), undefined);
 * assert.equal(ask('evil.example')?.status, 403);
 * ```
 */
export class HttpGuard {
  readonly #token: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;

  /**
   * @param token without one, the `Host` header is checked
   * @param hosts names under which it may be asked, beside those of loopback
   */
  constructor(token: string | undefined, hosts: readonly string[]) {
    this.#token = token === undefined ? undefined : Buffer.from(token);
    this.#hosts = new Set([...LOOPBACK, ...hosts.map((host) => host.toLowerCase())]);
  }

  /** Why a request is refused, if it is. */
  check({ method, headers }: IncomingMessage): Refusal | undefined {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'Only GET is answered.' };
    if (this.#token !== undefined) {
      return this.#hasToken(headers.authorization)
        ? undefined
        : { status: 401, text: 'A token is wanted: Authorization: Bearer …' };
    }
    const name = hostName(headers.host);
    if (name !== undefined && (this.#hosts.has(name) || isLoopback(name))) return undefined;
    return { status: 403, text: 'This host name is not served here; the option allowedHosts adds names.' };
  }

  #hasToken(authorization: string | undefined): boolean {
    const given = Buffer.from(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const token = this.#token as Buffer;
    return given.length === token.length && timingSafeEqual(given, token);
  }
}
