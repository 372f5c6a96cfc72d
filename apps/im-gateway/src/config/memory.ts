/** The allocator of a process, as its flags ask for it, and what it has to say of leaks. */

import type { Logger } from 'pino';
import {
  type Allocator,
  type BufferChecks,
  ByteBufAllocator,
  LeakDetector,
  type LeakLevel,
  unpooled,
} from 'rockpool';

/** What `--allocator`, `--checks` and `--leaks` say. */
export interface MemoryChoice {
  readonly allocator: 'pooled' | 'unpooled';
  readonly checks: BufferChecks;
  readonly leaks: LeakLevel;
}

/** What a process tells of its buffers. All 0 where nothing is pooled: there the collector has them. */
export interface MemoryFigures {
  readonly allocations: number;
  readonly activeBuffers: number;
  readonly reservedBytes: number;
  readonly hitRate: number;
  /** Buffers that were collected without a release. */
  readonly leaks: number;
}

/** An allocator with its leak detector. */
export class Memory {
  readonly allocator: Allocator;
  readonly #pooled: ByteBufAllocator | undefined;
  readonly #detector: LeakDetector;

  constructor({ allocator, checks, leaks }: MemoryChoice, logger: Logger) {
    this.#detector = new LeakDetector({
      level: leaks,
      onLeak: (leak) => logger.error({ leak: leak.message }, 'a buffer was not released'),
    });
    if (allocator === 'pooled') {
      this.#pooled = new ByteBufAllocator({ name: 'gateway', checks, leakDetector: this.#detector });
    }
    this.allocator = this.#pooled ?? unpooled;
  }

  figures(): MemoryFigures {
    const stats = this.#pooled?.stats();
    return {
      allocations: stats?.allocations ?? 0,
      activeBuffers: stats?.activeBuffers ?? 0,
      reservedBytes: stats?.reservedBytes ?? 0,
      hitRate: stats?.hitRate ?? 0,
      leaks: this.#detector.stats().leaked,
    };
  }
}
