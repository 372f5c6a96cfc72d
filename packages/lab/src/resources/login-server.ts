/**
 * A server whose connections are dear for the reasons that a database's are: a handshake, a challenge, and a password
 * that both sides stretch with as many rounds as PostgreSQL's SCRAM-SHA-256 does (4,096). Everything is real but the
 * distance: both ends are in this process, the rounds in its thread pool.
 *
 *     client                          server
 *        │ ── connect ──────────────────► │
 *        │ ◄─────────── salt (16 bytes) ─ │
 *        │ ── proof (32 bytes) ─────────► │ the same stretching
 *        │ ◄─────────────────────── 'R' ─ │ ready; from now on each byte is answered by one
 */
import { pbkdf2, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';

const stretch = promisify(pbkdf2);
const PASSWORD = 'correct horse battery staple';
const ROUNDS = 4096;
const SALT_BYTES = 16;
const PROOF_BYTES = 32;

/** A connection that is logged in. */
export class Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get open(): boolean {
    return !this.#socket.destroyed;
  }

  /** One round trip. */
  async ask(): Promise<void> {
    this.#socket.write('?');
    await once(this.#socket, 'data');
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** A server and the way to connect to it. */
export interface LoginServer {
  connect(signal?: AbortSignal): Promise<Connection>;
  end(): void;
}

/** Starts one on a free port of this machine. Keeps no process alive. */
export async function startLoginServer(): Promise<LoginServer> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.unref();
    void serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connect: (signal) => logIn(port, signal),
    end: () => server.close(),
  };
}

async function serve(socket: Socket): Promise<void> {
  socket.setNoDelay(true);
  const salt = randomBytes(SALT_BYTES);
  socket.write(salt);
  const [proof] = (await once(socket, 'data')) as [Buffer];
  const expected = await stretch(PASSWORD, salt, ROUNDS, PROOF_BYTES, 'sha256');
  if (!proof.equals(expected)) throw new Error('wrong password');
  socket.on('data', () => socket.write('!'));
  socket.write('R');
}

async function logIn(port: number, signal: AbortSignal | undefined): Promise<Connection> {
  const socket = connect(port, '127.0.0.1');
  signal?.addEventListener('abort', () => socket.destroy(), { once: true });
  socket.setNoDelay(true);
  socket.on('error', () => {});
  const [salt] = (await once(socket, 'data')) as [Buffer];
  socket.write(await stretch(PASSWORD, salt, ROUNDS, PROOF_BYTES, 'sha256'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.toString('latin1') !== 'R') throw new Error('not logged in');
  return new Connection(socket);
}
