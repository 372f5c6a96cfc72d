import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { AdoptReport } from '../../src/adopt/adopt-report.ts';
import { runNode } from '../advise/run-advise.ts';

const BIN = fileURLToPath(new URL('../../bin/rockpool.js', import.meta.url));

describe('rockpool lab adopt', { timeout: 90_000 }, () => {
  test('measures a library, and predicts for it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rockpool-adopt-test-'));
    try {
      const path = join(folder, 'adopt.json');
      const args = ['lab', 'adopt', 'mqtt-packet', '--rounds', '1', '--seconds', '0.3', '--json', path];
      const { code, stdout } = await runNode([BIN, ...args]);
      expect(code).toBe(0);
      expect(stdout).toContain('mqtt-packet');
      const { libraries, rounds, secondsPerSide } = JSON.parse(readFileSync(path, 'utf8')) as AdoptReport;
      expect({ rounds, secondsPerSide }).toEqual({ rounds: 1, secondsPerSide: 0.3 });
      expect(libraries).toHaveLength(1);
      const [library] = libraries;
      expect(library?.sides.map(({ side }) => side)).toEqual(['plain', 'adopted']);
      expect(library?.sides.every(({ cpuNs }) => cpuNs.median > 0)).toBe(true);
      expect(library?.prediction.sites.some(({ place }) => place.includes('mqtt-packet'))).toBe(true);
      expect(library?.adapter).toBe('rockpool/compat/mqtt-packet');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    [['left-pad'], "Cannot adopt 'left-pad' as there is no load of it: known are protobufjs"],
    [['--html', '/tmp/adopt.html'], "'adopt' has no page"],
    [['--rounds', '0'], "'--rounds' must be an integer from 1 to 100: received '0'"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await runNode([BIN, 'lab', 'adopt', ...args]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('is on the list', async () => {
    const { stdout } = await runNode([BIN, 'lab', '--list']);
    expect(stdout).toMatch(/^ {2}adopt \[library\.\.\.\] /m);
  });
});
