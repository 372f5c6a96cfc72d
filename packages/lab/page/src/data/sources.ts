/** Allocators and object pools as things with a name and a hit rate. */
import type { Snapshot } from '@rockpool/metrics';

/** One of them. */
export interface Source {
  /** Unique in a snapshot and the same in the next: kind, name, and which of those with the name. */
  readonly key: string;
  readonly label: string;
  readonly kind: 'allocator' | 'pool';
  readonly hits: number;
  readonly requests: number;
  /** What had to be made anew. */
  readonly made: number;
}

/** Numbers things of one name: the second `rows` is `rows (2)`. */
export class Labels {
  readonly #seen = new Map<string, number>();

  of(name: string): string {
    const nth = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  }
}

/** All of a snapshot. */
export function sourcesOf({ allocators, pools }: Snapshot): readonly Source[] {
  const ofAllocators = new Labels();
  const ofPools = new Labels();
  const sources: Source[] = allocators.map(({ name, hits, allocations }) => {
    const label = ofAllocators.of(name);
    return {
      key: `allocator/${label}`,
      label,
      kind: 'allocator',
      hits,
      requests: allocations,
      made: allocations - hits,
    };
  });
  for (const { name, hits, gets, created } of pools) {
    const label = ofPools.of(name);
    sources.push({ key: `pool/${label}`, label, kind: 'pool', hits, requests: gets, made: created });
  }
  return sources;
}
