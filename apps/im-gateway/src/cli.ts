/** The commands of this app. Exit codes: 0 done, 1 it failed, told in one line, 2 the arguments are wrong. */
import { type Command, CommanderError } from 'commander';
import { GatewayOptionError } from './errors.ts';
import { loadCommand } from './load-command.ts';
import { serveCommand } from './serve-command.ts';
import { stageCommand } from './stage/stage-command.ts';

const FAILED = 1;
const MISUSED = 2;

/** Runs `im-gateway`. @param args what was typed behind it @returns the exit code */
export function gatewayMain(args: readonly string[]): Promise<number> {
  return run(serveCommand(), args);
}

/** Runs `im-load`. @param args what was typed behind it @returns the exit code */
export function loadMain(args: readonly string[]): Promise<number> {
  return run(loadCommand(), args);
}

/** Runs `im-stage`. @param args what was typed behind it @returns the exit code */
export function stageMain(args: readonly string[]): Promise<number> {
  return run(stageCommand(), args);
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  try {
    await command
      .exitOverride()
      .showHelpAfterError('(--help shows what there is)')
      .parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has printed its own message by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof GatewayOptionError ? MISUSED : FAILED;
  }
}
