/** Where advice goes: the terminal's error stream, and files. The program's own output stays its own. */
import { writeFileSync } from 'node:fs';
import pc from 'picocolors';
import type { Advice } from './advice.ts';
import { renderAdviceHtml } from './report/advice-html.ts';
import { renderAdviceText } from './report/advice-terminal.ts';

/** Files to write beside the text. */
export interface AdviceFiles {
  readonly jsonPath: string | undefined;
  readonly htmlPath: string | undefined;
}

const DEFAULT_WIDTH = 100;

/**
 * Prints the advice and writes the files.
 *
 * @returns false where a file could not be written, which is told on the stream; the text is there in any case
 */
export function writeAdvice(advice: Advice, stream: NodeJS.WriteStream, files: AdviceFiles): boolean {
  const colour = pc.isColorSupported && stream.isTTY === true;
  stream.write(renderAdviceText(advice, { colour, width: stream.columns || DEFAULT_WIDTH }));
  const written = [
    write(files.jsonPath, () => `${JSON.stringify(advice, null, 2)}\n`, stream),
    write(files.htmlPath, () => renderAdviceHtml(advice), stream),
  ];
  return !written.includes(false);
}

function write(path: string | undefined, text: () => string, stream: NodeJS.WriteStream): boolean {
  if (path === undefined) return true;
  try {
    writeFileSync(path, text());
    return true;
  } catch (error) {
    stream.write(`Cannot write the report to '${path}': ${(error as Error).message}\n`);
    return false;
  }
}
