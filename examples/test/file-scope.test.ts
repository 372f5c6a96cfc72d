import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('file-scope closes the file, then removes the directory, also when the writing fails', async () => {
  const { lines } = await runExample('file-scope');
  expect(lines).toEqual([
    'a report that succeeds:',
    '  3 lines written',
    '  the file is closed, the directory still there: true',
    '  read back: "January 31\\nFebruary 28\\nMarch 31\\n"',
    'a report that fails half-way:',
    '  the file is closed, the directory still there: true',
    '  recovered from: no space left on device',
    '  read back: ""',
    'directories left behind: 0',
  ]);
});
