/** What threads of a crew can be. */
import { HANDOFF_ROLES, type HandoffRoleName } from './handoff-roles.ts';
import { LOCAL_ROLES, type LocalRoleName } from './local-roles.ts';
import { MAP_ROLES, type MapRoleName } from './map-roles.ts';

/** The thread, as its role sees it. */
export interface Crewman {
  /** From 0. */
  readonly thread: number;
  /** Adds to what was done. */
  readonly count: (operations: number) => void;
  /** A result was not as it must be: the measurement fails. */
  readonly wrong: () => void;
  readonly stopped: () => boolean;
}

/** A batch of work, some 10 to 100 µs of it. @returns operations that were done */
export type Batch = () => number;

/**
 * Prepares a thread.
 *
 * @param data of the job
 * @returns what is called again and again; undefined: the role works by events, and counts by itself
 */
// biome-ignore lint/suspicious/noExplicitAny: each role has data of its own
export type Role = (data: any, self: Crewman) => Promise<Batch | undefined>;

/** The name of a role. */
export type RoleName = LocalRoleName | HandoffRoleName | MapRoleName;

/** By name. */
export const ROLES: Record<RoleName, Role> = { ...LOCAL_ROLES, ...HANDOFF_ROLES, ...MAP_ROLES };
