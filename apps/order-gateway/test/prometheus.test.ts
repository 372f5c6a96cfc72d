/**
 * The Grafana board and the alert rules against a real Prometheus that scrapes the running gateway, and a program that has
 * what the gateway has not: every expression returns data.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { besideTests, startProgram, startScript } from './program.ts';

const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;
const assets = (path: string): string => besideTests(`../../../packages/metrics/assets/${path}`);
const rules = assets('prometheus/rockpool.rules.yml');

interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string }[];
    readonly panels?: Board['panels'];
  }[];
}

/** The board's expressions, with its variables filled in. */
function boardExpressions(): { title: string; expression: string }[] {
  const board = JSON.parse(readFileSync(assets('grafana/rockpool.json'), 'utf8')) as Board;
  return board.panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        title,
        expression: expr
          .replaceAll('$job', '.*')
          .replaceAll('$instance', '.*')
          .replaceAll('$__rate_interval', '15s'),
      })),
    );
}

/** The selectors of the rules' expressions, each of which must find series. */
function ruleSelectors(): string[] {
  const text = readFileSync(rules, 'utf8');
  return [...new Set(text.match(/rockpool_[a-z_]+(?:\{[^}]*\})?/g) ?? [])].filter((it) => /_[a-z]+/.test(it));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

test.skipIf(!hasPrometheus)(
  'every expression of the board and of the rules returns data',
  { timeout: 90_000 },
  async () => {
    const gateway = startScript('../bin/order-gateway.js', ['--feed', '--port', '0', '--metrics-port', '0']);
    const other = startScript('fixture/everything.mjs');
    const [, gatewayPort] = await gateway.seen(/127\.0\.0\.1:(\d+)\/metrics/);
    const [, otherPort] = await other.seen(/^(\d+)\n/);

    const folder = mkdtempSync(join(tmpdir(), 'rockpool-prometheus-'));
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${rules}']
scrape_configs:
  - job_name: rockpool
    static_configs: [{ targets: ['127.0.0.1:${gatewayPort}', '127.0.0.1:${otherPort}'] }]
`,
    );
    const port = await freePort();
    startProgram('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const ask = async (path: string) =>
      (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as {
        status: string;
        error?: string;
        data: { result: unknown[]; groups: { rules: { name: string; health: string }[] }[] };
      };
    const found = async (expression: string): Promise<boolean> => {
      const { status, error, data } = await ask(`query?query=${encodeURIComponent(expression)}`);
      if (status !== 'success') throw new Error(`${expression}: ${error}`);
      return data.result.length > 0;
    };

    const expressions = [
      ...boardExpressions(),
      ...ruleSelectors().map((expression) => ({ title: 'rules', expression })),
    ];
    expect(expressions.length).toBeGreaterThan(50);
    let missing = expressions;
    const until = Date.now() + 60_000;
    while (missing.length > 0 && Date.now() < until) {
      await setTimeout(1000);
      const left: typeof missing = [];
      for (const it of missing) {
        if (
          !(await found(it.expression).catch((error: Error) =>
            /fetch failed/.test(error.message) ? false : Promise.reject(error),
          ))
        )
          left.push(it);
      }
      missing = left;
    }
    expect(missing).toEqual([]);

    const { data } = await ask('rules');
    const health = data.groups.flatMap((group) => group.rules.map(({ name, health: it }) => `${name} ${it}`));
    expect(health).toHaveLength(13);
    expect(health.filter((it) => !it.endsWith(' ok'))).toEqual([]);
    expect(await gateway.end()).toBe(0);
  },
);

test.skipIf(!hasPrometheus)('the rules are sound, and raise what they must', () => {
  const run = (...args: string[]) =>
    spawnSync('promtool', args, { cwd: assets('prometheus'), encoding: 'utf8' });
  for (const args of [
    ['check', 'rules', 'rockpool.rules.yml'],
    ['test', 'rules', 'rockpool.rules.test.yml'],
    ['check', 'config', 'prometheus.yml'],
  ]) {
    const { status, stdout, stderr } = run(...args);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  }
});
