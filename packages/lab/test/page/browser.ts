/** Chromium for tests of the page: one for all tests of a file. */
import { spawnSync } from 'node:child_process';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll } from 'vitest';

/** Where Debian has it; the check installs it where it may. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is one. */
export const hasChromium: boolean = spawnSync(EXECUTABLE, ['--version']).status === 0;

let browser: Promise<Browser> | undefined;

/** A page, what went wrong in it, and the hosts that it asked. */
export interface TestPage {
  readonly page: Page;
  readonly errors: string[];
  readonly hosts: Set<string>;
}

/** Opens a page, of its own context. */
export async function openPage(
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<TestPage> {
  browser ??= chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
  const context = await (await browser).newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(url);
  return { page, errors, hosts };
}

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});
