/** mysql2: a query for 100 rows, over its own connection, packets and parser; the server is a record of what one says. */
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { AdoptLoad, Load } from '../adopt-load.ts';
import { ORDER_COLUMNS, orderRows } from '../query-rows.ts';
import { RecordedServer } from '../recorded-server.ts';

/** The load. */
export const mysql2: AdoptLoad = {
  library: 'mysql2',
  title: 'Queries for 100 rows, of a recorded server',
  operation: 'query',
  seam:
    'None: the parser keeps parts of a read until the rest of the packet is there, and column definitions keep theirs as ' +
    'long as somebody has them, so that no read may be written to again; rows are strings.',
  adapter: null,
  plain: async () => load(),
};

/** Capabilities that a server tells: protocol 4.1, transactions, secure connection, result sets, names of plugins. */
const CAPABILITIES = 0x0000_0200 | 0x0000_2000 | 0x0000_8000 | 0x0002_0000 | 0x0008_0000 | 0x0000_0001;
const UTF8MB4 = 45;
const AUTOCOMMIT = 2;
const VAR_STRING = 253;
const COM_QUERY = 3;
const COM_QUIT = 1;

async function load(): Promise<Load> {
  const rows = orderRows();
  const result = recordResult(rows.map((row) => ORDER_COLUMNS.map((name) => row[name])));
  const server = new RecordedServer((sent) => {
    if (sent[3] !== 0) return packet(2, Buffer.from([0, 0, 0, AUTOCOMMIT, 0, 0, 0])); // it has logged in
    return sent[4] === COM_QUERY
      ? result
      : sent[4] === COM_QUIT
        ? undefined
        : packet(1, Buffer.from([0, 0, 0, 2, 0, 0, 0]));
  }, greeting());
  const connection = await mysql.createConnection({ user: 'lab', stream: server });
  const query = async () => (await connection.query<RowDataPacket[]>('select * from orders'))[0];
  return {
    async run(operations) {
      let sum = 0;
      for (let i = 0; i < operations; i++) {
        const found = await query();
        sum = (sum + found.length + String(found[0]?.['note']).length) | 0;
      }
      return sum;
    },
    async verify() {
      if (JSON.stringify(await query()) !== JSON.stringify(rows)) throw new Error('The rows differ');
    },
    end() {
      connection.destroy();
    },
  };
}

function greeting(): Buffer {
  const capabilities = Buffer.alloc(4);
  capabilities.writeUInt32LE(CAPABILITIES);
  return packet(
    0,
    Buffer.concat([
      Buffer.from([10]),
      Buffer.from('8.0.36\0'),
      Buffer.from([1, 0, 0, 0]),
      Buffer.from('01234567\0'),
      capabilities.subarray(0, 2),
      Buffer.from([UTF8MB4, AUTOCOMMIT, 0]),
      capabilities.subarray(2),
      Buffer.from([21]),
      Buffer.alloc(10),
      Buffer.from('89abcdefghij\0'),
      Buffer.from('mysql_native_password\0'),
    ]),
  );
}

function recordResult(rows: readonly (readonly string[])[]): Buffer {
  const end = Buffer.from([0xfe, 0, 0, AUTOCOMMIT, 0]);
  const columns = ORDER_COLUMNS.map((name) =>
    Buffer.concat([
      ...['def', 'lab', 'orders', 'orders', name, name].map(lengthCoded),
      Buffer.from([0x0c, UTF8MB4, 0, 0, 4, 0, 0, VAR_STRING, 0, 0, 0, 0, 0]),
    ]),
  );
  const bodies = [
    Buffer.from([columns.length]),
    ...columns,
    end,
    ...rows.map((row) => Buffer.concat(row.map(lengthCoded))),
    end,
  ];
  return Buffer.concat(bodies.map((body, i) => packet((i + 1) & 255, body)));
}

/** Length in three bytes, number, body. */
function packet(number: number, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([body.length & 255, (body.length >> 8) & 255, body.length >> 16, number]),
    body,
  ]);
}

/** A text with its length in front: one byte up to 250, else three. */
function lengthCoded(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = bytes.length <= 250 ? [bytes.length] : [0xfc, bytes.length & 255, bytes.length >> 8];
  return Buffer.concat([Buffer.from(length), bytes]);
}
