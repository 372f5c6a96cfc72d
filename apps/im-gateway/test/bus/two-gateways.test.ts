import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type MemoryBus, MemoryHub } from '../../src/bus/memory-bus.ts';
import { DEAD_AFTER_MS } from '../../src/bus/presence.ts';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { WANTS_ACK } from '../../src/protocol/frame-layout.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';

interface Pair {
  readonly left: GuardedGateway;
  readonly right: GuardedGateway;
  readonly leftBus: MemoryBus;
  readonly rightBus: MemoryBus;
  readonly hub: MemoryHub;
}

async function startPair(): Promise<Pair> {
  const hub = new MemoryHub();
  const leftBus = hub.port();
  const rightBus = hub.port();
  const left = await GuardedGateway.start({ bus: leftBus });
  const right = await GuardedGateway.start({ bus: rightBus });
  return { left, right, leftBus, rightBus, hub };
}

function knows(gateway: GuardedGateway, remote: number): Promise<void> {
  return gateway.until(() => gateway.gateway.stats().users.remote === remote, `${remote} remote users`);
}

describe('two gateways on a bus', () => {
  it('find each other’s users and pass messages on, both ways', async () => {
    const { left, right } = await startPair();
    const anna = await left.login('anna');
    const bert = await right.login('bert');
    await knows(left, 1);
    await knows(right, 1);
    const there = (await anna.ask({ type: FrameType.find, body: 'bert' })).target;
    anna.send({
      type: FrameType.direct,
      id: 5,
      target: there,
      timeUs: 42,
      flags: WANTS_ACK,
      body: 'grüß dich',
    });
    expect(await anna.next()).toMatchObject({ type: FrameType.ack, id: 5, target: 1 });
    const message = await bert.next(FrameType.delivery);
    expect(message).toMatchObject({ id: 5, target: bert.number, timeUs: 42, body: 'grüß dich' });
    // The sender's number is one that the receiver can answer to.
    bert.send({ type: FrameType.direct, id: 6, target: message.sender, body: 'dich auch' });
    expect(await anna.next(FrameType.delivery)).toMatchObject({ id: 6, sender: there, body: 'dich auch' });
  });

  it('share rooms by name', async () => {
    const { left, right } = await startPair();
    const anna = await left.login('anna');
    const lea = await left.login('lea');
    const bert = await right.login('bert');
    await right.login('other').then((other) => other.join('elsewhere'));
    const leftRoom = await anna.join('Grüße');
    await lea.join('Grüße');
    const rightRoom = await bert.join('Grüße');
    anna.send({ type: FrameType.room, id: 1, target: leftRoom, flags: WANTS_ACK, body: 'all' });
    expect(await anna.next(FrameType.ack)).toMatchObject({ target: 2 }); // lea, and the bus
    expect(await lea.next(FrameType.roomDelivery)).toMatchObject({ target: leftRoom, body: 'all' });
    expect(await bert.next(FrameType.roomDelivery)).toMatchObject({ target: rightRoom, body: 'all' });
    expect(anna.waiting).toEqual([]); // not its own back
  });

  it('give a name away once', async () => {
    const { left, right } = await startPair();
    await left.login('anna');
    await knows(right, 1);
    const second = await right.connect();
    expect(await second.ask({ type: FrameType.login, body: 'anna' })).toMatchObject({
      type: FrameType.error,
      target: ErrorCode.nameTaken,
    });
  });

  it('agree who keeps a name that both gave away', async () => {
    const { left, right, rightBus } = await startPair();
    rightBus.setConnected(false);
    const first = await left.login('anna');
    await sleep(5); // logins of the same millisecond are another case
    const second = await right.login('anna');
    rightBus.setConnected(true);
    expect(await second.next()).toMatchObject({ type: FrameType.error, target: ErrorCode.nameLost });
    await second.closed;
    await knows(right, 1);
    expect((await first.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
    expect(left.gateway.stats().users).toEqual({ local: 1, remote: 0 });
  });

  it('tell of users that were there before the other one started', async () => {
    const hub = new MemoryHub();
    const left = await GuardedGateway.start({ bus: hub.port() });
    for (const name of ['anna', 'bert', 'carl']) await left.login(name);
    const right = await GuardedGateway.start({ bus: hub.port() });
    await knows(right, 3);
    const dora = await right.login('dora');
    expect((await dora.ask({ type: FrameType.find, body: 'carl' })).type).toBe(FrameType.found);
  });

  it('forget users that left, and all of a gateway that ends or falls silent', async () => {
    const { left, right, hub } = await startPair();
    const anna = await left.login('anna');
    await left.login('bert');
    await knows(right, 2);
    await anna.end();
    await knows(right, 1);
    const third = await GuardedGateway.start({ bus: hub.port() });
    await third.login('carl');
    await knows(right, 2);
    await third.close();
    await knows(right, 1);
    expect(right.gateway.stats().gateways).toBe(1);
    right.pass(DEAD_AFTER_MS); // the left one's clock stands: it says nothing
    await knows(right, 1);
    right.pass(1);
    await knows(right, 0);
    left.pass(DEAD_AFTER_MS); // now it says that it is alive, and is asked who it has
    await knows(right, 1);
  });

  it('tell the sender while the bus is down, and go on when it is back', async () => {
    const { left, right, leftBus } = await startPair();
    const anna = await left.login('anna');
    const near = await left.login('near');
    const bert = await right.login('bert');
    await knows(left, 1);
    const there = (await anna.ask({ type: FrameType.find, body: 'bert' })).target;
    const room = await anna.join('r');
    await near.join('r');
    await bert.join('r');
    leftBus.setConnected(false);
    expect(await anna.ask({ type: FrameType.direct, id: 1, target: there, body: 'lost' })).toMatchObject({
      type: FrameType.error,
      id: 1,
      target: ErrorCode.unreachable,
    });
    anna.send({ type: FrameType.room, id: 2, target: room, flags: WANTS_ACK, body: 'near ones' });
    expect(await anna.next(FrameType.ack)).toMatchObject({ id: 2, target: 1 });
    expect((await near.next()).body).toBe('near ones');
    leftBus.setConnected(true);
    anna.send({ type: FrameType.direct, id: 3, target: there, body: 'back' });
    expect(await bert.next()).toMatchObject({ id: 3, body: 'back' });
  });

  it('count what they cannot understand, and go on', async () => {
    const { left, right, hub } = await startPair();
    const anna = await left.login('anna');
    const stranger = hub.port();
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(10),
      Buffer.alloc(200, 255),
      Buffer.from('{"kind":"users"}'),
    ]) {
      stranger.publish(`im.gateway.${left.gateway.id}`, bytes);
      stranger.publish('im.presence', bytes);
    }
    await left.until(() => left.gateway.stats().busLost === 4, 'four messages that are none');
    expect(left.gateway.stats().users).toEqual({ local: 1, remote: 0 });
    expect((await anna.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
    expect(right.gateway.stats().faults).toBe(0);
  });
});
