import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';

const TIMES = { idleTimeoutMs: 10_000, loginTimeoutMs: 3_000, closeTimeoutMs: 1_000 };

describe('heartbeats', () => {
  it('a ping is answered with its id', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    expect(await anna.ask({ type: FrameType.ping, id: 77 })).toMatchObject({ type: FrameType.pong, id: 77 });
  });

  it('a silent client is probed once, then closed', async () => {
    const gateway = await GuardedGateway.start(TIMES);
    const anna = await gateway.login('anna');
    gateway.pass(0); // what was heard so far
    gateway.pass(4_999);
    gateway.pass(1);
    gateway.pass(1_000);
    expect((await anna.next()).type).toBe(FrameType.probe);
    gateway.pass(3_999);
    expect(anna.waiting).toEqual([]);
    gateway.pass(1);
    expect(await anna.next()).toMatchObject({ type: FrameType.error, target: ErrorCode.idle });
    await anna.closed;
    expect(gateway.gateway.stats().probes).toBe(1);
  });

  it('a client that answers the probe stays, with a full time before the next one', async () => {
    const gateway = await GuardedGateway.start(TIMES);
    const anna = await gateway.login('anna');
    gateway.pass(0);
    gateway.pass(5_000);
    await anna.next(FrameType.probe);
    anna.send({ type: FrameType.alive });
    await anna.ask({ type: FrameType.ping });
    gateway.pass(4_999);
    gateway.pass(4_999);
    gateway.pass(1);
    expect((await anna.next()).type).toBe(FrameType.probe);
    expect((await anna.ask({ type: FrameType.ping })).type).toBe(FrameType.pong);
  });

  it('whoever does not log in is closed, whatever else it sends', async () => {
    const gateway = await GuardedGateway.start(TIMES);
    const silent = await gateway.connect();
    const dripping = await gateway.connect();
    await gateway.connections(2);
    dripping.socket.write('RPIM'); // the beginning of a frame, and no more
    await gateway.until(() => gateway.gateway.stats().bytesIn === 4, 'four bytes');
    gateway.pass(2_999);
    expect(silent.waiting).toEqual([]);
    gateway.pass(1);
    for (const client of [silent, dripping]) {
      expect(await client.next()).toMatchObject({ type: FrameType.error, target: ErrorCode.idle });
      await client.closed;
    }
  });

  it('a client that does not close behind a bye is cut off', async () => {
    const gateway = await GuardedGateway.start(TIMES);
    const anna = await gateway.login('anna');
    anna.socket.allowHalfOpen = true;
    anna.send({ type: FrameType.bye });
    await anna.next(FrameType.bye);
    gateway.pass(0);
    gateway.pass(999);
    expect(gateway.gateway.stats().connections).toBe(1);
    gateway.pass(1);
    await gateway.connections(0);
    anna.socket.destroy();
  });
});
