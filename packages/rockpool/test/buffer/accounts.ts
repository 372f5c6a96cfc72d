/** The equations that an allocator's figures obey after every operation. */
import { expect } from 'vitest';
import type { ByteBufAllocator } from '../../src/buffer/index.ts';

/** Fails unless the figures balance. Together with `assertValid()`, which compares them with what there is. */
export function expectAccounts(allocator: ByteBufAllocator): void {
  const stats = allocator.stats();
  const { hits, misses, hugeAllocations, allocations, deallocations, activeBuffers } = stats;
  const { activeBytes, activeBlockBytes, cachedBytes, quarantinedBytes, hugeBytes, reservedBytes, arena } =
    stats;
  const broken = Object.entries(stats)
    .filter(([, value]) => typeof value === 'number' && !(value >= 0))
    .map(([name]) => name);
  const holds = (equation: string, holds: boolean): void => {
    if (!holds) broken.push(equation);
  };
  holds('hits + misses + hugeAllocations = allocations', hits + misses + hugeAllocations === allocations);
  holds('allocations − deallocations = activeBuffers', allocations - deallocations === activeBuffers);
  holds('Σ capacity ≤ activeBlockBytes', activeBytes <= activeBlockBytes);
  holds(
    'activeBlockBytes + cachedBytes + quarantinedBytes = arena.usedBytes + hugeBytes',
    activeBlockBytes + cachedBytes + quarantinedBytes === arena.usedBytes + hugeBytes,
  );
  holds('arena.usedBytes ≤ arena.reservedBytes', arena.usedBytes <= arena.reservedBytes);
  holds('arena.reservedBytes + hugeBytes = reservedBytes', arena.reservedBytes + hugeBytes === reservedBytes);
  holds('reservedBytes ≤ maxBytes', reservedBytes <= stats.maxBytes);
  holds('hitRate = hits / allocations', stats.hitRate === (allocations === 0 ? 0 : hits / allocations));
  const waste = activeBlockBytes === 0 ? 0 : (activeBlockBytes - activeBytes) / activeBlockBytes;
  holds('internalFragmentation', stats.internalFragmentation === waste);
  const spread = arena.usedBytes === 0 ? 0 : (arena.reservedBytes - arena.usedBytes) / arena.usedBytes;
  holds('externalFragmentation', stats.externalFragmentation === spread);
  const classes = stats.sizeClasses;
  holds(
    'Σ cached bytes of the classes = cachedBytes',
    classes.reduce((sum, { cached, blockBytes }) => sum + cached * blockBytes, 0) === cachedBytes,
  );
  holds(
    'Σ active bytes of the classes + hugeBytes = activeBlockBytes',
    classes.reduce((sum, { active, blockBytes }) => sum + active * blockBytes, 0) + hugeBytes ===
      activeBlockBytes,
  );
  if (broken.length > 0) expect(broken, JSON.stringify(stats)).toEqual([]);
}
