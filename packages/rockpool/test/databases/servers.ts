/**
 * Databases to be connected to: PGlite behind a socket, which npm brings, and a PostgreSQL of Debian's package, where it
 * is installed. Both can be killed, with whatever is under way, and started again at the same port.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { Client, type ClientConfig } from 'pg';

/** How to get PostgreSQL. */
export const POSTGRES_COMMAND = 'apt-get install -y postgresql';

/** A server that tests may kill. */
export interface DatabaseServer {
  readonly config: ClientConfig;
  /** Ends it and all connections at once. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

/** Starts PGlite, empty. */
export async function startPglite(): Promise<DatabaseServer> {
  const db = await PGlite.create();
  const port = await freePort();
  let server = await listen(db, port);
  return {
    config: { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' },
    kill: () => server.stop(),
    restart: async () => {
      server = await listen(db, port);
    },
    end: async () => {
      await server.stop();
      await db.close();
    },
  };
}

async function listen(db: PGlite, port: number): Promise<PGLiteSocketServer> {
  const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 50 });
  await server.start();
  return server;
}

/** Where the server's programs are, Debian's place included; undefined without them. */
export function postgresPrograms(): string | undefined {
  if (spawnSync('initdb', ['--version']).status === 0) return '';
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions) ? readdirSync(versions) : [];
  return found.map((version) => `${versions}/${version}/bin/`).find((bin) => existsSync(`${bin}initdb`));
}

/** Starts a PostgreSQL of its own, empty, in a temporary folder. */
export async function startPostgres(programs: string): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rockpool-postgres-'));
  const data = join(folder, 'data');
  const owner = notRoot();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const made = spawnSync(`${programs}initdb`, ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...owner,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const config = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' };
  let server: ChildProcess;
  const start = async () => {
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(`${programs}postgres`, args, { ...owner, stdio: 'ignore' });
    await answering(config);
  };
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGQUIT'); // PostgreSQL's immediate shutdown: all connections are cut
    await once(server, 'exit');
  };
  await start();
  return {
    config,
    kill,
    restart: start,
    end: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; its package brings a user. */
function notRoot(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function answering(config: ClientConfig): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const client = new Client(config);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(20);
    }
  }
  throw new Error('PostgreSQL does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
