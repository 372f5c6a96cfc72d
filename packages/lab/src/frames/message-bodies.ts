/**
 * The bodies of the messages: real sentences, joined and cut to the lengths of chat messages.
 *
 * Lengths are log-uniform from 18 to 1,000 bytes of UTF-8 (many short ones, a long tail; mean about 245), starts
 * are random, both seeded. A cut never splits a character. Texts are the 100,000 sentences of the npm package
 * `nlp-corpus`; some hold curly quotes, dashes and accents, so that multi-byte text occurs as it does in life.
 */
import { all } from 'nlp-corpus';
import { seededRandom } from './seeded-random.ts';

/** Shortest body, bytes of UTF-8. */
export const MIN_BODY_BYTES = 18;
/** Longest body, bytes of UTF-8. */
export const MAX_BODY_BYTES = 1000;

/** Bodies, and what is in them. */
export interface MessageBodies {
  /** Flat, well-formed strings. */
  readonly texts: readonly string[];
  readonly meanBytes: number;
  /** Share of bodies with a character of more than one byte, 0 to 1. */
  readonly multiByteShare: number;
}

/**
 * Makes bodies; the same ones for the same arguments.
 *
 * @param count how many
 * @param seed a 32-bit integer
 * @param maxBytes the longest, `MIN_BODY_BYTES` to `MAX_BODY_BYTES`
 */
export function makeBodies(count: number, seed: number, maxBytes: number = MAX_BODY_BYTES): MessageBodies {
  const sentences = all();
  const random = seededRandom(seed);
  const texts: string[] = [];
  let totalBytes = 0;
  let multiByte = 0;
  while (texts.length < count) {
    const wantedBytes = Math.round(MIN_BODY_BYTES * (maxBytes / MIN_BODY_BYTES) ** random());
    const text = cutText(sentences, Math.floor(random() * sentences.length), wantedBytes);
    const bytes = Buffer.byteLength(text);
    texts.push(text);
    totalBytes += bytes;
    if (bytes > text.length) multiByte++;
  }
  return { texts, meanBytes: totalBytes / count, multiByteShare: multiByte / count };
}

/** Joins sentences from `start` on until there are enough bytes, and cuts at the last whole character. */
function cutText(sentences: readonly string[], start: number, wantedBytes: number): string {
  let joined = '';
  for (let i = start; Buffer.byteLength(joined) < wantedBytes; i++) {
    joined += `${joined === '' ? '' : ' '}${sentences[i % sentences.length]}`;
  }
  const bytes = Buffer.from(joined);
  let end = wantedBytes;
  while (isContinuation(bytes[end])) end--;
  // Too short now: the character that was cut stays in.
  while (end < MIN_BODY_BYTES || isContinuation(bytes[end])) end++;
  return bytes.toString('utf8', 0, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
