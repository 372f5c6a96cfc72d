/** Programs in processes of their own, ended with the test that started them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What a program has printed, and the way to end it. */
export interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Its exit code, when it has ended. */
  readonly exited: Promise<number | null>;
  /** The first match in what it prints, sooner or later. @throws Error it ended before */
  readonly seen: (pattern: RegExp) => Promise<RegExpMatchArray>;
  /** Ends it by a signal. @returns its exit code */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** The path of a file beside the tests. */
export function besideTests(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Starts one. */
export function startProgram(file: string, args: readonly string[]): Program {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const changed = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      for (const look of changed) look();
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
  });
  const seen = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output);
        if (match === null) return;
        changed.delete(look);
        resolve(match);
      };
      changed.add(look);
      look();
      void exited.then((code) => reject(new Error(`${file} ended with ${code}:\n${output}`)));
    });
  return { child, output: () => output, exited, seen, end };
}

/** A script of ours. */
export function startScript(path: string, args: readonly string[] = []): Program {
  return startProgram(process.execPath, [besideTests(path), ...args]);
}
