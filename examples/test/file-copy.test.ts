import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('file-copy copies every byte within its bound of memory, and gives all blocks back when it fails', async () => {
  const { value, figure } = await runExample('file-copy');
  expect(value('bytes copied')).toBe(`${figure('bytes of the file')} in 129 blocks`);
  expect(value('alike byte for byte')).toBe('true');
  expect(value('alike after one changed')).toBe('false');
  expect(value('most bytes held at once')).toBe('256 KiB');
  expect(value('a copy that fails')).toBe('no space left on device');
  expect(figure('blocks not given back')).toBe(0);
  expect(value('memory held')).toBe('512 KiB');
});
