/** The sample, as a program would have it that wants to write into its reader's terminal or page. */
import type { Advice } from '../../../src/advise/advice.ts';
import { sampleAdvice } from './sample-advice.ts';

/** Every text of the report with `text` in it, but for what the lab itself decides. */
export function adviceWith(text: string): Advice {
  const own = new Set(['kind', 'verdict', 'reason', 'mode']);
  const change = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return own.has(key) ? value : `${value}${text}`;
    if (Array.isArray(value)) return value.map((item) => change(item, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [key === 'parts' ? name + text : name, change(item, name)]),
    );
  };
  return change(sampleAdvice, '') as Advice;
}
