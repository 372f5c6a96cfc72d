/** The rows of a query that both databases' loads ask for: a page of orders. */
import { seededRandom } from '../frames/seeded-random.ts';
import { someText } from './some-text.ts';

const ROWS = 100;

/** A row as it travels: a text for each column. */
export interface OrderRow {
  readonly id: string;
  readonly customer: string;
  readonly total: string;
  readonly placed: string;
  readonly note: string;
}

/** The columns, in their order. */
export const ORDER_COLUMNS = ['id', 'customer', 'total', 'placed', 'note'] as const;

/** Seeded: the same rows each time. */
export function orderRows(): readonly OrderRow[] {
  const random = seededRandom(7);
  return Array.from({ length: ROWS }, (_, i) => ({
    id: String(1000 + i * 7919),
    customer: `customer-${Math.floor(random() * 1e6)}`,
    total: (random() * 10_000).toFixed(2),
    placed: '2025-11-30 06:00:00',
    note: someText(random, Math.floor(20 + random() * 200)),
  }));
}
