/** The command, as a process: what it prints, and how it ends. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { besideTests, startProgram, startScript } from './program.ts';

const BIN = '../bin/order-gateway.js';
const run = (...args: string[]) => startProgram(process.execPath, [besideTests(BIN), ...args]);

test('feeds itself, tunes its caches, serves metrics and the page, and ends with 0', async () => {
  const gateway = startScript(BIN, [
    '--feed',
    '--port',
    '0',
    '--metrics-port',
    '0',
    '--page',
    '0',
    '--settle-ms',
    '20',
  ]);
  await gateway.seen(/"msg":"listening"/);
  const [, metrics] = await gateway.seen(/"url":"([^"]*\/metrics)"/);
  const [, page] = await gateway.seen(/"url":"([^"]*)","msg":"page"/);
  expect(await (await fetch(page as string)).text()).toContain('<title>');
  await gateway.seen(/entries of \d+ B from \d+ to \d+ \(misses/);
  expect(await (await fetch(metrics as string)).text()).toMatch(
    /^rockpool_tuner_decisions_total\{reason="misses"\} \d+$/m,
  );
  expect(await gateway.end('SIGINT')).toBe(0);
  expect(gateway.output()).toContain('"msg":"shutting down"');
});

test.each([
  [['--port', '70000'], 'It must be an integer from 0 to 65535.'],
  [['--tuner', 'maybe'], 'Allowed choices are on, dry, off'],
  [['--page', 'x'], 'It must be an integer from 0 to 65535.'],
  [['--budget-mib', '0'], 'It must be an integer from 1 to 65536.'],
  [['--frobnicate'], 'unknown option'],
])('%j is refused with exit code 2', async (args, message) => {
  const program = run(...args);
  await program.seen(new RegExp(message.replace(/[.()?]/g, '\\$&')));
  expect(await program.exited).toBe(2);
});

test('a port that is taken is told in one line, exit code 1', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const program = run('--port', String(port));
  expect(await program.exited).toBe(1);
  expect(program.output()).toMatch(/^Error: .*EADDRINUSE.*\n$/);
  server.close();
});
