// @ts-check
/** Checks the direction of all imports: `node scripts/check-arrows.mjs`. The rules are in `arrows/house.mjs`. */
import { checkArrows } from './arrows/arrows.mjs';
import { LIBRARY, NODE_IMPORTS, ROOMS, WORKSPACES } from './arrows/house.mjs';
import { ROOT } from './tools.mjs';

const { files, refusals } = checkArrows(ROOT, {
  library: LIBRARY,
  rooms: ROOMS,
  workspaces: WORKSPACES,
  nodeImports: NODE_IMPORTS,
});
for (const refusal of refusals) console.error(refusal);
console.log(
  refusals.length === 0 ? `${files} files, every import points down` : `${refusals.length} imports refused`,
);
process.exitCode = refusals.length === 0 ? 0 : 1;
