import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveMetrics } from '@rockpool/metrics';
import { expect, test } from 'vitest';
import { probeTarget, readTarget } from '../../src/page/remote-stream.ts';
import { servePage } from '../../src/page/serve-page.ts';

function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; csp: string; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      incoming.on('end', () => {
        const csp = String(incoming.headers['content-security-policy'] ?? '');
        resolve({ status: incoming.statusCode ?? 0, csp, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

test('serves the page with headers that let it ask nobody else', async () => {
  await using page = await servePage({ port: 0 });
  const { status, csp, text } = await get(page.url);
  expect(status).toBe(200);
  expect(csp).toContain("default-src 'none'");
  expect(text).toContain('<title>');
  for (const [, path] of text.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
    if (!path?.startsWith('data:')) expect((await get(`${page.url}${path}`)).status).toBe(200);
  }
  expect((await get(`${page.url}../../package.json`)).status).toBe(404);
  expect((await get(page.url, { host: 'evil.example' })).status).toBe(403);
});

test('a port in use is told', async () => {
  await using page = await servePage({ port: 0 });
  await expect(servePage({ port: page.port })).rejects.toThrow('the port is in use');
});

test.each(['ftp://x', 'http://', 'not an address', ''])('%j is no target', (text) => {
  expect(() => readTarget(text, undefined)).toThrow('it is no address');
});

test('a target may be typed without its scheme', () => {
  expect(readTarget('127.0.0.1:9464', undefined).url).toBe('http://127.0.0.1:9464');
  expect(readTarget('https://shop.example/metrics', 'x').url).toBe('https://shop.example');
});

test('what is wrong with a target: nobody there, somebody else, a token', async () => {
  const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(probeTarget(readTarget(`127.0.0.1:${port}`, undefined))).rejects.toThrow('no serveMetrics()');
  await new Promise((resolve) => other.close(resolve));
  expect(await probeTarget(readTarget(`127.0.0.1:${port}`, undefined))).toBe('nothing listens there');

  await using server = await serveMetrics({ port: 0, token: 'a-token-of-some-length' });
  await expect(probeTarget(readTarget(server.url, undefined))).rejects.toThrow('--token');
  expect(await probeTarget(readTarget(server.url, 'a-token-of-some-length'))).toBeUndefined();
});

test('hands the stream of another process on, token and all, and says where it is lost', async () => {
  const token = 'a-token-of-some-length';
  const server = await serveMetrics({ port: 0, token, intervalMs: 100 });
  await using page = await servePage({ port: 0, target: () => ({ url: server.url, token }) });
  const abort = new AbortController();
  const response = await fetch(`${page.url}stream`, { signal: abort.signal });
  let text = '';
  const decoder = new TextDecoder();
  let closed = false;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    if (!closed && text.includes('event: snapshot')) {
      closed = true;
      await server.close();
    }
    if (text.includes('"lost"')) break;
  }
  abort.abort();
  expect(text.indexOf('"connected"')).toBeLessThan(text.indexOf('event: snapshot'));
  expect(text).toContain('"state":"lost"');
});
