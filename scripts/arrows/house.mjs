// @ts-check
/**
 * The house as a table: which part may import which. ARCHITECTURE.md has the same as a drawing.
 *
 *     internal ← leak, scope ← object, buffer, resource ← shared ← codec, tune, compat   rooms of the library
 *     rockpool ← metrics ← lab ← apps, examples, bench                                  workspaces
 *
 * A room imports from itself and from rooms of a lower rank, never sideways. A workspace reaches another only
 * through its public entry points. Rooms and workspaces that are not built yet have their place already.
 */

/** Where the library is. Its only imports are relative files and what `NODE_IMPORTS` allows. */
export const LIBRARY = 'packages/rockpool';

/** The rooms of the library: folders of its `src`, the lowest rank first. */
export const ROOMS = [
  ['internal'],
  ['leak', 'scope'],
  ['object', 'buffer', 'resource'],
  ['shared'],
  ['codec', 'tune', 'compat'],
];

/** The workspaces, as folders, the lowest rank first. `apps/*` stands for every folder in `apps`. */
export const WORKSPACES = [
  [LIBRARY],
  ['packages/metrics'],
  ['packages/lab'],
  ['apps/*', 'examples', 'bench'],
];

/**
 * Files of the library that may import `node:` modules, each with its reason; everything else runs in Bun, Deno
 * and browsers too. An entry that is no longer needed is refused.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const NODE_IMPORTS = {
  'packages/rockpool/src/codec/buffered-socket-writer.ts': 'the type of what it writes to',
  'packages/rockpool/src/codec/decoder-stream.ts': 'the type of what it makes',
  'packages/rockpool/src/codec/frame-feed.ts': 'the type of what it reads from',
  'packages/rockpool/src/codec/frame-iterator.ts': 'the type of what it reads from',
  'packages/rockpool/src/codec/frames.ts': 'the type of what it reads from',
  'packages/rockpool/src/codec/node-builtin.ts':
    'the types of modules that it asks for at run time, where there are any',
  'packages/rockpool/src/codec/open-file.ts': 'the type of a file handle',
  'packages/rockpool/src/codec/pooled-reader.ts': 'the type of what it reads from',
  'packages/rockpool/src/codec/read-file-blocks.ts': 'the type of a file handle',
  'packages/rockpool/src/codec/user-buffer.ts': 'the type of a socket',
  'packages/rockpool/src/compat/generic-pool.ts': 'the pool that it stands for is an EventEmitter',
  'packages/rockpool/src/tune/memory-loads.ts':
    'the types of modules that it asks for at run time, where there are any',
  'packages/rockpool/src/compat/tarn.ts': 'its users bring timers and listeners of Node',
};
