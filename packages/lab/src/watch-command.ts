/** `rockpool watch`: the live page of a process that serves its metrics. Runs until it is interrupted. */
import { Command } from 'commander';
import { OptionValueError } from './errors.ts';
import type { CommandIo } from './lab-command.ts';
import { probeTarget, readTarget } from './page/remote-stream.ts';
import { servePage } from './page/serve-page.ts';

/** Where `serveMetrics()` listens by default. */
const DEFAULT_URL = 'http://127.0.0.1:9464';
const DEFAULT_PORT = '9470';

/** The sub-command. */
export function watchCommand(io: CommandIo): Command {
  return new Command('watch')
    .summary('look at a running process: its pools, buffers, pauses and tuner')
    .description(
      'Serves a page on this machine that shows a process as it runs. The process calls serveMetrics().',
    )
    .argument('[url]', 'where it serves its metrics', DEFAULT_URL)
    .option('--port <n>', 'port of the page, on 127.0.0.1; 0: any free one', DEFAULT_PORT)
    .option('--token <text>', 'the token that the process wants')
    .addHelpText(
      'after',
      '\nIn the process:\n  import { serveMetrics } from "@rockpool/metrics";\n  await serveMetrics();',
    )
    .action(async (url: string, { port, token }: { port: string; token?: string }) => {
      const target = readTarget(url, token);
      const wrong = await probeTarget(target);
      await using page = await servePage({ port: readPort(port), target: () => target });
      io.stdout.write(`Watching ${target.url} at ${page.url}\nCtrl-C ends.\n`);
      if (wrong !== undefined) {
        io.stderr.write(`${target.url}: ${wrong}. The page goes on trying.\n`);
      }
      await interrupted(io.signal);
    });
}

function readPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new OptionValueError('--port', 'an integer from 0 to 65535', text);
}

/** Resolves when the signal is aborted; keeps the process alive until then. */
function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 2 ** 30);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
