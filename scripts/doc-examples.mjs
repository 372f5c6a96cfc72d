// @ts-check
/**
 * Compiles and runs every example of the documentation, and checks that what is public is documented:
 * `node scripts/doc-examples.mjs`. Wants the packages built.
 */
import { saveTally } from './check/tally.mjs';
import { collectExamples } from './docs/examples.mjs';
import { findUndocumented } from './docs/public-api.mjs';
import { Workshop } from './docs/workshop.mjs';
import { ROOT } from './tools.mjs';

/** Packages whose whole public surface must be documented. */
const DOCUMENTED = ['packages/rockpool', 'packages/metrics'];
const CONCURRENCY = 2;

const { examples, problems } = collectExamples(ROOT);
problems.push(...DOCUMENTED.flatMap((folder) => findUndocumented(ROOT, folder)));

const workshop = new Workshop(ROOT, examples);
/** @type {import('./docs/workshop.mjs').Failure[]} */
const failures = [];
try {
  failures.push(...(await workshop.compile()));
  const broken = new Set(failures.map(({ example }) => example));
  const queue = examples.filter((example) => example.run && !broken.has(example)).values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const example of queue) {
        const failure = await workshop.run(example);
        if (failure !== undefined) failures.push(failure);
      }
    }),
  );
} finally {
  await workshop.close();
}

for (const message of [...problems, ...failures.map(({ message }) => message)]) console.error(message);
const failedExamples = new Set(failures.map(({ example }) => example)).size;
const passed = examples.length - failedExamples;
const failed = failedExamples + problems.length;
console.log(failed === 0 ? `${passed} examples ok` : `${passed} examples ok, ${failed} failed`);
await saveTally({ passed, failed, skipped: 0 });
process.exitCode = failed === 0 ? 0 : 1;
