import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderAdviceHtml } from '../../../src/advise/report/advice-html.ts';
import { hasChromium, openPage } from '../../page/browser.ts';
import { adviceWith } from './hostile-advice.ts';
import { sampleAdvice } from './sample-advice.ts';

describe.skipIf(!hasChromium)('in a browser', () => {
  let folder = '';
  const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'advice-page-'));
    writeFileSync(join(folder, 'sample.html'), renderAdviceHtml(sampleAdvice));
    const hostile = adviceWith('<img src=x onerror=document.title="owned">');
    writeFileSync(join(folder, 'hostile.html'), renderAdviceHtml(hostile));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('charts are drawn, asking no host; those of a closed card when it opens', async () => {
    const { page, errors, hosts } = await openPage(urlOf('sample.html'));
    expect(await page.locator('#saving svg').count()).toBe(1);
    expect(await page.locator('#sizes-1 svg').count()).toBe(1);
    expect(errors).toEqual([]);
    expect([...hosts]).toEqual(['']);
  });

  test('nothing is wider than a telephone of 360 px, light or dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, errors } = await openPage(urlOf('sample.html'), {
        colorScheme,
        viewport: { width: 360, height: 740 },
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(errors).toEqual([]);
    }
  });

  test('a link to a closed card opens it', async () => {
    const { page } = await openPage(`${urlOf('sample.html')}#site-5`);
    expect(await page.locator('#site-5').getAttribute('open')).toBe('');
    await page.locator('.sites a[href="#site-6"]').click();
    await page.locator('#site-6[open]').waitFor();
  });

  test('names are text in tooltips, too', async () => {
    const { page, errors } = await openPage(urlOf('hostile.html'));
    const chart = page.locator('#bytes');
    await chart.hover({ position: { x: 60, y: 25 } });
    await chart.locator('div', { hasText: 'onerror=document.title="owned">  frames' }).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(errors).toEqual([]);
  });
});
