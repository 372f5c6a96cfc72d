/** So many bytes are copied by a loop: a call of `set`, or a view to copy from, costs more. */
export const FEW_BYTES = 32;

/** Copies all of `source` to `target`, from `to` on. */
export function copyBytes(source: Uint8Array, target: Uint8Array, to: number): void {
  const { length } = source;
  if (length > FEW_BYTES) target.set(source, to);
  else for (let i = 0; i < length; i++) target[to + i] = source[i] as number;
}
