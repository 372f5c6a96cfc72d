// @ts-check
/** What is on disk: the workspaces with their rank, public entry points and source files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Workspace
 * @property {string} folder relative to the root: 'packages/lab'
 * @property {number} rank its row in the table; -1 if it is in none
 * @property {string} name as in its package.json
 * @property {ReadonlySet<string>} entries what others may import: 'rockpool', 'rockpool/object'
 * @property {readonly string[]} files source files, relative to the root
 */

const SOURCE = /\.[cm]?[jt]s$/;
const NOT_SOURCE = new Set(['node_modules', 'dist', 'coverage']);

/**
 * @param {string} root
 * @param {readonly (readonly string[])[]} table folders by rank; `apps/*` for each folder of `apps`
 * @returns {Workspace[]} those of the table that exist, and whatever else lies in `packages`
 */
export function readWorkspaces(root, table) {
  const ranked = table.flatMap((row, rank) =>
    row.flatMap((pattern) => expand(root, pattern).map((folder) => ({ folder, rank }))),
  );
  const unranked = expand(root, 'packages/*')
    .filter((folder) => ranked.every((other) => other.folder !== folder))
    .map((folder) => ({ folder, rank: -1 }));
  return [...ranked, ...unranked].map(({ folder, rank }) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const parts = folder.startsWith('packages/') ? [`${folder}/src`, `${folder}/bin`] : [folder];
    return {
      folder,
      rank,
      name: manifest.name,
      entries: new Set(Object.keys(manifest.exports ?? {}).map((path) => `${manifest.name}${path.slice(1)}`)),
      files: parts.flatMap((part) => sourceFiles(root, part)),
    };
  });
}

/** @param {string} root @param {string} pattern @returns {string[]} folders that have a package.json */
function expand(root, pattern) {
  const parent = pattern.replace(/\/\*$/, '');
  const folders = pattern === parent ? [pattern] : list(root, parent).map((name) => `${parent}/${name}`);
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json')));
}

/** @param {string} root @param {string} folder @returns {string[]} */
function sourceFiles(root, folder) {
  return list(root, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (SOURCE.test(name)) return [path];
    return NOT_SOURCE.has(name) || name.startsWith('.') || name.includes('.') ? [] : sourceFiles(root, path);
  });
}

/** @param {string} root @param {string} folder @returns {string[]} names, sorted; none if it is no folder */
function list(root, folder) {
  try {
    return readdirSync(join(root, folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) return [];
    throw error;
  }
}
