import { describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { GuardedGateway } from '../guarded-gateway.ts';
import { TestClient } from '../test-client.ts';

describe('a shutdown', () => {
  it('says bye to every client behind what was sent to it before, and closes', async () => {
    const gateway = await GuardedGateway.start();
    const anna = await gateway.login('anna');
    const bert = await gateway.login('bert');
    const early = await gateway.connect();
    await gateway.connections(3);
    for (let id = 0; id < 50; id++)
      anna.send({ type: FrameType.direct, id, target: bert.number, body: `m${id}` });
    await gateway.until(() => gateway.gateway.stats().deliveries === 50, '50 deliveries');
    const closing = gateway.close();
    expect((await bert.take(50)).map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => id));
    for (const client of [anna, bert, early]) {
      expect((await client.next()).type).toBe(FrameType.bye);
      await client.closed;
    }
    await closing;
  });

  it('takes no longer than it may for a client that does not read', async () => {
    const gateway = await GuardedGateway.start({ maxPendingBytes: 2 ** 26 });
    const anna = await gateway.login('anna');
    const slow = await gateway.login('slow');
    slow.socket.pause();
    const body = 'x'.repeat(16_000);
    for (let id = 0; id < 1_500; id++) anna.send({ type: FrameType.direct, id, target: slow.number, body });
    await gateway.until(() => gateway.gateway.stats().deliveries === 1_500, '1,500 deliveries');
    expect(gateway.gateway.stats().pendingBytes).toBeGreaterThan(0);
    await gateway.close(50); // and looks whether anything is left
    slow.socket.destroy();
  });

  it('refuses new connections, may be asked for twice, and frees the port', async () => {
    const gateway = await GuardedGateway.start();
    const { port } = gateway;
    await gateway.login('anna');
    await Promise.all([gateway.close(), gateway.gateway.close()]);
    await expect(TestClient.connect(port)).rejects.toThrow(/ECONNREFUSED/);
    const next = await GuardedGateway.start({ port });
    expect(next.port).toBe(port);
  });

  it('of a gateway without clients is immediate', async () => {
    const gateway = await GuardedGateway.start();
    await gateway.close(2 ** 30);
  });
});

describe('a gateway that cannot be', () => {
  it('says that its port is taken', async () => {
    const first = await GuardedGateway.start();
    const second = GuardedGateway.start({ port: first.port });
    await expect(second).rejects.toMatchObject({
      name: 'ListenError',
      code: 'ERR_IM_LISTEN',
      message: `Cannot listen on 127.0.0.1:${first.port} as the port is taken`,
    });
  });

  it.each([
    [{ port: 65_536 }, /'port' must be an integer from 0 to 65535: received 65536/],
    [{ maxRooms: -1 }, /'maxRooms' must be an integer from 0 to 65536: received -1/],
    [{ maxFrameBytes: 95 }, /'maxFrameBytes' must be an integer from 96/],
    [
      { slowConsumer: 'ignore' as never },
      /'slowConsumer' must be one of 'disconnect', 'drop': received 'ignore'/,
    ],
    [{ idleTimeoutMs: 0.5 }, /'idleTimeoutMs' must be an integer/],
    [{ maxroom: 3 } as never, /'maxroom' is not an option: did you mean 'maxRooms'/],
  ])('refuses %j at its creation', async (options, message) => {
    await expect(GuardedGateway.start(options)).rejects.toThrow(message);
  });
});
