// @ts-check
/**
 * The other end of connections: a process of its own, so that a figure is of one side only.
 *
 *     node traffic.mjs send PORT CONNECTIONS BYTES    connects and writes pieces of BYTES without end
 *     node traffic.mjs sink                           listens, says its port, and reads everything
 *
 * It ends with the process that started it.
 */
import { fork } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(import.meta.url);

/**
 * @param {number} port
 * @param {number} connections
 * @param {number} bytes
 */
export function startSender(port, connections, bytes) {
  return fork(file, ['send', `${port}`, `${connections}`, `${bytes}`], { execArgv: [] });
}

/** @returns {Promise<number>} the port */
export function startSink() {
  const sink = fork(file, ['sink'], { execArgv: [] });
  return new Promise((resolve, reject) => {
    sink.once('message', (port) => resolve(Number(port)));
    sink.once('exit', (code) => reject(new Error(`the sink ended with ${code}`)));
  });
}

/** @param {string[]} args */
function send([port, connections, bytes]) {
  const piece = Buffer.alloc(Number(bytes), 7);
  for (let i = 0; i < Number(connections); i++) {
    const socket = connect(Number(port), '127.0.0.1');
    const more = () => {
      while (socket.write(piece));
      if (socket.writableNeedDrain) socket.once('drain', more);
      else setImmediate(more);
    };
    socket.once('connect', more).on('error', () => process.exit());
  }
}

function sink() {
  const view = Buffer.alloc(1 << 20);
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        view[0] = /** @type {number} */ (bytes[0]);
      });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.send?.(address.port);
  });
}

if (process.argv[1] === file) {
  process.on('disconnect', () => process.exit());
  const [mode, ...args] = process.argv.slice(2);
  if (mode === 'send') send(args);
  else sink();
}
