import { expect, it } from 'vitest';
import { runExample } from './run-example.ts';

it('escaped-lease shows what each checking level catches of the classic bug', async () => {
  const { lines } = await runExample('escaped-lease');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['level', 'read after put', 'put again at once', 'put again late', 'who is blamed', 'read of a lease'],
    [
      'off',
      "alice reads 'bob'",
      'two owners of one item',
      "bob reads 'carol'",
      'nobody',
      'caught: UseAfterReleaseError',
    ],
    [
      'basic',
      "alice reads 'bob'",
      'caught: DoublePutError',
      "bob reads 'carol'",
      'carol, who is innocent',
      'caught: UseAfterReleaseError',
    ],
    [
      'strict',
      "alice reads 'bob'",
      'caught: DoublePutError',
      "bob reads 'carol'",
      'carol, who is innocent',
      'caught: UseAfterReleaseError',
    ],
    [
      'paranoid',
      'caught: UseAfterPutError',
      'caught: DoublePutError',
      'caught: DoublePutError',
      'alice, who did it',
      'caught: UseAfterReleaseError',
    ],
  ]);
});
