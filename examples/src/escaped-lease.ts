/**
 * The classic bug: get an item, defer its put, return the item.
 *
 * Shows: what happens at each checking level when the item that escaped is read, put again at once, and put
 * again when it has its next owner; and what a lease makes of it.
 *
 * Do: return what was computed, never the item; where something must be handed around, hand around a lease,
 * which is useless after its release. Run tests at `paranoid`, which throws at the very access. Do not rely on
 * `basic` in production to find this bug: it sees some double puts and no use after put.
 */
import { Pool, type PoolChecks, scope } from 'rockpool';

interface Session {
  user: string;
}

function sessionsAt(checks: PoolChecks): Pool<Session> {
  return new Pool<Session>({
    name: 'sessions',
    create: () => ({ user: '' }),
    reset: (session) => {
      session.user = '';
    },
    checks,
  });
}

/** The bug. */
function loadSession(sessions: Pool<Session>): Session {
  return scope((defer) => {
    const session = sessions.get();
    defer.method(sessions, 'put', session); // runs before the caller sees the session
    session.user = 'alice';
    return session;
  });
}

/** The same with a lease: the bug is there, but it cannot do harm. */
function leaseSession(sessions: Pool<Session>): { readonly value: Session } {
  return scope((defer) => {
    const lease = defer.use(sessions.lease());
    lease.value.user = 'alice';
    return lease;
  });
}

/** What `act` says, or the name of the error that caught the bug. */
function outcome(act: () => string): string {
  try {
    return act();
  } catch (error) {
    return `caught: ${(error as Error).name}`;
  }
}

function readAfterwards(checks: PoolChecks): string {
  const sessions = sessionsAt(checks);
  const escaped = loadSession(sessions);
  sessions.get().user = 'bob'; // the next owner, of the same item
  return outcome(() => `alice reads '${escaped.user}'`);
}

function putAtOnce(checks: PoolChecks): string {
  const sessions = sessionsAt(checks);
  const escaped = loadSession(sessions);
  return outcome(() => {
    sessions.put(escaped);
    const bobs = sessions.get();
    const carols = sessions.get();
    return bobs === carols ? 'two owners of one item' : 'no harm by chance';
  });
}

function putLate(checks: PoolChecks): string {
  const sessions = sessionsAt(checks);
  const escaped = loadSession(sessions);
  const bobs = sessions.get();
  return outcome(() => {
    sessions.put(escaped); // it is bob's by now
    const carols = sessions.get();
    carols.user = 'carol';
    return carols === bobs ? `bob reads '${bobs.user}'` : 'no harm by chance';
  });
}

function readLease(checks: PoolChecks): string {
  const sessions = sessionsAt(checks);
  const lease = leaseSession(sessions);
  sessions.get().user = 'bob';
  return outcome(() => `alice reads '${lease.value.user}'`);
}

/** After the late put, bob and carol give back what they hold in good faith: who gets the error? */
function whoIsBlamed(checks: PoolChecks): string {
  const sessions = sessionsAt(checks);
  const escaped = loadSession(sessions);
  const held: [string, Session][] = [['bob', sessions.get()]];
  try {
    sessions.put(escaped);
    held.push(['carol', sessions.get()]);
  } catch {
    return 'alice, who did it';
  }
  for (const [user, session] of held) {
    if (outcome(() => String(sessions.put(session))).startsWith('caught')) return `${user}, who is innocent`;
  }
  return 'nobody';
}

const COLUMNS = [
  'level',
  'read after put',
  'put again at once',
  'put again late',
  'who is blamed',
  'read of a lease',
];
const levels: PoolChecks[] = ['off', 'basic', 'strict', 'paranoid'];
const rows = levels.map((checks) => [
  checks,
  readAfterwards(checks),
  putAtOnce(checks),
  putLate(checks),
  whoIsBlamed(checks),
  readLease(checks),
]);
for (const row of [COLUMNS, ...rows])
  console.log(
    row
      .map((cell) => cell.padEnd(26))
      .join('')
      .trimEnd(),
  );
