import { describe, expect, it } from 'vitest';
import type { SlowConsumerPolicy } from '../../src/gateway/gateway-options.ts';
import { ErrorCode } from '../../src/protocol/error-code.ts';
import { WANTS_ACK } from '../../src/protocol/frame-layout.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';
import type { TestClient } from '../test-client.ts';

const MAX_PENDING_BYTES = 64 * 1024;
const BODY = 'x'.repeat(4_000);
/** More than the sockets of both sides take by themselves. */
const ENOUGH = 16_000;

/** Sends to a client that does not read until the gateway had to do something about it. */
async function flood(gateway: GuardedGateway, sender: TestClient, to: TestClient): Promise<number> {
  const happened = (): boolean => {
    const { dropped, errors } = gateway.gateway.stats();
    return dropped > 0 || (errors['slowConsumer'] ?? 0) > 0;
  };
  let sent = 0;
  while (!happened() && sent < ENOUGH) {
    for (let i = 0; i < 20; i++) {
      sender.send({ type: FrameType.direct, id: sent++, target: to.number, flags: WANTS_ACK, body: BODY });
    }
    for (let i = 0; i < 20; i++) await sender.next(FrameType.ack);
  }
  return sent;
}

async function start(
  slowConsumer: SlowConsumerPolicy,
): Promise<[GuardedGateway, TestClient, TestClient, TestClient]> {
  const gateway = await GuardedGateway.start({ slowConsumer, maxPendingBytes: MAX_PENDING_BYTES });
  const clients = [await gateway.login('anna'), await gateway.login('slow'), await gateway.login('other')];
  return [gateway, ...(clients as [TestClient, TestClient, TestClient])];
}

async function expectMessage(from: TestClient, to: TestClient): Promise<void> {
  from.send({ type: FrameType.direct, target: to.number, body: 'as before' });
  expect((await to.next(FrameType.delivery)).body).toBe('as before');
}

describe('a client that does not read', () => {
  it('is disconnected under the policy disconnect, and nobody else notices', async () => {
    const [gateway, anna, slow, other] = await start('disconnect');
    slow.socket.pause();
    const sent = await flood(gateway, anna, slow);
    expect(sent).toBeLessThan(ENOUGH);
    expect(gateway.gateway.stats().errors).toEqual({ slowConsumer: 1 });
    await gateway.connections(2);
    expect(await anna.ask({ type: FrameType.find, id: 1, body: 'slow' })).toMatchObject({
      type: FrameType.error,
      target: ErrorCode.noSuchUser,
    });
    await expectMessage(anna, other);
    slow.socket.destroy();
  });

  it('misses what is too much under the policy drop, keeps its order, and is told how much it missed', async () => {
    const [gateway, anna, slow, other] = await start('drop');
    slow.socket.pause();
    const sent = await flood(gateway, anna, slow);
    await expectMessage(anna, other);
    const { dropped, deliveries, connections, pendingBytes } = gateway.gateway.stats();
    expect(connections).toBe(3);
    expect(pendingBytes).toBeLessThanOrEqual(MAX_PENDING_BYTES);
    expect(deliveries - 1 + dropped).toBe(sent);

    slow.socket.resume();
    const received = await slow.take(deliveries - 1);
    const ids = received.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    gateway.pass(1);
    const told = await slow.next(FrameType.error);
    expect(told).toMatchObject({ target: ErrorCode.dropped });
    expect(told.body).toMatch(new RegExp(`^${dropped} messages were dropped`));
    await expectMessage(anna, slow);
  });

  it('is cut off under either policy when not even its acks fit', async () => {
    const [gateway, anna, slow, other] = await start('drop');
    slow.socket.pause();
    const errors = (): number => gateway.gateway.stats().errors['slowConsumer'] ?? 0;
    for (let i = 0; i < 20_000 && errors() === 0; i++) {
      const wrote = slow.socket.write(Buffer.alloc(0)) && !slow.socket.destroyed;
      if (!wrote) break;
      for (let k = 0; k < 50; k++) slow.send({ type: FrameType.find, id: i, body: 'x'.repeat(60) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gateway.until(() => errors() === 1, 'the client that asks and does not listen is cut off');
    await gateway.connections(2);
    await expectMessage(anna, other);
    slow.socket.destroy();
  });
});
