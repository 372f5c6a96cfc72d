/** The loads by library. Each is loaded when it is asked for, so that a process has that library in it and no other. */
import type { AdoptLoad } from './adopt-load.ts';

/** The libraries that there are loads of. */
export const LIBRARIES: readonly string[] = [
  'protobufjs',
  'msgpackr',
  'ws',
  'mqtt-packet',
  'pg',
  'mysql2',
  'fs-streams',
  'zlib',
];

/**
 * The load of a library.
 *
 * @throws {RangeError} there is none of that name
 */
export async function findLoad(library: string): Promise<AdoptLoad> {
  switch (library) {
    case 'protobufjs':
      return (await import('./loads/protobufjs.ts')).protobufjs;
    case 'msgpackr':
      return (await import('./loads/msgpackr.ts')).msgpackr;
    case 'ws':
      return (await import('./loads/ws.ts')).ws;
    case 'mqtt-packet':
      return (await import('./loads/mqtt-packet.ts')).mqttPacket;
    case 'pg':
      return (await import('./loads/pg.ts')).pg;
    case 'mysql2':
      return (await import('./loads/mysql2.ts')).mysql2;
    case 'fs-streams':
      return (await import('./loads/fs-streams.ts')).fsStreams;
    case 'zlib':
      return (await import('./loads/zlib.ts')).zlibLoad;
    default:
      throw new RangeError(`There is no load of '${library}': there are ${LIBRARIES.join(', ')}`);
  }
}
