/** Pools of real connections to real databases: transactions, knex, and a server that is killed under load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Knex, knex } from 'knex';
import { Client } from 'pg';
import { TimeoutError } from 'tarn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pool as TarnPool } from '../../src/compat/tarn.ts';
import { isRockpoolError, ResourcePool, type ResourcePoolOptions, scope } from '../../src/index.ts';
import {
  type DatabaseServer,
  POSTGRES_COMMAND,
  postgresPrograms,
  startPglite,
  startPostgres,
} from './servers.ts';

const programs = postgresPrograms();
if (programs === undefined)
  console.warn(`SKIPPED: tests on PostgreSQL, as there is none. Get it by: ${POSTGRES_COMMAND}`);

const databases: [string, boolean, () => Promise<DatabaseServer>][] = [
  ['PGlite', true, startPglite],
  ['PostgreSQL', programs !== undefined, () => startPostgres(programs as string)],
];

/** As the guide has it: a connection that breaks while it is idle says so by an event, which must be listened to. */
function clients(server: DatabaseServer, options: Partial<ResourcePoolOptions<Client>> = {}) {
  return new ResourcePool<Client>({
    name: 'pg',
    create: async (signal) => {
      const client = new Client(server.config);
      client.on('error', () => {});
      signal.addEventListener('abort', () => void client.end().catch(() => {}));
      await client.connect();
      return client;
    },
    destroy: (client) => client.end(),
    validate: async (client) => (await client.query('select 1')).rows.length === 1,
    max: 4,
    onError: () => {},
    ...options,
  });
}

