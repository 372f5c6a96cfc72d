// @ts-check
/** `npm run stress -w packages/rockpool -- --deaths 1500 --workers 8 [--sites] [--seed 7]` */
import { parseArgs } from 'node:util';
import { crash } from './crash.mjs';

const { values } = parseArgs({
  options: {
    deaths: { type: 'string', default: '1500' },
    workers: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
    sites: { type: 'boolean', default: false },
  },
});
const plan = {
  deaths: Number(values.deaths),
  workers: Number(values.workers),
  seed: Number(values.seed),
  sites: values.sites,
};
console.log(`Node ${process.version}, ${JSON.stringify(plan)}`);
const found = await crash({ ...plan, onProgress: (line) => console.log(line) });
console.log(found);
const right =
  found.failures.length === 0 &&
  found.errors === 0 &&
  found.audit.clean &&
  found.audit.free === found.audit.blocks;
console.log(right ? 'no block was lost, and none was handed out twice' : 'something is wrong');
process.exitCode = right ? 0 : 1;
