/** The environment that has every Node process in it watched. */
import { fileURLToPath } from 'node:url';

/** The recorder, built. */
const PRELOAD = fileURLToPath(new URL('../../recorder/dist/preload.js', import.meta.url));

/**
 * The environment of a program that is watched: our own, and what the recorder reads.
 *
 * @param directory of the run
 * @param exact take the stack of every allocation of bytes
 * @param seconds until the recorders end by themselves; null: with their threads
 */
export function watchedEnvironment(
  directory: string,
  exact: boolean,
  seconds: number | null,
): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: options } = process.env;
  return {
    ...process.env,
    NODE_OPTIONS: [options, `--require ${quoted(PRELOAD)}`].filter((text) => text !== undefined).join(' '),
    ROCKPOOL_ADVISE_DIR: directory,
    ROCKPOOL_ADVISE_MODE: exact ? 'exact' : 'sampled',
    // Recorders end by themselves, so that a program that is killed then has left everything.
    ...(seconds === null ? {} : { ROCKPOOL_ADVISE_UNTIL: String(Date.now() + seconds * 1000) }),
  };
}

/** Node splits `NODE_OPTIONS` at spaces, but not within quotes. */
function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replace(/(["\\])/g, '\\$1')}"` : path;
}
