/**
 * Locks in an asynchronous scope: taken one after the other, released in the reverse order, on every way out.
 *
 * Shows: 200 transfers between ten accounts at the same time. Each locks its two accounts, always the one with
 * the lower number first, and defers the unlocking right behind the locking. Transfers of more than there is
 * fail while both locks are held; no lock stays behind, and no money gets lost.
 *
 * Do it when what was locked must be unlocked on every way out. Do not where one lock around one call is all:
 * the mutex's own `runExclusive` says that shorter.
 */
import { Mutex } from 'async-mutex';
import { scope } from 'rockpool';

const ACCOUNTS = 10;
const TRANSFERS = 200;

class Account {
  readonly id: number;
  readonly mutex = new Mutex();
  balance = 100;

  constructor(id: number) {
    this.id = id;
  }
}

const accounts = Array.from({ length: ACCOUNTS }, (_, id) => new Account(id));

/** Locks an account; returns what unlocks it. */
async function lock(account: Account, log: string[]): Promise<() => void> {
  const release = await account.mutex.acquire();
  log.push(`lock ${account.id}`);
  return () => {
    log.push(`unlock ${account.id}`);
    release();
  };
}

function transfer(from: Account, to: Account, amount: number, log: string[] = []): Promise<void> {
  return scope.async(async (defer) => {
    const [low, high] = from.id < to.id ? [from, to] : [to, from];
    defer(await lock(low, log));
    defer(await lock(high, log));
    const before = from.balance;
    await new Promise((resolve) => setImmediate(resolve)); // others run now, and wait for the locks
    if (before < amount) throw new Error(`account ${from.id} has only ${before}`);
    from.balance = before - amount;
    to.balance += amount;
    log.push(`${amount} from ${from.id} to ${to.id}`);
  });
}

const log: string[] = [];
await transfer(accounts[7] as Account, accounts[2] as Account, 30, log);
console.log(`one transfer: ${log.join(', ')}`);

const results = await Promise.allSettled(
  Array.from({ length: TRANSFERS }, (_, i) => {
    const from = accounts[(i * 7) % ACCOUNTS] as Account;
    const to = accounts[(i * 7 + 1 + (i % 9)) % ACCOUNTS] as Account;
    return transfer(from, to, 1 + ((i * 37) % 60));
  }),
);
const refused = results.filter(({ status }) => status === 'rejected').length;

console.log(`transfers at the same time: ${TRANSFERS}`);
console.log(`refused for want of money:  ${refused}`);
console.log(`locks left behind:          ${accounts.filter(({ mutex }) => mutex.isLocked()).length}`);
console.log(`sum of all balances:        ${accounts.reduce((sum, { balance }) => sum + balance, 0)}`);
