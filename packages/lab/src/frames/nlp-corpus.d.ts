/** The one function of `nlp-corpus` that is used here; the package has no types. */
declare module 'nlp-corpus' {
  /** All 100,000 sentences, in a fixed order. */
  export function all(): string[];
}
