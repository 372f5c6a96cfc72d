/**
 * Clients that do everything wrong, side by side with some that do nothing wrong. Each seed is a different evening;
 * what must hold is the same: the honest ones get everything once and in order, and in the end nothing is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@rockpool/lab/workload';
import { describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';
import { frameOf, TestClient } from '../test-client.ts';

const SEEDS = (process.env['IM_CHAOS_SEEDS'] ?? '1,2,3').split(',').map(Number);
const VANDALS = 24;
const HONEST = 4;
const MESSAGES = 60;
/** No user has this number: a frame with another length may still be a message, and is nobody's business. */
const NOBODY = 0xffff_ffff;

type Random = () => number;

/** What a vandal may do with its connection. Each ends by itself. */
const DEEDS: readonly ((client: TestClient, port: number, random: Random) => Promise<void>)[] = [
  async function vanish(client) {
    client.socket.resetAndDestroy();
  },
  async function vanishMidFrame(client, _, random) {
    const frame = frameOf({ type: FrameType.direct, target: NOBODY, body: 'never to be completed' });
    client.socket.write(frame.subarray(0, 1 + Math.floor(random() * (frame.length - 1))));
    await sleep(random() * 10);
    client.socket.destroy();
  },
  async function sendGarbage(client, _, random) {
    client.socket.write(Buffer.from(Array.from({ length: 2_000 }, () => Math.floor(random() * 256))));
    await client.closed;
  },
  async function corruptFrame(client, _, random) {
    const frame = frameOf({ type: FrameType.direct, target: NOBODY, body: 'one bit is another' });
    const at = Math.floor(random() * 12); // in the header: magic, length, version, type or flags
    frame[at] = (frame[at] as number) ^ (1 << Math.floor(random() * 8));
    client.socket.write(frame);
    await sleep(20);
    client.socket.destroy();
  },
  async function readSlowly(client, _, random) {
    client.socket.pause();
    for (let i = 0; i < 200; i++) client.send({ type: FrameType.ping, id: i });
    await sleep(random() * 50);
    client.socket.resume();
    await client.end();
  },
  async function halfClose(client) {
    client.socket.end(frameOf({ type: FrameType.ping }));
    await client.closed;
  },
  async function joinAndRun(client, _, random) {
    for (let i = 0; i < 5; i++)
      client.send({ type: FrameType.join, body: `room ${Math.floor(random() * 3)}` });
    client.send({ type: FrameType.room, target: 1 + Math.floor(random() * 3), body: 'noise' });
    if (random() < 0.5) await sleep(random() * 10);
    client.socket.destroy();
  },
  async function stealName(client) {
    client.send({ type: FrameType.login, body: 'honest 0' });
    await client.next();
    client.socket.destroy();
  },
  async function comeAndGo(client, port) {
    client.socket.destroy();
    for (let i = 0; i < 5; i++) (await TestClient.connect(port)).socket.destroy();
  },
];

async function vandalise(gateway: GuardedGateway, index: number, random: Random): Promise<void> {
  await sleep(random() * 100);
  const name = `vandal ${index}`;
  const client = random() < 0.7 ? await gateway.login(name) : await gateway.connect();
  const deed = DEEDS[Math.floor(random() * DEEDS.length)] as (typeof DEEDS)[number];
  await deed(client, gateway.port, random).catch(() => {}); // that it fails is part of the plan
  client.socket.destroy();
}

describe('among vandals', () => {
  for (const seed of SEEDS) {
    it(`honest clients are served, and nothing leaks (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const gateway = await GuardedGateway.start({ maxPendingBytes: 256 * 1024, slowConsumer: 'drop' });
      const honest = await Promise.all(
        Array.from({ length: HONEST }, (_, i) => gateway.login(`honest ${i}`)),
      );
      const vandals = Array.from({ length: VANDALS }, (_, i) => vandalise(gateway, i, random));
      for (let id = 0; id < MESSAGES; id++) {
        honest.forEach((client, i) => {
          const to = honest[(i + 1) % HONEST] as TestClient;
          client.send({ type: FrameType.direct, id, target: to.number, body: `${i} says ${id}` });
        });
        await sleep(random() * 4);
      }
      for (let i = 0; i < HONEST; i++) {
        const received = await (honest[(i + 1) % HONEST] as TestClient).take(MESSAGES);
        expect(received.map(({ body }) => body)).toEqual(
          Array.from({ length: MESSAGES }, (_, id) => `${i} says ${id}`),
        );
      }
      await Promise.all(vandals);
      await gateway.connections(HONEST);
    });
  }
});
