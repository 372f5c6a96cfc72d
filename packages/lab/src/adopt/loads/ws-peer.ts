/** The other side of ws's load: a client, in a process of its own, that takes messages in until it is ended. */
import { WebSocket } from 'ws';

const [, , url] = process.argv;
const socket = new WebSocket(url as string);
socket.on('message', () => {});
socket.on('error', () => {});
socket.on('close', () => process.exit());
process.on('disconnect', () => process.exit());
