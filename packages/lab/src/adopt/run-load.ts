/**
 * Runs one side of one load, in this process, and prints a line of JSON:
 * `node packages/lab/dist/adopt/run-load.js protobufjs plain 5`.
 */
import type { AdoptLoad, Load, Side } from './adopt-load.ts';
import { findLoad, LIBRARIES } from './loads.ts';
import { measureLoad } from './measure-load.ts';

function startSide(load: AdoptLoad, side: string): Promise<Load> {
  const start = { plain: load.plain, adopted: load.adopted, tuned: load.tuned }[side as Side];
  if (start === undefined) throw new RangeError(`The load of ${load.library} has no side '${side}'`);
  return start();
}

async function main(library = '', side = '', seconds = 5): Promise<void> {
  if (!(seconds > 0) || !LIBRARIES.includes(library)) {
    throw new RangeError(
      `Usage: run-load.js <library> <plain|adopted|tuned> <seconds>; libraries: ${LIBRARIES.join(', ')}`,
    );
  }
  const load = await startSide(await findLoad(library), side);
  try {
    process.stdout.write(`${JSON.stringify(await measureLoad(load, seconds))}\n`);
  } finally {
    await load.end();
  }
}

const [, , library, side, seconds] = process.argv;
await main(library, side, seconds === undefined ? undefined : Number(seconds));
