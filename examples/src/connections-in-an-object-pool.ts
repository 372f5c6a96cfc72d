/**
 * Discouraged: connections in an object pool.
 *
 * Shows: a `Pool<T>` of TCP connections to a small server on loopback that takes eight connections at a time
 * and closes them all once. Three things go wrong, each counted:
 *
 * 1. No bound and no waiting: `get` creates whenever nothing is idle, so 20 users open 20 connections, and the
 *    server refuses 12 of them.
 * 2. No life of its own: a connection that died while it was idle looks like any other, and is handed out.
 * 3. No asynchronous creation: `create` returns before the connection is there, so a failure to connect
 *    meets the user in the middle of the work.
 *
 * Do: use a resource pool for what is stateful, limited and created asynchronously: it validates, waits and
 * bounds. Object pools are for memory: things that cannot die by themselves.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Pool } from 'rockpool';

const SERVER_LIMIT = 8;
const USERS = 20;

const accepted = new Set<Socket>();
/** Sends back what it gets. */
const server = createServer((socket) => {
  accepted.add(socket);
  socket.on('error', () => {}).on('close', () => accepted.delete(socket));
  socket.pipe(socket);
});
server.maxConnections = SERVER_LIMIT;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** All that the pool ever opened, for the account below. */
const opened: Socket[] = [];

const connections = new Pool<Socket>({
  name: 'connections',
  create: () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    opened.push(socket);
    return socket;
  },
  destroy: (socket) => socket.destroy(),
});

/** Sends a line and waits for its echo. */
function ask(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      socket.off('data', onData).off('close', onClose);
      act();
    };
    const onData = (data: Buffer) => end(() => resolve(data.toString()));
    const onClose = () => end(() => reject(new Error('the connection is closed')));
    if (socket.destroyed) return reject(new Error('the connection was closed before'));
    socket.on('data', onData).on('close', onClose);
    socket.write(line);
  });
}

/** Every user takes a connection, asks one question and puts the connection back, all at the same time. */
async function round(): Promise<{ answered: number; failed: number; alreadyOpen: number; dead: number }> {
  let alreadyOpen = 0;
  let dead = 0;
  const results = await Promise.allSettled(
    Array.from({ length: USERS }, (_, user) =>
      connections.use((socket) => {
        if (socket.destroyed) dead++;
        else if (!socket.connecting) alreadyOpen++;
        return ask(socket, `user ${user}`);
      }),
    ),
  );
  const answered = results.filter(({ status }) => status === 'fulfilled').length;
  return { answered, failed: USERS - answered, alreadyOpen, dead };
}

const first = await round();
console.log('1. No bound, no waiting');
console.log(`   the server takes:               ${SERVER_LIMIT}`);
console.log(`   connections the pool opened:    ${connections.stats().created}`);
console.log(`   users answered:                 ${first.answered}`);
console.log(`   users refused:                  ${first.failed}`);

// The server restarts, say: it closes what is idle in the pool.
const alive = opened.filter((socket) => !socket.closed);
const closed = Promise.all(alive.map((socket) => once(socket, 'close')));
for (const socket of accepted) socket.destroy();
await closed;

const created = connections.stats().created;
const second = await round();
console.log('2. No life of its own');
console.log(`   dead connections handed out:    ${second.dead} of ${USERS}`);
console.log(`   users answered:                 ${second.answered}`);
console.log(`   new connections the pool made:  ${connections.stats().created - created}`);
console.log(`   idle in the pool, as if usable: ${connections.stats().idle}`);

connections.clear();
const third = await round();
console.log('3. No asynchronous creation');
console.log(`   handed out before connected:    ${USERS - third.alreadyOpen - third.dead} of ${USERS}`);

connections.close();
for (const socket of accepted) socket.destroy();
server.close();
