/**
 * The command `rockpool`. Exit codes: 0 done, 1 a measurement failed, 2 the arguments are wrong, 130 interrupted. Those
 * of `advise` are the program's.
 *
 * An interrupt (Ctrl-C, or SIGTERM from a supervisor) kills the process that is measuring and ends the run.
 */
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { adviseCommand } from './advise/advise-command.ts';
import { UsageError } from './errors.ts';
import { type CommandIo, labCommand } from './lab-command.ts';
import { watchCommand } from './watch-command.ts';

const FAILED = 1;
const MISUSED = 2;
const INTERRUPTED = 130;

/**
 * Runs the command line.
 *
 * @param args what was typed after `rockpool`
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const { stdout, stderr } = process;
    const io: CommandIo = { stdout, stderr, signal: abort.signal, exitCode: 0 };
    await program(io).parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (abort.signal.aborted) return INTERRUPTED;
    return report(error);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function program(io: CommandIo): Command {
  const root = new Command('rockpool')
    .description('Memory reuse for Node.js: does it pay here?')
    .enablePositionalOptions()
    .addCommand(labCommand(io))
    .addCommand(adviseCommand(io))
    .addCommand(watchCommand(io));
  for (const command of [root, ...root.commands]) {
    command.exitOverride().showHelpAfterError('(--help shows what there is)');
  }
  return root;
}

function report(error: unknown): number {
  // commander has printed its own message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${pc.red('Error:')} ${text}\n`);
  return error instanceof UsageError ? MISUSED : FAILED;
}
