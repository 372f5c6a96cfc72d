// @ts-check
/**
 * Import cycles: a depth-first search that reports the path of every edge back into itself.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph each file with the files it imports
 * @returns {string[][]} cycles as paths, the first file again at the end
 */
export function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = [];
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {string[]} */
  const path = [];

  /** @param {string} file */
  const visit = (file) => {
    const onPath = path.indexOf(file);
    if (onPath !== -1) cycles.push([...path.slice(onPath), file]);
    if (onPath !== -1 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
