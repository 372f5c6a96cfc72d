/**
 * A control group with a bound of memory, for one process: of version 2 where that is mounted, else of version 1. Making
 * one needs rights that containers often do not have; then there is none, and a reason.
 */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A group. */
export interface MemoryCgroup {
  /** A process that writes its id here is in the group, with all that it starts. */
  readonly procsPath: string;
  /** Removes it, when its processes are gone. */
  remove(): void;
}

const ROOT = '/sys/fs/cgroup';

/** Where groups are made, and what their bound is called; undefined where there are none. */
function layout():
  | { readonly folder: string; readonly limit: string; readonly swap: string | undefined }
  | undefined {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) {
    return { folder: ROOT, limit: 'memory.max', swap: 'memory.swap.max' };
  }
  if (existsSync(join(ROOT, 'memory/memory.limit_in_bytes'))) {
    return { folder: join(ROOT, 'memory'), limit: 'memory.limit_in_bytes', swap: undefined };
  }
  return undefined;
}

/**
 * Makes a group.
 *
 * @param limitBytes what its processes may have together
 * @returns the group, or why there is none
 */
export function makeMemoryCgroup(limitBytes: number): MemoryCgroup | string {
  const found = layout();
  if (found === undefined) return 'there are no control groups for memory here';
  const path = join(found.folder, `rockpool-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  try {
    mkdirSync(path);
  } catch (error) {
    return `no control group can be made here (${(error as NodeJS.ErrnoException).code})`;
  }
  const remove = (): void => {
    try {
      rmdirSync(path);
    } catch {
      // Its last process is not quite gone; the group is empty then, and costs nothing.
    }
  };
  try {
    writeFileSync(join(path, found.limit), String(limitBytes));
    if (found.swap !== undefined && existsSync(join(path, found.swap)))
      writeFileSync(join(path, found.swap), '0');
  } catch (error) {
    remove();
    return `the control group takes no bound of memory (${(error as NodeJS.ErrnoException).code})`;
  }
  return { procsPath: join(path, 'cgroup.procs'), remove };
}

/** Why no group can be made here, if so. */
export function cgroupUnavailable(): string | undefined {
  const made = makeMemoryCgroup(256 * 1024 * 1024);
  if (typeof made === 'string') return made;
  made.remove();
  return undefined;
}
