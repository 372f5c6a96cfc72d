/** Something that ages, and counts how often it did. */
import type { Ageable } from '../../src/internal/gc-epochs.ts';

/** A listener that counts its epochs. */
export function counter(): Ageable & { epochs: number } {
  return {
    epochs: 0,
    age() {
      this.epochs++;
    },
  };
}
