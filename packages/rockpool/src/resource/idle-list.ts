/**
 * The idle resources, from the one that has been idle for longest to the one that came back last. Resources are taken
 * from either end and leave from the middle, when a sweep lets them go or has them validated.
 */
import type { Member } from './member.ts';

/** A linked list through {@link Member.older} and {@link Member.younger}, ordered by `idleSince`. */
export class IdleList<T> {
  oldest: Member<T> | undefined = undefined;
  youngest: Member<T> | undefined = undefined;
  count = 0;

  /** Puts in one that has just become idle. */
  push(member: Member<T>): void {
    const older = this.youngest;
    member.older = older;
    if (older === undefined) this.oldest = member;
    else older.younger = member;
    this.youngest = member;
    this.count++;
  }

  /** Puts one back that was taken out to be looked at: where its `idleSince` says. */
  reinsert(member: Member<T>): void {
    let older = this.youngest;
    while (older !== undefined && older.idleSince > member.idleSince) older = older.older;
    this.#insertBehind(older, member);
  }

  remove(member: Member<T>): void {
    const { older, younger } = member;
    if (older === undefined) this.oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.youngest = older;
    else younger.older = older;
    member.older = undefined;
    member.younger = undefined;
    this.count--;
  }

  #insertBehind(older: Member<T> | undefined, member: Member<T>): void {
    const younger = older === undefined ? this.oldest : older.younger;
    member.older = older;
    member.younger = younger;
    if (older === undefined) this.oldest = member;
    else older.younger = member;
    if (younger === undefined) this.youngest = member;
    else younger.older = member;
    this.count++;
  }
}
