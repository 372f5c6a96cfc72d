/**
 * The channels of a pool: a table of where each one's rings are, and room for them that is only ever handed out once.
 *
 * A channel is made by an exchange of the end of the room, then written, then put into the table by another one. Who
 * dies between them wastes the room, and nobody meets a channel that is half made.
 */
import { compareExchange, load, poke, store } from '../internal/atomics.ts';
import { ChannelMemoryError } from './channel-errors.ts';
import { CAPACITY, channelWords, ON_DEATH, OPEN, STATE } from './channel-layout.ts';
import { CHANNEL_END, type RegionLayout } from './region-layout.ts';
import { LINE } from './worker-registry-layout.ts';

/** @returns the bases of all channels, in the order of their numbers */
export function channelBases(words: Int32Array, layout: RegionLayout): number[] {
  const bases: number[] = [];
  for (let number = 0; number < layout.geometry.maxChannels; number++) {
    const base = channelBase(words, layout, number);
    if (base === 0) break;
    bases.push(base);
  }
  return bases;
}

/** @returns where a channel is; 0: there is none with this number */
export function channelBase(words: Int32Array, layout: RegionLayout, number: number): number {
  return load(words, layout.channelTable + number, 'channel-look');
}

/**
 * Makes a channel.
 *
 * @param capacity slots, a power of two
 * @returns its number
 * @throws {ChannelMemoryError}
 */
export function makeChannel(
  words: Int32Array,
  layout: RegionLayout,
  capacity: number,
  endsOnDeath: boolean,
): number {
  const { maxWorkers, maxChannels, channelWords: room } = layout.geometry;
  const needed = Math.ceil(channelWords(capacity, maxWorkers) / LINE) * LINE;
  let offset: number;
  do {
    offset = load(words, layout.live + CHANNEL_END, 'channel-end');
    if (offset + needed > room) throw new ChannelMemoryError(needed * 4, (room - offset) * 4, maxChannels);
  } while (
    compareExchange(words, layout.live + CHANNEL_END, offset, offset + needed, 'channel-room') !== offset
  );
  const base = layout.rings + offset;
  // Nobody else has it yet.
  poke(words, base + CAPACITY, capacity, 'channel-write');
  poke(words, base + ON_DEATH, endsOnDeath ? 1 : 0, 'channel-write');
  store(words, base + STATE, OPEN, 'channel-open');
  for (let number = 0; number < maxChannels; number++) {
    if (compareExchange(words, layout.channelTable + number, 0, base, 'channel-publish') === 0) return number;
  }
  throw new ChannelMemoryError(needed * 4, (room - offset) * 4, maxChannels);
}
