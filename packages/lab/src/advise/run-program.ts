/**
 * Runs the user's program as it would run without us: its own streams, directory and arguments, its own signals, with a
 * recorder preloaded through `NODE_OPTIONS` into every Node process that it begins.
 *
 * Signals that reach us are passed on, and we wait for the program to act on them: what it does is its own business.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProgramStartError } from './advise-errors.ts';
import { watchedEnvironment } from './watched-environment.ts';

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** How long a program that was asked to end may take. */
const GRACE_MS = 10_000;

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs. */
export class RunningProgram {
  /** Where its recordings are. */
  readonly directory: string;
  /** Settled when it has ended. */
  readonly ended: Promise<ProgramEnd>;
  readonly #kill: (signal: NodeJS.Signals) => void;

  /** @throws {ProgramStartError} `ERR_ROCKPOOL_ADVISE_START`, by `ended`: there is no such program */
  constructor(command: readonly [string, ...string[]], exact: boolean, seconds: number | null) {
    this.directory = mkdtempSync(join(tmpdir(), 'rockpool-advise-'));
    const [file, ...args] = command;
    const child = spawn(file, args, {
      stdio: 'inherit',
      env: watchedEnvironment(this.directory, exact, seconds),
    });
    this.#kill = (signal) => child.kill(signal);
    const passOn = (signal: NodeJS.Signals): void => {
      if (!fromTerminal(signal)) child.kill(signal);
    };
    for (const signal of PASSED_ON) process.on(signal, passOn);
    this.ended = new Promise<ProgramEnd>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(new ProgramStartError(file, error)));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).finally(() => {
      for (const signal of PASSED_ON) process.off(signal, passOn);
    });
  }

  /** Asks it to end, and ends it where it does not. */
  async stop(): Promise<ProgramEnd> {
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), GRACE_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Removes the recordings. */
  clean(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A terminal sends these to the program as well: twice is more than was meant. */
function fromTerminal(signal: NodeJS.Signals): boolean {
  return process.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT');
}

/** What a shell reports for it. */
export function exitCodeOf({ code, signal }: ProgramEnd): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
