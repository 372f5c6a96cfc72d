// @ts-check
/** Fenced code blocks of Markdown, as far as CommonMark goes for fences: backticks and tildes, indented or not. */

/**
 * @typedef {object} Fence
 * @property {string} info what follows the opening fence: 'ts no-run'
 * @property {number} line index of the first line of code
 * @property {number} indent columns before the code, removed from it
 * @property {string[]} code
 * @property {boolean} closed false if the text ended first
 */

/**
 * @param {readonly string[]} lines
 * @returns {Fence[]}
 */
export function findFences(lines) {
  /** @type {Fence[]} */
  const fences = [];
  /** The fence that is open, and what closes it. @type {{ fence: Fence, mark: string } | undefined} */
  let open;
  for (const [index, line] of lines.entries()) {
    const [, margin = '', mark, info = ''] = line.match(/^(\s*)(`{3,}|~{3,})(.*)$/) ?? [];
    if (open === undefined) {
      if (mark === undefined || (mark.startsWith('`') && info.includes('`'))) continue;
      const fence = { info: info.trim(), line: index + 1, indent: margin.length, code: [], closed: false };
      fences.push(fence);
      open = { fence, mark };
    } else if (mark?.startsWith(open.mark) && info.trim() === '') {
      open.fence.closed = true;
      open = undefined;
    } else {
      open.fence.code.push(strip(line, open.fence.indent));
    }
  }
  return fences;
}

/** Removes up to `columns` leading spaces. @param {string} line @param {number} columns */
function strip(line, columns) {
  const margin = line.length - line.trimStart().length;
  return line.slice(Math.min(margin, columns));
}
