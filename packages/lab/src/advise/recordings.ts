/** Reads what the recorders of a run left: one file a thread. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECORDING_VERSION, type Recording } from '#recorder/recording';

const LISTS = ['frames', 'byteSites', 'objectSites', 'connections', 'notes', 'argv'] as const;

/** The recordings of a run, the oldest first, and what could not be read, in sentences. */
export interface Recordings {
  readonly all: readonly Recording[];
  readonly notes: readonly string[];
}

/** Reads a directory. One that is not there has no recordings. */
export function readRecordings(directory: string): Recordings {
  const all: Recording[] = [];
  const notes: string[] = [];
  for (const name of namesIn(directory, /^\d+-\d+\.json$/)) {
    try {
      const recording = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Recording;
      if (recording.version !== RECORDING_VERSION)
        throw new Error(`it has version ${recording.version}, not ${RECORDING_VERSION}`);
      const lacking = LISTS.filter((list) => !Array.isArray(recording[list]));
      if (lacking.length > 0) throw new Error(`it has no ${lacking.join(', ')}`);
      all.push(recording);
    } catch (error) {
      notes.push(`The recording ${name} cannot be read: ${(error as Error).message}.`);
    }
  }
  for (const name of namesIn(directory, /^\d+-\d+\.error$/)) {
    notes.push(`Process ${name.split('-')[0]} was not watched: ${readText(join(directory, name))}.`);
  }
  all.sort((a, b) => a.startedAt - b.startedAt || a.threadId - b.threadId);
  return { all, notes };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return (error as Error).message;
  }
}

function namesIn(directory: string, pattern: RegExp): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => pattern.test(name))
      .sort();
  } catch {
    return [];
  }
}
