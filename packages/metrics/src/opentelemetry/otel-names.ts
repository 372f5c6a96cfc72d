/** `rockpool_pool_gets_total` is `rockpool.pool.gets` in OpenTelemetry: units stand beside the name, not in it. */
import type { FamilySpec } from '../family.ts';

/** The name of a metric there. Only the room is a name-space: `rockpool.resource.create_failures`. */
export function otelName({ name }: FamilySpec): string {
  const bare = name
    .replace(/_total$/, '')
    .replace(/_(bytes|seconds|ratio)$/, (unit) => (unit === '_ratio' ? unit : ''));
  return (
    ROOMS.reduce(
      (found, room) => found ?? (bare.startsWith(`rockpool_${room}_`) ? dotted(bare, room) : undefined),
      undefined as string | undefined,
    ) ?? bare.replace('_', '.')
  );
}

const ROOMS = ['pool', 'allocator', 'arena', 'cache', 'resource', 'shared_map', 'shared', 'gc', 'tuner'];

function dotted(bare: string, room: string): string {
  return `rockpool.${room}.${bare.slice(`rockpool_${room}_`.length)}`;
}
