/** pg: a query for 100 rows, over pg's own client, protocol and parser; the server is a record of what one says. */
import { Client, types } from 'pg';
import type { AdoptLoad, Load } from '../adopt-load.ts';
import { ORDER_COLUMNS, orderRows } from '../query-rows.ts';
import { RecordedServer } from '../recorded-server.ts';

/** The load. */
export const pg: AdoptLoad = {
  library: 'pg',
  title: 'Queries for 100 rows, of a recorded server',
  operation: 'query',
  seam:
    'None for bytes: the parser keeps the read that it is in until the rest of the message is there, and what it gives away ' +
    'is strings. Clients can be lent by a ResourcePool, which is not a matter of bytes (docs/guide/resource-pools.md).',
  adapter: null,
  plain: async () => load(),
};

const QUERY = 'Q'.charCodeAt(0);

async function load(): Promise<Load> {
  const rows = orderRows();
  const greeting = Buffer.concat([
    message('R', int32(0)),
    message('K', int32(1), int32(2)),
    message('Z', Buffer.from('I')),
  ]);
  const result = recordResult(rows.map((row) => ORDER_COLUMNS.map((name) => row[name])));
  const server = new RecordedServer((sent) =>
    sent[0] === QUERY ? result : sent[0] === 0 ? greeting : undefined,
  );
  const client = new Client({ user: 'lab', database: 'lab', stream: () => server as never });
  await client.connect();
  const query = () => client.query<Record<string, string>>('select * from orders');
  return {
    async run(operations) {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const found = await query();
        sum = (sum + found.rows.length + (found.rows[0]?.['note']?.length ?? 0)) | 0;
      }
      return sum;
    },
    async verify() {
      const found = await query();
      if (JSON.stringify(found.rows) !== JSON.stringify(rows)) throw new Error('The rows differ');
    },
    end: () => client.end(),
  };
}

function recordResult(rows: readonly (readonly string[])[]): Buffer {
  const columns = ORDER_COLUMNS.map((name) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0), // of no table
      int16(0),
      int32(types.builtins.TEXT),
      int16(-1),
      int32(-1),
      int16(0), // as text
    ]),
  );
  return Buffer.concat([
    message('T', int16(columns.length), ...columns),
    ...rows.map((row) =>
      message(
        'D',
        int16(row.length),
        ...row.flatMap((text) => [int32(Buffer.byteLength(text)), Buffer.from(text)]),
      ),
    ),
    message('C', Buffer.from(`SELECT ${rows.length}\0`)),
    message('Z', Buffer.from('I')),
  ]);
}

/** Type, length with itself, and the parts. */
function message(type: string, ...parts: Buffer[]): Buffer {
  const bytes = parts.reduce((total, part) => total + part.length, 4);
  return Buffer.concat([Buffer.from(type), int32(bytes), ...parts]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
