import { describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/gateway-options.ts';
import { closes, ErrorCode } from '../../src/protocol/error-code.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';
import { type FrameFields, frameOf, type TestClient } from '../test-client.ts';

interface Case {
  readonly code: keyof typeof ErrorCode;
  readonly when: string;
  readonly send: FrameFields | Uint8Array;
  /** What the error carries back. */
  readonly id?: number;
  /** Sent before a login. */
  readonly early?: boolean;
  readonly options?: Partial<GatewayOptions>;
}

const lengthOf = (length: number): Buffer => {
  const frame = frameOf({ type: FrameType.ping });
  frame.writeUInt32BE(length, 4);
  return frame;
};
const BAD_UTF8 = Uint8Array.of(0x61, 0xc3, 0x28, 0x62);

const CASES: readonly Case[] = [
  { code: 'badMagic', when: 'a frame has another magic', send: { type: FrameType.ping, magic: 0x48545450 } },
  { code: 'badLength', when: 'a frame is shorter than a header', send: lengthOf(16) },
  { code: 'badLength', when: 'a frame is shorter than its length field', send: lengthOf(3) },
  { code: 'frameTooLong', when: 'a frame is too long', send: lengthOf(16 * 1024 + 1) },
  {
    code: 'frameTooLong',
    when: 'what comes is no frame at all',
    send: Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
  },
  { code: 'badVersion', when: 'the version is another', send: { type: FrameType.ping, version: 2 } },
  { code: 'badFlags', when: 'a flag is unknown', send: { type: FrameType.ping, flags: 2 } },
  { code: 'badType', when: 'the type is unknown', send: { type: 99, id: 5 }, id: 5 },
  { code: 'badType', when: 'the type is the gateway’s own', send: { type: FrameType.ack, id: 6 }, id: 6 },
  {
    code: 'notLoggedIn',
    when: 'there was no login',
    send: { type: FrameType.ping, id: 2 },
    id: 2,
    early: true,
  },
  {
    code: 'badToken',
    when: 'the token is missing',
    send: { type: FrameType.login, id: 1, body: 'mallory' },
    id: 1,
    early: true,
    options: { token: 'sesame' },
  },
  {
    code: 'badToken',
    when: 'the token is wrong',
    send: { type: FrameType.login, id: 1, body: 'mallory\0sesami' },
    id: 1,
    early: true,
    options: { token: 'sesame' },
  },
  {
    code: 'loggedInAlready',
    when: 'a login comes twice',
    send: { type: FrameType.login, id: 4, body: 'again' },
    id: 4,
  },
  { code: 'badName', when: 'a name is empty', send: { type: FrameType.login, body: '' }, early: true },
  {
    code: 'badName',
    when: 'a name is long',
    send: { type: FrameType.login, body: 'x'.repeat(65) },
    early: true,
  },
  {
    code: 'badName',
    when: 'a name has a line feed',
    send: { type: FrameType.login, body: 'a\nb' },
    early: true,
  },
  { code: 'badName', when: 'a room has no name', send: { type: FrameType.join, id: 8, body: '' }, id: 8 },
  {
    code: 'nameTaken',
    when: 'somebody has the name',
    send: { type: FrameType.login, id: 1, body: 'witness' },
    id: 1,
    early: true,
  },
  {
    code: 'badText',
    when: 'a name is not UTF-8',
    send: { type: FrameType.login, body: BAD_UTF8 },
    early: true,
  },
  {
    code: 'badText',
    when: 'a room’s name is not UTF-8',
    send: { type: FrameType.join, id: 3, body: BAD_UTF8 },
    id: 3,
  },
  {
    code: 'noSuchUser',
    when: 'a number is nobody’s',
    send: { type: FrameType.direct, id: 11, target: 999, body: 'x' },
    id: 11,
  },
  {
    code: 'noSuchUser',
    when: 'a name is nobody’s',
    send: { type: FrameType.find, id: 12, body: 'nobody' },
    id: 12,
  },
  {
    code: 'notInRoom',
    when: 'a message goes to no room',
    send: { type: FrameType.room, id: 13, target: 5, body: 'x' },
    id: 13,
  },
  {
    code: 'notInRoom',
    when: 'a room is left that one is not in',
    send: { type: FrameType.leave, id: 14, target: 5 },
    id: 14,
  },
  {
    code: 'tooManyRooms',
    when: 'rooms are too many',
    send: { type: FrameType.join, id: 15, body: 'r' },
    id: 15,
    options: { maxRooms: 0 },
  },
];

/** That a client which did nothing wrong is as well as before. */
async function expectWell(witness: TestClient): Promise<void> {
  witness.send({ type: FrameType.direct, target: witness.number, body: 'still here' });
  expect((await witness.next(FrameType.delivery)).body).toBe('still here');
}

describe('a client is told', () => {
  for (const { code, when, send, id = 0, early = false, options = {} } of CASES) {
    it(`${code} when ${when}${closes(ErrorCode[code]) ? ', and is closed' : ''}`, async () => {
      const gateway = await GuardedGateway.start(options);
      const witness = options.token === undefined ? await gateway.login('witness') : undefined;
      const client = early ? await gateway.connect() : await gateway.login('culprit');
      if (send instanceof Uint8Array) client.socket.write(send);
      else client.send(send);
      const error = await client.next(FrameType.error);
      expect(error).toMatchObject({ id, target: ErrorCode[code] });
      expect(error.body).not.toBe('');
      expect(gateway.gateway.stats().errors).toEqual({ [code]: 1 });
      if (closes(ErrorCode[code])) {
        await client.closed;
        expect(client.waiting).toEqual([]);
      } else if (early) {
        client.send({ type: FrameType.login, body: 'honest' });
        await client.next(FrameType.loginOk);
      } else {
        expect((await client.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
      }
      if (witness !== undefined) await expectWell(witness);
    });
  }

  it('badText when a message is not UTF-8, and nobody gets it', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    anna.send({ type: FrameType.direct, id: 1, target: bert.number, body: BAD_UTF8 });
    expect(await anna.next(FrameType.error)).toMatchObject({ id: 1, target: ErrorCode.badText });
    anna.send({ type: FrameType.direct, id: 2, target: bert.number, body: 'fine' });
    expect(await bert.next()).toMatchObject({ id: 2, body: 'fine' });
    const stats = gateway.gateway.stats();
    expect([stats.messages, stats.deliveries]).toEqual([1, 1]);
  });

  it('notInRoom when it is not in a room that there is', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    const room = await anna.join('private');
    const error = await bert.ask({ type: FrameType.room, id: 1, target: room, body: 'let me in' });
    expect(error).toMatchObject({ type: FrameType.error, target: ErrorCode.notInRoom });
    expect(anna.waiting).toEqual([]);
  });

  it('tooManyConnections when the gateway is full, until somebody leaves', async () => {
    const gateway = await GuardedGateway.start({ maxConnections: 1 });
    const anna = await gateway.login('anna');
    const bert = await gateway.connect();
    expect(await bert.next(FrameType.error)).toMatchObject({ target: ErrorCode.tooManyConnections });
    await bert.closed;
    await anna.end();
    await gateway.connections(0);
    await expectWell(await gateway.login('carl'));
  });
});

describe('what follows a frame that closes', () => {
  it('is not looked at', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    anna.socket.write(
      Buffer.concat([
        frameOf({ type: FrameType.direct, target: bert.number, body: 'before' }),
        frameOf({ type: 99 }),
        frameOf({ type: FrameType.direct, target: bert.number, body: 'behind' }),
      ]),
    );
    await anna.next(FrameType.error);
    await anna.closed;
    expect((await bert.next()).body).toBe('before');
    expect((await bert.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
  });
});
