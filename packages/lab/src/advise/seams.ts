/**
 * What is known of code that is not the program's own: where Node and libraries let memory in, and where they do not.
 * `docs/guide/libraries/` has the figures.
 */
import type { MergedByteSite } from './merge-sites.ts';

/** What to do about allocations of a library or of Node. */
export type Seam =
  | { readonly kind: 'use'; readonly use: string; readonly snippet: string; readonly how: string }
  | { readonly kind: 'none'; readonly why: string };

const READ_FILE: Seam = {
  kind: 'use',
  use: 'readFileBlocks',
  how: "Node makes a block for each read; 'readFileBlocks' reads into pooled ones.",
  snippet: `import { readFileBlocks } from 'rockpool';

for await (const block of readFileBlocks(path)) {
  consume(block); // a ByteBuf, lent for the body of the loop; retain() it to keep it
}`,
};

const LIBRARIES: ReadonlyMap<string, Seam> = new Map(
  Object.entries<Seam>({
    protobufjs: {
      kind: 'use',
      use: 'rockpool/compat/protobufjs',
      how: 'The encoder of Rockpool has the library write into pooled memory.',
      snippet: `import protobuf from 'protobufjs';
import { ProtobufEncoder } from 'rockpool/compat/protobufjs';

const encoder = new ProtobufEncoder(protobuf.Writer);
const bytes = encoder.encode(Message, message); // a ByteBuf: release() it when it is sent`,
    },
    'mqtt-packet': {
      kind: 'use',
      use: 'rockpool/compat/mqtt-packet',
      how: 'The encoder of Rockpool has the library write into pooled memory.',
      snippet: `import mqtt from 'mqtt-packet';
import { MqttEncoder } from 'rockpool/compat/mqtt-packet';

const encoder = new MqttEncoder(mqtt);
const bytes = encoder.encode(packet); // a ByteBuf: release() it when it is sent`,
    },
    msgpackr: {
      kind: 'none',
      why: 'msgpackr makes 8 KiB and more at a time for many messages already, and what it takes from its user holds for all packers of the process',
    },
    ws: {
      kind: 'none',
      why: "this is ws's own; what you send can be pooled, by rockpool/compat/ws",
    },
    mysql2: {
      kind: 'none',
      why: 'mysql2 makes a Buffer of each read and objects of each row, and takes neither from its user',
    },
    pg: {
      kind: 'none',
      why: 'pg cuts its messages out of what the socket read, and takes no memory from its user',
    },
    'pg-protocol': {
      kind: 'none',
      why: 'pg cuts its messages out of what the socket read, and takes no memory from its user',
    },
  }),
);

const NODE: readonly (readonly [pattern: RegExp, seam: Seam])[] = [
  [/^node:internal\/fs\/(streams|read\/context|promises)|^node:fs readFile/, READ_FILE],
  [
    /^node:zlib/,
    {
      kind: 'none',
      why: 'zlib makes the blocks that it writes to itself, and compressing costs far more than they do',
    },
  ],
  [/^node:/, { kind: 'none', why: 'this is Node itself, which takes no memory from its user here' }],
];

/** What is known of a package. */
export function librarySeam(library: string): Seam {
  return (
    LIBRARIES.get(library) ?? {
      kind: 'none',
      why: `it is in ${library}: look whether that lets its users pass memory in, or ask for it`,
    }
  );
}

/**
 * What is known of Node's own code.
 *
 * @returns undefined where the program allocates by itself, be it through a function of Buffer
 */
export function nodeSeam({ nodeFrames }: Pick<MergedByteSite, 'nodeFrames'>): Seam | undefined {
  const frames = nodeFrames.filter((frame) => !frame.startsWith('node:buffer '));
  return NODE.find(([pattern]) => frames.some((frame) => pattern.test(frame)))?.[1];
}
