/** `order-gateway`. Exit codes: 0 it was ended by a signal, 1 it could not start, 2 the arguments are wrong. */
import { CommanderError } from 'commander';
import { serveCommand } from './serve-command.ts';

const FAILED = 1;
const MISUSED = 2;

/** Runs the command line. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const command = serveCommand().exitOverride().showHelpAfterError('(--help shows what there is)');
  try {
    await command.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has printed its own message by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}
