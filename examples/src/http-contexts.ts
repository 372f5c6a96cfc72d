/**
 * An HTTP server whose request contexts come from a pool.
 *
 * Shows: one context a request, with Maps and arrays inside, that is reset before the next request can see it.
 * Sixteen clients send 1,000 requests over loopback; half of them carry a cookie, and each answer says which
 * cookie its context held, so that a context which leaks between requests would be seen.
 *
 * Do it when a context holds collections that are filled and emptied at every request, and requests are many.
 * Do not when it is a handful of fields, which the engine makes as fast as a pool returns them; nor when
 * handlers keep the context after the answer (a log, a timer): then it must not go back.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'rockpool';

const REQUESTS = 1000;
const CLIENTS = 16;

interface Context {
  path: string;
  readonly query: Map<string, string>;
  readonly cookies: Map<string, string>;
  readonly body: Buffer[];
}

const contexts = new Pool<Context>({
  name: 'contexts',
  create: () => ({ path: '', query: new Map(), cookies: new Map(), body: [] }),
  reset: (context) => {
    context.path = '';
    context.query.clear();
    context.cookies.clear();
    context.body.length = 0;
  },
});

async function fill(context: Context, incoming: IncomingMessage): Promise<void> {
  const [path = '', query = ''] = (incoming.url ?? '').split('?');
  context.path = path;
  for (const [name, value] of new URLSearchParams(query)) context.query.set(name, value);
  for (const pair of incoming.headers.cookie?.split('; ') ?? []) {
    const at = pair.indexOf('=');
    context.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  for await (const chunk of incoming) context.body.push(chunk);
}

/** Answers from the context alone; `use` puts it back when the promise is settled, whatever happens. */
async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await contexts.use(async (context) => {
    await fill(context, incoming);
    await new Promise((resolve) => setImmediate(resolve)); // a database, say: other requests run meanwhile
    const bytes = context.body.reduce((sum, chunk) => sum + chunk.length, 0);
    return { path: context.path, cookies: Object.fromEntries(context.cookies), bytes };
  });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}

const server = createServer((incoming, response) => {
  handle(incoming, response).catch((error) => response.destroy(error));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

interface Answer {
  readonly path: string;
  readonly cookies: Record<string, string>;
  readonly bytes: number;
}

function post(path: string, cookie: string | undefined, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = cookie === undefined ? {} : { cookie };
    const outgoing = request({ port, host: '127.0.0.1', path, method: 'POST', agent, headers });
    outgoing.on('error', reject).on('response', async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve(JSON.parse(text));
    });
    outgoing.end(body);
  });
}

let foreignCookies = 0;
let wrongAnswers = 0;
let next = 0;

async function client(): Promise<void> {
  while (next < REQUESTS) {
    const id = next++;
    const body = 'x'.repeat(id % 100);
    const answer = await post(`/orders/${id}?page=1`, id % 2 === 0 ? `session=${id}` : undefined, body);
    const expected = id % 2 === 0 ? `{"session":"${id}"}` : '{}';
    if (JSON.stringify(answer.cookies) !== expected) foreignCookies++;
    if (answer.path !== `/orders/${id}` || answer.bytes !== body.length) wrongAnswers++;
  }
}

await Promise.all(Array.from({ length: CLIENTS }, client));
agent.destroy();
await new Promise((resolve) => server.close(resolve));

const { gets, hits, created, outstanding } = contexts.stats();
console.log(`requests answered:        ${gets}`);
console.log(`clients at a time:        ${CLIENTS}`);
console.log(`contexts created:         ${created}`);
console.log(`contexts reused:          ${hits} (${((100 * hits) / gets).toFixed(1)} %)`);
console.log(`contexts not given back:  ${outstanding}`);
console.log(`wrong answers:            ${wrongAnswers}`);
console.log(`cookies of other clients: ${foreignCookies}`);
