/** Text of plain words, as long as it is asked for. */

const WORDS = 'the quick brown fox jumps over a lazy dog while it rains outside and nobody minds'.split(' ');

/** @param random in [0, 1) @param length in characters, all of them ASCII */
export function someText(random: () => number, length: number): string {
  let text = '';
  while (text.length < length) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return text.slice(0, length);
}
