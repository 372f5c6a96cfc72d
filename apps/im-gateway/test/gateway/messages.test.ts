import { describe, expect, it } from 'vitest';
import { WANTS_ACK } from '../../src/protocol/frame-layout.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';
import { frameOf, type TestClient } from '../test-client.ts';

describe('direct messages', () => {
  it('go to the user they are for, with their text, their time and the number of the sender', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    const found = await anna.ask({ type: FrameType.find, id: 3, body: 'bert' });
    expect(found).toMatchObject({ type: FrameType.found, id: 3, target: bert.number, body: 'bert' });

    const text = 'Grüße – “naïve” 你好 👋';
    anna.send({
      type: FrameType.direct,
      id: 7,
      target: bert.number,
      timeUs: 1_700_000_000_123_456,
      body: text,
    });
    expect(await bert.next()).toEqual({
      type: FrameType.delivery,
      flags: 0,
      id: 7,
      sender: anna.number,
      target: bert.number,
      timeUs: 1_700_000_000_123_456,
      body: text,
    });
  });

  it('are acknowledged with their id if the sender wants it, and not else', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    anna.send({ type: FrameType.direct, id: 1, target: bert.number, body: 'quiet' });
    anna.send({ type: FrameType.direct, id: 2, target: bert.number, flags: WANTS_ACK, body: 'loud' });
    expect(await anna.next()).toMatchObject({ type: FrameType.ack, id: 2, target: 1 });
    expect((await bert.take(2)).map(({ body }) => body)).toEqual(['quiet', 'loud']);
    expect(anna.waiting).toEqual([]);
  });

  it('may be empty, may go to oneself, and may have the longest body', async () => {
    const gateway = await GuardedGateway.start({ maxFrameBytes: 4096 });
    const anna = await gateway.login('anna');
    const bodies = ['', 'to myself', 'x'.repeat(4096 - 32)];
    for (const body of bodies) anna.send({ type: FrameType.direct, target: anna.number, body });
    expect((await anna.take(3)).map(({ body }) => body)).toEqual(bodies);
  });

  it('arrive in order and whole, however their bytes are cut', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    const frames = Array.from({ length: 40 }, (_, id) =>
      frameOf({
        type: FrameType.direct,
        id,
        target: bert.number,
        body: `message ${id} ${'.'.repeat(id * 3)}`,
      }),
    );
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + ((at * 7) % 97);
      anna.socket.write(bytes.subarray(at, at + size));
      at += size;
      if (at % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const received = await bert.take(40);
    expect(received.map(({ id }) => id)).toEqual(frames.map((_, id) => id));
    expect(received[39]?.body).toBe(`message 39 ${'.'.repeat(117)}`);
  });
});

describe('rooms', () => {
  it('pass a message to all members but the sender', async () => {
    const gateway = await GuardedGateway.start();
    const members = await Promise.all(['a', 'b', 'c', 'd'].map((name) => gateway.login(name)));
    const rooms = await Promise.all(members.map((member) => member.join('the lobby')));
    expect(new Set(rooms).size).toBe(1);
    const outsider = await gateway.login('outsider');
    const [sender, ...others] = members as [TestClient, ...TestClient[]];
    const room = rooms[0] as number;

    sender.send({ type: FrameType.room, id: 9, target: room, flags: WANTS_ACK, body: 'hello, all' });
    expect(await sender.next()).toMatchObject({ type: FrameType.ack, id: 9, target: 3 });
    for (const other of others) {
      expect(await other.next()).toMatchObject({
        type: FrameType.roomDelivery,
        id: 9,
        sender: sender.number,
        target: room,
        body: 'hello, all',
      });
    }
    expect((await outsider.ask({ type: FrameType.ping, id: 1 })).type).toBe(FrameType.pong);
    expect(sender.waiting).toEqual([]);
  });

  it('pass messages that are too large to be copied by reference', async () => {
    const gateway = await GuardedGateway.start();
    const members = await Promise.all(['a', 'b', 'c'].map((name) => gateway.login(name)));
    for (const member of members) await member.join('large');
    const [sender, ...others] = members as [TestClient, ...TestClient[]];
    const body = 'large '.repeat(1_500);
    const room = await sender.join('large');
    sender.send({ type: FrameType.room, target: room, body });
    sender.send({ type: FrameType.room, target: room, body: 'small' });
    for (const other of others) {
      expect((await other.take(2)).map((frame) => frame.body)).toEqual([body, 'small']);
    }
  });

  it('are left on request and with the connection, and end with their last member', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    const room = await anna.join('pairs');
    await bert.join('pairs');
    expect(await anna.ask({ type: FrameType.leave, target: room })).toMatchObject({
      type: FrameType.left,
      target: room,
    });
    const ack = await bert.ask({ type: FrameType.room, target: room, flags: WANTS_ACK, body: 'alone' });
    expect(ack).toMatchObject({ type: FrameType.ack, target: 0 });
    expect(anna.waiting).toEqual([]);
    expect(gateway.gateway.stats().rooms).toBe(1);
    await bert.end();
    await gateway.connections(1);
    expect(gateway.gateway.stats().rooms).toBe(0);
  });

  it('are joined once, however often one asks', async () => {
    const gateway = await GuardedGateway.start({ maxRooms: 1 });
    const anna = await gateway.login('anna');
    expect(await anna.join('one')).toBe(await anna.join('one'));
    const bert = await gateway.login('bert');
    const room = await bert.join('one');
    bert.send({ type: FrameType.room, target: room, body: 'once' });
    await anna.next(FrameType.roomDelivery);
    expect((await anna.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
  });
});

describe('a name', () => {
  it('is free again when its user is gone, and its number is not used again', async () => {
    const gateway = await GuardedGateway.start();
    const first = await gateway.login('anna');
    await first.end();
    await gateway.connections(0);
    const second = await gateway.login('anna');
    expect(second.number).not.toBe(first.number);
  });
});

describe('bye', () => {
  it('is answered, and ends the connection', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    expect((await anna.ask({ type: FrameType.bye })).type).toBe(FrameType.bye);
    await anna.closed;
    await gateway.connections(0);
  });
});
