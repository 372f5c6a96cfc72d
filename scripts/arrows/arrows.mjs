// @ts-check
/**
 * The arrows: judges every import of every workspace by the tables of the house.
 *
 * Inside the library also: nothing but relative files and the `node:` modules that have a reason, and no cycle
 * that is left when the types are erased.
 */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { findCycles } from './cycles.mjs';
import { readImports } from './imports.mjs';
import { readWorkspaces } from './workspaces.mjs';

/** @typedef {import('./imports.mjs').Import} Import */
/** @typedef {import('./workspaces.mjs').Workspace} Workspace */

/**
 * @typedef {object} House
 * @property {string} library
 * @property {readonly (readonly string[])[]} rooms
 * @property {readonly (readonly string[])[]} workspaces
 * @property {Readonly<Record<string, string>>} nodeImports
 */

/**
 * @typedef {object} Verdict
 * @property {number} files how many were read
 * @property {string[]} refusals "file:line reason"; empty if all is well
 */

/**
 * @param {string} root the repository
 * @param {House} house
 * @returns {Verdict}
 */
export function checkArrows(root, house) {
  const workspaces = readWorkspaces(root, house.workspaces);
  /** @type {string[]} */
  const refusals = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  /** Files of the library that import a `node:` module. @type {Set<string>} */
  const nodeFiles = new Set();
  let files = 0;

  for (const workspace of workspaces) {
    if (workspace.rank === -1) refusals.push(`${workspace.folder} is not in the table of workspaces`);
    for (const file of workspace.files) {
      files++;
      const imports = readImports(file, readFileSync(join(root, file), 'utf8'));
      const isLibrary = workspace.folder === house.library;
      for (const imported of imports) {
        const reason = isLibrary
          ? judgeInLibrary(house, file, imported)
          : judgeOutside(workspaces, workspace, file, imported);
        if (reason !== undefined) refusals.push(`${file}:${imported.line} ${reason}`);
        if (isLibrary && imported.specifier?.startsWith('node:')) nodeFiles.add(file);
      }
      if (isLibrary) graph.set(file, runtimeTargets(file, imports));
    }
  }
  for (const cycle of findCycles(graph)) refusals.push(`${cycle[0]} is in a cycle: ${cycle.join(' → ')}`);
  for (const file of Object.keys(house.nodeImports)) {
    if (!nodeFiles.has(file)) refusals.push(`${file} imports no 'node:' module: its permission can go`);
  }
  return { files, refusals };
}

/** @param {string} file @param {readonly Import[]} imports @returns {string[]} */
function runtimeTargets(file, imports) {
  return imports.flatMap(({ specifier, typeOnly }) =>
    specifier?.startsWith('.') && !typeOnly ? [resolve(file, specifier)] : [],
  );
}

/**
 * @param {House} house
 * @param {string} file
 * @param {Import} imported
 * @returns {string | undefined} why it is refused
 */
function judgeInLibrary(house, file, { specifier }) {
  if (specifier === undefined) return 'computes what it imports: write the name';
  if (specifier.startsWith('node:')) {
    return file in house.nodeImports ? undefined : `imports '${specifier}': this file has no permission to`;
  }
  if (!specifier.startsWith('.')) {
    return `imports '${specifier}': the library has no dependencies, not even on itself by name`;
  }
  const target = resolve(file, specifier);
  if (!target.startsWith(`${house.library}/src/`)) return `imports '${specifier}' from outside the library`;
  const from = roomOf(house, file);
  const to = roomOf(house, target);
  for (const room of [from, to]) {
    if (room.rank === -1) return `room '${room.name}' is not in the table of rooms`;
  }
  if (from.name === to.name || to.rank < from.rank) return undefined;
  const why = to.rank === from.rank ? 'beside it' : 'above it';
  return `imports '${specifier}': room '${to.name}' is ${why}, not below '${from.name}'`;
}

/**
 * @param {readonly Workspace[]} workspaces
 * @param {Workspace} own
 * @param {string} file
 * @param {Import} imported
 * @returns {string | undefined} why it is refused
 */
function judgeOutside(workspaces, own, file, { specifier }) {
  if (specifier === undefined) return undefined;
  if (specifier.startsWith('.')) {
    const inside = resolve(file, specifier).startsWith(`${own.folder}/`);
    return inside ? undefined : `imports '${specifier}' from outside ${own.folder}: use a public entry point`;
  }
  const other = workspaces.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (other === undefined || other === own) return undefined;
  if (!other.entries.has(specifier))
    return `imports '${specifier}': not a public entry point of ${other.name}`;
  return other.rank < own.rank
    ? undefined
    : `imports '${specifier}': ${other.folder} is not below ${own.folder}`;
}

/**
 * The room of a file of the library. The files right in `src` put the rooms together: they are above all.
 *
 * @param {House} house
 * @param {string} file
 * @returns {{ name: string, rank: number }} rank -1 for a room that the table does not have
 */
function roomOf({ library, rooms }, file) {
  const [name, ...rest] = file.slice(`${library}/src/`.length).split('/');
  if (name === undefined || rest.length === 0) return { name: 'src', rank: rooms.length };
  return { name, rank: rooms.findIndex((row) => row.includes(name)) };
}

/** @param {string} file @param {string} specifier */
function resolve(file, specifier) {
  return posix.join(posix.dirname(file), specifier);
}
