/**
 * The stream of another process, handed on: one connection there for each reader here, again and again until the reader
 * goes.
 *
 *     reader ◄── event: source {state: 'connected' | 'lost'} ── RemoteStream
 *            ◄── event: snapshot …                              ◄── GET /stream ── the watched process
 */
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { get as getSecurely } from 'node:https';
import { WatchTargetError } from './watch-error.ts';

/** Milliseconds from a lost connection to the next try. */
const RETRY_MS = 250;
const TIMEOUT_MS = 5000;

/** How to reach the process. */
export interface WatchTarget {
  /** `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly token: string | undefined;
}

/**
 * The target of what was typed.
 *
 * @throws {WatchTargetError} `ERR_ROCKPOOL_LAB_WATCH`
 */
export function readTarget(text: string, token: string | undefined): WatchTarget {
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new WatchTargetError(text, 'it is no address: http://127.0.0.1:9464 is one');
  }
  return { url: url.origin, token };
}

/**
 * Looks whether Rockpool answers there.
 *
 * @returns what is wrong, if it may be mended without us: nothing answers yet
 * @throws {WatchTargetError} somebody else answers, or wants a token
 */
export async function probeTarget(target: WatchTarget): Promise<string | undefined> {
  let response: IncomingMessage;
  try {
    response = await request(target, '/snapshot');
  } catch (error) {
    return reasonOf(error);
  }
  response.resume();
  const { statusCode, headers } = response;
  if (statusCode === 401) throw new WatchTargetError(target.url, 'it wants a token: --token');
  if (statusCode === 403) throw new WatchTargetError(target.url, 'it does not serve this host name');
  if (statusCode !== 200 || !headers['content-type']?.startsWith('application/json')) {
    throw new WatchTargetError(target.url, `what answers there is no serveMetrics() (status ${statusCode})`);
  }
  return undefined;
}

/** Hands the target's stream to a reader until the reader goes. The response is this function's from then on. */
export function relayStream(targetNow: () => WatchTarget | undefined, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.write('retry: 1000\n\n');
  let upstream: IncomingMessage | undefined;
  let timer: NodeJS.Timeout | undefined;
  let told = '';
  const tell = (state: 'connected' | 'lost', url: string, message?: string): void => {
    const data = JSON.stringify({ state, url, message });
    if (data !== told) response.write(`event: source\ndata: ${data}\n\n`);
    told = data;
  };
  const again = (url: string, message: string): void => {
    if (response.destroyed) return;
    tell('lost', url, message);
    timer = setTimeout(connect, RETRY_MS).unref();
  };
  const connect = (): void => {
    const target = targetNow();
    if (target === undefined) {
      again('', 'nothing to watch yet');
      return;
    }
    request(target, '/stream').then(
      (incoming) => {
        if (response.destroyed) {
          incoming.destroy();
          return;
        }
        if (incoming.statusCode !== 200) {
          incoming.resume();
          again(target.url, `it answers with status ${incoming.statusCode}`);
          return;
        }
        upstream = incoming;
        tell('connected', target.url);
        incoming.on('data', (chunk: Buffer) => {
          if (!response.write(chunk)) incoming.pause();
        });
        incoming.on('close', () => again(target.url, 'it ended the stream'));
        incoming.on('error', () => {}); // `close` follows
      },
      (error: unknown) => again(target.url, reasonOf(error)),
    );
  };
  response.on('drain', () => upstream?.resume());
  response.on('close', () => {
    clearTimeout(timer);
    upstream?.destroy();
  });
  connect();
}

function request({ url, token }: WatchTarget, path: string): Promise<IncomingMessage> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const send = url.startsWith('https:') ? getSecurely : get;
  return new Promise((resolve, reject) => {
    const outgoing = send(`${url}${path}`, { headers, agent: false, timeout: TIMEOUT_MS }, (incoming) => {
      outgoing.setTimeout(0);
      resolve(incoming);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('it does not answer in time')));
    outgoing.on('error', reject);
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND') return 'there is no such host';
  return message;
}
