/** Two gateway processes over a real NATS server, which is killed and started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { WANTS_ACK } from '../../src/protocol/frame-layout.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { TestClient, type TestFrame } from '../test-client.ts';
import { hasNatsServer, NATS_COMMAND, NatsServer } from './nats-server.ts';
import { type Program, startGateway } from './program.ts';

const present = hasNatsServer();
if (!present)
  console.warn(`SKIPPED: tests over NATS, as there is no nats-server. Get it by: ${NATS_COMMAND}`);

interface Sides {
  readonly server: NatsServer;
  readonly left: Program;
  readonly right: Program;
  readonly anna: TestClient;
  readonly bert: TestClient;
}

async function start(): Promise<Sides> {
  const server = await NatsServer.start();
  const args = ['--bus', server.url, '--checks', 'paranoid', '--leaks', 'paranoid'];
  const [left, right] = await Promise.all([startGateway(args), startGateway(args)]);
  const anna = await TestClient.login(left.port, 'anna');
  const bert = await TestClient.login(right.port, 'bert');
  return { server, left: left.program, right: right.program, anna, bert };
}

/** Asks until the answer is of this type: what one gateway knows the other one knows a little later. */
async function askUntil(client: TestClient, type: number, ask: () => void): Promise<TestFrame> {
  for (let i = 0; i < 400; i++) {
    ask();
    const frame = await client.next();
    if (frame.type === type) return frame;
    await sleep(20);
  }
  throw new Error(`no answer of type ${type}`);
}

function find(client: TestClient, name: string): Promise<TestFrame> {
  return askUntil(client, FrameType.found, () => client.send({ type: FrameType.find, body: name }));
}

async function expectOrderlyEnd(...programs: Program[]): Promise<void> {
  for (const program of programs) {
    program.signal('SIGTERM');
    const final = await program.line('final');
    expect(final).toMatchObject({
      memory: { activeBuffers: 0, leaks: 0 },
      gateway: { faults: 0, connections: 0 },
    });
    expect(await program.ended).toBe(0);
    expect(program.lines.filter((line) => (line['level'] as number) >= 50)).toEqual([]);
  }
}

describe.skipIf(!present)('two gateways over NATS', () => {
  it('pass direct messages and rooms to each other', async () => {
    const { left, right, anna, bert } = await start();
    const there = (await find(anna, 'bert')).target;
    for (let id = 0; id < 100; id++) {
      anna.send({ type: FrameType.direct, id, target: there, flags: WANTS_ACK, body: `über NATS ${id}` });
    }
    expect((await anna.take(100)).map(({ type, id }) => [type, id])).toEqual(
      Array.from({ length: 100 }, (_, id) => [FrameType.ack, id]),
    );
    expect((await bert.take(100)).map(({ body }) => body)).toEqual(
      Array.from({ length: 100 }, (_, id) => `über NATS ${id}`),
    );
    const room = await anna.join('everywhere');
    const roomThere = await bert.join('everywhere');
    await sleep(100); // the server has heard of the subscription
    anna.send({ type: FrameType.room, id: 1, target: room, body: 'to the room' });
    expect(await bert.next()).toMatchObject({
      type: FrameType.roomDelivery,
      target: roomThere,
      body: 'to the room',
    });

    const second = await TestClient.connect(portOf(left));
    expect(await second.ask({ type: FrameType.login, body: 'bert' })).toMatchObject({
      target: ErrorCode.nameTaken,
    });
    await expectOrderlyEnd(left, right);
  });

  it('survive the death of the bus: they say so, refuse what they cannot send, and go on when it is back', async () => {
    const { server, left, right, anna, bert } = await start();
    const near = await TestClient.login(portOf(left), 'near');
    const there = (await find(anna, 'bert')).target;
    await server.kill();
    await Promise.all(
      [left, right].map((side) => side.find((line) => line['state'] === 'disconnected', 'bus')),
    );
    expect(await anna.ask({ type: FrameType.direct, id: 1, target: there, body: 'lost' })).toMatchObject({
      type: FrameType.error,
      id: 1,
      target: ErrorCode.unreachable,
    });
    anna.send({ type: FrameType.direct, id: 2, target: near.number, body: 'near' });
    expect(await near.next()).toMatchObject({ id: 2, body: 'near' });

    await server.restart();
    await Promise.all([left, right].map((side) => side.find((line) => line['state'] === 'connected', 'bus')));
    anna.send({
      type: FrameType.direct,
      id: 3,
      target: (await find(anna, 'bert')).target,
      body: 'found again',
    });
    expect(await bert.next()).toMatchObject({ id: 3, body: 'found again' });
    await expectOrderlyEnd(left, right);
  });

  it('forget the users of one that is killed', async () => {
    const { left, right, anna } = await start();
    await find(anna, 'bert');
    right.signal('SIGKILL');
    await right.ended;
    await askUntil(anna, FrameType.error, () => anna.send({ type: FrameType.find, body: 'bert' }));
    await expectOrderlyEnd(left);
  });
});

function portOf(program: Program): number {
  return program.lines.find((line) => line['msg'] === 'listening')?.['port'] as number;
}
