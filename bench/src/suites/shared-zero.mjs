// @ts-check
/** Zeros in shared memory. */
import { compile } from '../contenders/adapter.mjs';

const CASES = { '1 KiB': 1024, '64 KiB': 65_536, '1 MiB': 2 ** 20 };

/**
 * @param {string} id
 * @param {string} label
 * @param {string} zero
 * @returns {import('../types.d.ts').JsContender[]}
 */
const zeros = (id, label, zero) =>
  Object.entries(CASES).map(([name, bytes]) => ({
    kind: 'js',
    id,
    label,
    case: name,
    prepare: async () => {
      const { zeroBytes } = await import(
        new URL('../../../packages/rockpool/dist/shared/zero-bytes.js', import.meta.url).href
      );
      const shared = new Uint8Array(new SharedArrayBuffer(bytes));
      const own = new Uint8Array(bytes);
      return {
        run: compile(
          `return function zeros(iterations) {
            for (let i = 0; i < iterations; i++) { ${zero}; }
            return shared[0] + own[0];
          };`,
          { zeroBytes, shared, own },
        ),
      };
    },
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'shared-zero',
  title: 'Zeros in shared memory',
  about:
    'Fills memory with zeros: V8 fills shared memory word by word, atomically, so that the library copies zeros from memory that is not shared.',
  unit: 'fill',
  iterations: 20,
  cases: Object.keys(CASES),
  contenders: [
    ...zeros('copy', 'Rockpool: a copy of zeros', 'zeroBytes(shared)'),
    ...zeros('fill', 'fill(0)', 'shared.fill(0)'),
    ...zeros('own', 'fill(0), memory that is not shared', 'own.fill(0)'),
  ],
  baselines: ['fill', 'own'],
  targets: [{ contender: 'copy', baseline: 'fill', atMost: 0.5, over: 'every', cases: ['64 KiB', '1 MiB'] }],
};
