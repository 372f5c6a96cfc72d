/**
 * The yardstick of the fixed rates: sockets alone, with no gateway and no verification. One process writes frames of the
 * same mean size to as many connections at the same rate, gathered once a millisecond; the other one reads their times. What
 * a P99 is here, on this machine in this minute, no gateway can be much below.
 *
 * Frame k of a connection is due at `k / rate`, and carries that time, as the load's messages do.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { LoadError } from '../errors.ts';
import { Latencies, type LatencyFigures } from '../load/latencies.ts';
import { LatencyWindows } from '../load/latency-windows.ts';
import { nowUs } from '../load/now.ts';
import { Child } from './child.ts';

/** Bytes of a frame: the mean of the load's. */
const FRAME_BYTES = 106;
const TICK_MS = 1;
/** Until V8 has compiled both sides, in seconds. */
const WARMUP_SECONDS = 1;

/** What to send. */
export interface BarePlan {
  readonly connections: number;
  /** Frames a second to each connection. */
  readonly rate: number;
  readonly seconds: number;
}

/** What came. */
export interface BareRun {
  readonly framesPerSecond: number;
  readonly latency: LatencyFigures;
  /** Median of the P99s of windows of 100 ms. */
  readonly windowP99Ms: number;
}

/** Receives what a process of its own sends. @throws {LoadError} that process failed */
export async function measureBareSockets({ connections, rate, seconds }: BarePlan): Promise<BareRun> {
  const latencies = new Latencies();
  const windows = new LatencyWindows();
  const [warmLatencies, warmWindows] = [new Latencies(), new LatencyWindows()];
  const fromUs = nowUs() + WARMUP_SECONDS * 1e6;
  let frames = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    receive(socket, (timeUs, atUs) => {
      const asked = timeUs >= fromUs;
      if (asked) frames++;
      (asked ? latencies : warmLatencies).record(atUs - timeUs);
      (asked ? windows : warmWindows).record(atUs - timeUs, atUs);
    });
  });
  const port = await listen(server);
  const args = [
    '--port',
    port,
    '--connections',
    connections,
    '--rate',
    rate,
    '--seconds',
    seconds + WARMUP_SECONDS,
  ];
  const sender = new Child('im-stage', ['bare-sender', ...args.map(String)], () => {});
  const code = await sender.ended;
  server.close();
  if (code !== 0) throw new LoadError(`The sender ended with ${code}: ${sender.stderr}`);
  const measuredSeconds = (nowUs() - fromUs) / 1e6;
  const windowP99Ms = windows.figures().medianP99Ms;
  return { framesPerSecond: frames / measuredSeconds, latency: latencies.figures(), windowP99Ms };
}

/** The other side: sends for so long, then ends. */
export async function sendBareFrames(port: number, { connections, rate, seconds }: BarePlan): Promise<void> {
  const sockets = Array.from({ length: connections }, () =>
    connect({ host: '127.0.0.1', port, noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const startUs = nowUs();
  const endUs = startUs + seconds * 1e6;
  let sent = 0;
  for (let now = startUs; now < endUs; now = nowUs()) {
    const due = Math.floor(((now - startUs) * rate) / 1e6);
    if (due > sent) {
      const batch = Buffer.alloc((due - sent) * FRAME_BYTES);
      for (let at = 0; sent < due; sent++, at += FRAME_BYTES)
        batch.writeDoubleLE(startUs + (sent * 1e6) / rate, at);
      for (const socket of sockets) socket.write(batch);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.end(resolve))));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Tells the time in each frame, and when it came. */
function receive(socket: Socket, onFrame: (timeUs: number, atUs: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const atUs = nowUs();
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + FRAME_BYTES <= bytes.length; at += FRAME_BYTES) onFrame(bytes.readDoubleLE(at), atUs);
    rest = bytes.subarray(at);
  });
}
