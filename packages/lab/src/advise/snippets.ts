/** The few lines that a user would write in the place of an allocation. */

/** Bytes of any size. */
export function byteBufSnippet(what: string, size: string): string {
  const fill =
    what === 'Buffer.from' || what === 'TextEncoder.encode'
      ? '  bytes.writeString(text); // or writeBytes(…)'
      : '  // write, read; bytes.toBuffer() is a view for others';
  return `import { ByteBufAllocator } from 'rockpool';

const bytes = ByteBufAllocator.default.buffer(${size}); // in the place of ${what}${clears(what) ? '; not cleared' : ''}
try {
${fill}
} finally {
  bytes.release(); // by whoever is the last to use it
}`;
}

/** Whether fresh memory of it is zero. */
export function clears(what: string): boolean {
  return what === 'Buffer.alloc' || what.startsWith('new ');
}

/** Buffers that are put together. */
export function concatSnippet(): string {
  return `import { ByteBufAllocator } from 'rockpool';

const bytes = ByteBufAllocator.default.buffer(total); // in the place of Buffer.concat(parts)
for (const part of parts) bytes.writeBytes(part);
// send bytes.toBuffer(), then
bytes.release();
// Of messages that come in parts, a decoder keeps what it lacks: LengthFieldFrameDecoder, LineFrameDecoder …`;
}

/**
 * Typed arrays, of one length or of several.
 *
 * @param length the longest
 */
export function arrayPoolSnippet(constructorName: string, length: number, several: boolean): string {
  const use = several
    ? '  const part = array.subarray(0, length); // as long as this one is to be'
    : '  // use it';
  return `import { Pool } from 'rockpool';

const arrays = new Pool({ name: '${constructorName}', create: () => new ${constructorName}(${length}) });
const array = arrays.get(); // not cleared: fill(0) where the old content matters
try {
${use}
} finally {
  arrays.put(array);
}`;
}

/** Objects. */
export function objectPoolSnippet(what: string): string {
  // Anything but the constructor of a class is what the program has there; named, on one line.
  const create =
    /^new [\w$.]+$/.test(what) && what !== 'new Array' ? `${what}(),` : `fresh(), // ${oneLine(what)}`;
  return `import { Pool } from 'rockpool';

const pool = new Pool({
  create: () => ${create}
  reset: (item) => {
    // bring every field back to what a fresh one has
  },
});
const item = pool.get();
try {
  // use it
} finally {
  pool.put(item);
}`;
}

function oneLine(text: string): string {
  return text.replace(/[\n\r\u2028\u2029]/g, ' ');
}

/** Connections. */
export function resourcePoolSnippet(library: string | null): string {
  const create = CLIENTS.get(library ?? '') ?? [
    'create: async () => connect(), // what the program does now, once for each',
    'destroy: (client) => client.end(),',
  ];
  return `import { ResourcePool } from 'rockpool';

const clients = new ResourcePool({
${create.map((line) => `  ${line}`).join('\n')}
  max: 10,
});
const answer = await clients.use((client) => ask(client));`;
}

const CLIENTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries<readonly string[]>({
    pg: [
      'create: async () => {',
      '  const client = new pg.Client(settings);',
      '  await client.connect();',
      '  return client;',
      '},',
      'destroy: (client) => client.end(),',
      "validate: (client) => client.query('select 1').then(() => true),",
    ],
    mysql2: [
      'create: () => mysql.createConnection(settings), // of mysql2/promise',
      'destroy: (client) => client.end(),',
    ],
  }),
);

/** HTTP requests. */
export function agentSnippet(): string {
  return `import { Agent } from 'node:http'; // or node:https

const agent = new Agent({ keepAlive: true, maxSockets: 50 });
get({ host, path, agent }, onResponse);`;
}
