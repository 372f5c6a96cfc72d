/** Bytes as people read them. */

/** Bytes a line of {@link prettyHex}. */
const LINE = 16;

const RULE = `+--------+-------------------------------------------------+----------------+`;

/**
 * A table of sixteen bytes a line, as hexadecimal digits and as ASCII.
 *
 * @param bytes what is shown; the offsets begin with 0
 */
export function prettyHex(bytes: Uint8Array): string {
  const lines = [
    `         +-------------------------------------------------+`,
    `         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |`,
    RULE,
  ];
  for (let start = 0; start < bytes.length; start += LINE) {
    const line = bytes.subarray(start, start + LINE);
    const digits = Array.from(line, (byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('');
    const text = Array.from(line, (byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(
      `|${start.toString(16).padStart(8, '0')}|${digits.padEnd(3 * LINE)} |${text.join('').padEnd(LINE)}|`,
    );
  }
  lines.push(RULE);
  return lines.join('\n');
}
