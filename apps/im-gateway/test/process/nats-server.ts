/** A real NATS server for tests, where there is one on this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** How to get one. */
export const NATS_COMMAND = 'apt-get install -y nats-server';

/** Whether `nats-server` is on the PATH. */
export function hasNatsServer(): boolean {
  return spawnSync('nats-server', ['--version']).status === 0;
}

/** A server, which may be killed and started again at the same port. */
export class NatsServer {
  readonly port: number;
  #process: ChildProcess | undefined = undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort());
    onTestFinished(() => server.kill());
    await server.restart();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, and waits until it answers. */
  async restart(): Promise<void> {
    this.#process = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(this.port)], { stdio: 'ignore' });
    for (let i = 0; i < 500; i++) {
      const socket = connect(this.port, '127.0.0.1');
      const [event] = await Promise.race([
        once(socket, 'connect').then(() => ['connect']),
        once(socket, 'error').then(
          () => ['error'],
          () => ['error'],
        ),
      ]).catch(() => ['error']);
      socket.destroy();
      if (event === 'connect') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('nats-server does not answer');
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