describe.each(databases)('a pool of connections to %s', (name, present, start) => {
  let server: DatabaseServer;

  beforeAll(async () => {
    if (present) server = await start();
  }, 60_000);

  afterAll(async () => {
    if (present) await server.end();
  }, 60_000);

  it.runIf(present)('serves many at once over few connections', async () => {
    await using pool = clients(server);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        pool.use(async (client) => (await client.query('select $1::int as i', [i])).rows[0].i),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(pool.stats()).toMatchObject({ created: 4, idle: 4, leased: 0, waiting: 0 });
    if (name === 'PostgreSQL') {
      const { rows } = await pool.use((client) =>
        client.query("select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'"),
      );
      expect(rows[0].n).toBe(4);
    }
  });

  it.runIf(present)('rolls a transaction back in a scope, and rethrows', async () => {
    await using pool = clients(server);
    await pool.use((client) => client.query('create table accounts (name text, cents int)'));
    await pool.use((client) => client.query("insert into accounts values ('anna', 100), ('bert', 0)"));

    /** Moves money in a transaction; what fails leaves nothing behind. */
    const transfer = (from: string, to: string, cents: number) =>
      scope.async(async (defer) => {
        const { value: client } = defer.use(await pool.acquire());
        await client.query('begin');
        let done = false;
        defer(() => client.query(done ? 'commit' : 'rollback'));
        await client.query('update accounts set cents = cents + $2 where name = $1', [to, cents]);
        const { rows } = await client.query(
          'update accounts set cents = cents - $2 where name = $1 returning cents',
          [from, cents],
        );
        if (rows[0].cents < 0) throw new RangeError(`${from} has too little`);
        done = true;
      });

    await transfer('anna', 'bert', 60);
    await expect(transfer('anna', 'bert', 60)).rejects.toThrow('anna has too little');
    const { rows } = await pool.use((client) => client.query('select * from accounts order by name'));
    expect(rows).toEqual([
      { name: 'anna', cents: 40 },
      { name: 'bert', cents: 60 },
    ]);
    expect(pool.stats()).toMatchObject({ leased: 0, created: 1 });
    await pool.use((client) => client.query('drop table accounts'));
  });

  it.runIf(present)('carries knex, by the pool in the place of tarn', async () => {
    const pool = new TarnPool<Client>({
      create: async () => {
        const client = new Client(server.config);
        client.on('error', () => {});
        await client.connect();
        return client;
      },
      destroy: (client) => client.end(),
      min: 0,
      max: 3,
      acquireTimeoutMillis: 5000,
      TimeoutError,
    });
    const db: Knex = knex({ client: 'pg', connectionPool: pool as never });
    await db.schema.createTable('users', (table) => {
      table.increments('id');
      table.text('name');
    });
    await db.transaction(async (trx) => {
      await trx('users').insert([{ name: 'anna' }, { name: 'bert' }]);
    });
    await expect(
      db.transaction(async (trx) => {
        await trx('users').insert({ name: 'carl' });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    const names = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db('users')
          .where({ id: 1 + (i % 2) })
          .first(),
      ),
    );
    expect(names.map((row) => row.name).slice(0, 4)).toEqual(['anna', 'bert', 'anna', 'bert']);
    expect(await db('users').count({ n: '*' })).toEqual([{ n: '2' }]);
    expect([pool.numUsed(), pool.numFree() <= 3, pool.numPendingAcquires()]).toEqual([0, true, 0]);
    await db.schema.dropTable('users');
    await db.destroy(); // a pool that was given to knex is not knex's to end
    expect(pool.numFree()).toBeGreaterThan(0);
    await pool.destroy();
    expect(pool.isEmpty()).toBe(true);
  });

  it.runIf(present)('tells knex when a wait was in vain', async () => {
    const pool = new TarnPool<Client>({
      create: async () => {
        const client = new Client(server.config);
        await client.connect();
        return client;
      },
      destroy: (client) => client.end(),
      min: 0,
      max: 1,
      acquireTimeoutMillis: 100,
      TimeoutError,
    });
    const db: Knex = knex({ client: 'pg', connectionPool: pool as never, log: { warn: () => {} } });
    const trx = await db.transaction();
    await expect(db.raw('select 1')).rejects.toThrow(
      /Timeout acquiring a connection. The pool is probably full/,
    );
    await trx.rollback();
    await db.raw('select 1');
    await pool.destroy();
  });

  it.runIf(present)(
    'recovers by itself from a server that is killed under load',
    async () => {
      await using pool = clients(server, {
        acquireTimeoutMs: 3000,
        validateTimeoutMs: 1000,
        destroyTimeoutMs: 1000,
        createTimeoutMs: 1000,
        retry: { initialMs: 10, maxMs: 100 },
        keepaliveMs: 200,
        min: 2,
        init: 'eager',
      });
      await pool.ready();
      let running = true;
      let served = 0;
      let failed = 0;
      const wrong: unknown[] = [];
      const user = async (id: number) => {
        for (let i = 0; running; i++) {
          const asked = id * 1000 + (i % 1000);
          try {
            const { rows } = await pool.use((client) => client.query('select $1::int as i', [asked]));
            if (rows[0].i !== asked) wrong.push(`asked for ${asked}, got ${rows[0].i}`);
            served++;
          } catch (error) {
            failed++;
            // Either the server was gone in the middle of a query, or no connection could be had in time.
            if (isRockpoolError(error) && error.code !== 'ERR_ROCKPOOL_ACQUIRE_TIMEOUT') wrong.push(error);
            await sleep(5);
          }
          pool.assertValid();
        }
      };
      const users = Array.from({ length: 20 }, (_, id) => user(id));
      for (let round = 0; round < 2; round++) {
        await sleep(300);
        await server.kill();
        await sleep(300);
        const before = served;
        await server.restart();
        for (let i = 0; i < 400 && served < before + 100; i++) await sleep(20);
        expect(served, `round ${round}: served again`).toBeGreaterThanOrEqual(before + 100);
      }
      running = false;
      await Promise.all(users);
      expect(wrong).toEqual([]);
      expect(failed).toBeGreaterThan(0);
      expect(pool.stats()).toMatchObject({ leased: 0, waiting: 0 });
      for (let i = 0; i < 200 && pool.stats().checking + pool.stats().destroying > 0; i++) await sleep(10);
      const { created, destroyed, idle, size } = pool.stats();
      const gone = Object.values(destroyed).reduce((sum, count) => sum + count, 0) - destroyed.late;
      expect(created - gone).toBe(size);
      expect(idle).toBe(size);
      expect(size).toBeGreaterThanOrEqual(2);
      expect(size).toBeLessThanOrEqual(4);
    },
    60_000,
  );
});
