/** What other programs that measure share with the lab: the messages that it works with, and the machine it is on. */
export {
  MAX_BODY_BYTES,
  type MessageBodies,
  MIN_BODY_BYTES,
  makeBodies,
} from './frames/message-bodies.ts';
export { seededRandom } from './frames/seeded-random.ts';
export { describeMachine, type Machine } from './machine.ts';
