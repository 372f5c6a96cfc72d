/**
 * Connections to a database in a resource pool: made when they are needed, validated, lent one at a time, and replaced
 * when the server dies. The database is PGlite, a PostgreSQL in this process, behind a real socket; with
 * `DATABASE_URL=postgres://…` it is yours, which is then not killed.
 *
 * Shows: `ResourcePool` with `validate`, `retry` and a minimum; a transaction in a scope that rolls back and rethrows;
 * what users see of a server that is gone for a moment; a report of who holds what.
 *
 * Do it for whatever is dear to make, asynchronous and few: connections, sessions, browsers, child processes. Do not for
 * buffers and plain objects, which an object pool hands out without a promise.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { ResourcePool, ResourceTimeoutError, scope } from 'rockpool';

const url = process.env['DATABASE_URL'];
const port = await freePort();
const embedded = url === undefined ? await PGlite.create() : undefined;
let server = await listen();

await using pool = new ResourcePool({
  name: 'database',
  create: async (signal) => {
    const client = new pg.Client(url ?? { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    client.on('error', () => {}); // a connection that breaks while it is idle: `validate` sees it
    signal.addEventListener('abort', () => void client.end().catch(() => {}));
    await client.connect();
    return client;
  },
  destroy: (client) => client.end(),
  validate: async (client) => (await client.query('select 1')).rows.length === 1,
  min: 1,
  max: 4,
  init: 'first-use',
  acquireTimeoutMs: 5000,
  retry: { initialMs: 10, maxMs: 200 },
  onError: () => {}, // what fails behind the scenes; `stats()` counts it
});

await pool.use(async (client) => {
  await client.query('create table if not exists rockpool_accounts (name text primary key, cents int)');
  await client.query(
    "insert into rockpool_accounts values ('anna', 100), ('bert', 0) on conflict (name) do nothing",
  );
});

/** Moves money in a transaction. However it ends, the connection goes back without an open transaction. */
function transfer(from: string, to: string, cents: number): Promise<void> {
  return scope.async(async (defer) => {
    const { value: client } = defer.use(await pool.acquire());
    await client.query('begin');
    let done = false;
    defer(() => client.query(done ? 'commit' : 'rollback'));
    const move = 'update rockpool_accounts set cents = cents + $2 where name = $1 returning cents';
    await client.query(move, [to, cents]);
    const { rows } = await client.query(move, [from, -cents]);
    if (rows[0].cents < 0) throw new RangeError(`${from} has too little`);
    done = true;
  });
}

console.log('A transaction in a scope');
await transfer('anna', 'bert', 60);
const refused = await transfer('anna', 'bert', 60).catch((error: Error) => error.message);
const { rows } = await pool.use((client) => client.query('select * from rockpool_accounts order by name'));
console.log(`  the second transfer: ${refused}`);
console.log(`  accounts: ${rows.map(({ name, cents }) => `${name} ${cents}`).join(', ')}`);

console.log('Many users, few connections');
const sums = await Promise.all(
  Array.from({ length: 200 }, (_, i) =>
    pool.use(async (client) => (await client.query('select $1::int + 1 as sum', [i])).rows[0].sum),
  ),
);
console.log(`  right answers: ${sums.filter((sum, i) => sum === i + 1).length} of 200`);
console.log(`  connections made: ${pool.stats().created}`);

console.log('Who holds what');
const held = await pool.acquire();
pool.resize({ max: pool.stats().leased, min: 0 });
const report = await pool.acquire({ timeoutMs: 50 }).catch((error: unknown) => error);
if (report instanceof ResourceTimeoutError)
  console.log(`  ${report.message.split('\n').slice(0, 2).join('\n  ')}`);
held.release();
pool.resize({ max: 4, min: 1 });

if (embedded !== undefined) {
  console.log('The server dies under load, and comes back');
  let running = true;
  let answers = 0;
  let failures = 0;
  const user = async () => {
    while (running) {
      try {
        await pool.use((client) => client.query('select 1'));
        answers++;
      } catch {
        failures++;
        await sleep(5);
      }
    }
  };
  const users = Array.from({ length: 10 }, user);
  await sleep(200);
  await server?.stop();
  await sleep(200);
  const before = answers;
  server = await listen();
  for (let i = 0; i < 200 && answers < before + 100; i++) await sleep(20);
  running = false;
  await Promise.all(users);
  console.log(`  users that failed for a moment: ${failures > 0 ? 'some' : 'none'}`);
  console.log(`  answers since it is back: ${answers >= before + 100 ? '100 and more' : answers - before}`);
  console.log(`  still waiting: ${pool.stats().waiting}`);
  console.log(`  still held: ${pool.stats().leased}`);
}

await pool.use((client) => client.query('drop table rockpool_accounts'));
await pool.close();
await server?.stop();
await embedded?.close();

async function listen(): Promise<PGLiteSocketServer | undefined> {
  if (embedded === undefined) return undefined;
  const started = new PGLiteSocketServer({ db: embedded, port, host: '127.0.0.1', maxConnections: 10 });
  await started.start();
  return started;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: found } = probe.address() as AddressInfo;
  probe.close();
  return found;
}
