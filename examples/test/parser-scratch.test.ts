import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('parser-scratch calculates the same with a pooled scratch and with a new one, and gives it back on errors', async () => {
  const { lines, value, figure } = await runExample('parser-scratch');
  expect(lines[0]).toBe(`2*(3+4)-10/4 = ${2 * (3 + 4) - 10 / 4}`);
  expect(lines[1]).toMatch(/SyntaxError: a number is missing, and the scratch is back: true$/);
  expect(value('results agree')).toBe('true');
  expect(figure('parses with pooled scratch')).toBe(6 * figure('expressions') + 2);
  expect(figure('scratches created')).toBeLessThan(100);
  expect(value('pooled scratch')).toMatch(/^\d+ ns a parse$/);
  expect(value('ratio')).toMatch(/^\d+\.\d\d$/);
});
