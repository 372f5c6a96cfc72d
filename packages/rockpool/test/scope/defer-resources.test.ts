/**
 * `defer` with real resources: files of the file system, an asynchronous mutex, and a transaction.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SuppressedError, scope } from '../../src/index.ts';

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EBADF');
    return false;
  }
}

describe('files in a synchronous scope', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rockpool-scope-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are written, closed, then removed', () => {
    const path = join(directory, 'returns.txt');
    let fd = -1;
    const text = scope((defer) => {
      fd = openSync(path, 'w');
      defer(unlinkSync, path);
      defer(closeSync, fd);
      writeSync(fd, 'written in a scope');
      expect(isOpen(fd)).toBe(true);
      return readFileSync(path, 'utf8');
    });
    expect(text).toBe('written in a scope');
    expect(isOpen(fd)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it('are closed and removed even when the body throws', () => {
    const path = join(directory, 'throws.txt');
    let fd = -1;
    expect(() =>
      scope((defer) => {
        fd = openSync(path, 'w');
        defer(unlinkSync, path);
        defer(closeSync, fd);
        writeSync(fd, 'half');
        throw new Error('disk on fire');
      }),
    ).toThrow('disk on fire');
    expect(isOpen(fd)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  it('are removed even when closing fails, and the error tells both', () => {
    const path = join(directory, 'closed-twice.txt');
    let thrown: unknown;
    try {
      scope((defer) => {
        const fd = openSync(path, 'w');
        defer(unlinkSync, path);
        defer(closeSync, fd);
        closeSync(fd);
        throw new Error('body');
      });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SuppressedError);
    const { error, suppressed } = thrown as SuppressedError;
    expect(error).toMatchObject({ code: 'EBADF' });
    expect(suppressed).toMatchObject({ message: 'body' });
    expect(existsSync(path)).toBe(false);
  });

  it('that could not be opened leave those opened before closed', () => {
    const path = join(directory, 'first.txt');
    let fd = -1;
    const code = scope<unknown>((defer) => {
      defer.recover((error) => (error as NodeJS.ErrnoException).code);
      fd = openSync(path, 'w');
      defer(closeSync, fd);
      defer(closeSync, openSync(join(directory, 'missing', 'second.txt'), 'w'));
      return 'not reached';
    });
    expect(code).toBe('ENOENT');
    expect(isOpen(fd)).toBe(false);
  });
});

describe('file handles in an asynchronous scope', () => {
  it('are closed, then their directory is removed, and the text was really there', async () => {
    let path = '';
    let file: FileHandle | undefined;
    const text = await scope.async(async (defer) => {
      const directory = await mkdtemp(join(tmpdir(), 'rockpool-scope-'));
      defer(rm, directory, { recursive: true });
      path = join(directory, 'notes.txt');
      file = defer.use(await open(path, 'w'));
      await file.writeFile('two lines\nof text\n');
      return readFile(path, 'utf8');
    });
    expect(text).toBe('two lines\nof text\n');
    expect(file?.fd).toBe(-1);
    expect(existsSync(path)).toBe(false);
  });

  it('are closed and removed even when the body rejects', async () => {
    let directory = '';
    let file: FileHandle | undefined;
    const promise = scope.async(async (defer) => {
      directory = await mkdtemp(join(tmpdir(), 'rockpool-scope-'));
      defer(rm, directory, { recursive: true });
      file = await open(join(directory, 'notes.txt'), 'w');
      defer.method(file, 'close');
      await file.write('half');
      throw new Error('disk on fire');
    });
    await expect(promise).rejects.toThrow('disk on fire');
    expect(file?.fd).toBe(-1);
    expect(existsSync(directory)).toBe(false);
  });
});

describe('locks of an asynchronous mutex', () => {
  /** Locks `mutex` and gives the call that unlocks it, noting both. */
  async function lock(mutex: Mutex, name: string, log: string[]): Promise<() => void> {
    const release = await mutex.acquire();
    log.push(`lock ${name}`);
    return () => {
      log.push(`unlock ${name}`);
      release();
    };
  }

  it('are released in the reverse order of locking', async () => {
    const [accounts, orders, stock] = [new Mutex(), new Mutex(), new Mutex()] as const;
    const log: string[] = [];
    await scope.async(async (defer) => {
      defer(await lock(accounts, 'accounts', log));
      defer(await lock(orders, 'orders', log));
      defer(await lock(stock, 'stock', log));
      expect([accounts, orders, stock].map((mutex) => mutex.isLocked())).toEqual([true, true, true]);
      log.push('work');
    });
    expect(log).toEqual([
      'lock accounts',
      'lock orders',
      'lock stock',
      'work',
      'unlock stock',
      'unlock orders',
      'unlock accounts',
    ]);
    expect([accounts, orders, stock].map((mutex) => mutex.isLocked())).toEqual([false, false, false]);
  });

  it('are released when the work fails, and only those that were locked', async () => {
    const [accounts, orders] = [new Mutex(), new Mutex()] as const;
    const log: string[] = [];
    const promise = scope.async(async (defer) => {
      defer(await lock(accounts, 'accounts', log));
      if (accounts.isLocked()) throw new Error('insufficient funds');
      defer(await lock(orders, 'orders', log));
    });
    await expect(promise).rejects.toThrow('insufficient funds');
    expect(log).toEqual(['lock accounts', 'unlock accounts']);
    expect(accounts.isLocked() || orders.isLocked()).toBe(false);
  });

  it('keep two scopes from interleaving', async () => {
    const mutex = new Mutex();
    let inside = 0;
    let most = 0;
    const transfer = () =>
      scope.async(async (defer) => {
        defer(await mutex.acquire());
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      });
    await Promise.all([transfer(), transfer(), transfer()]);
    expect(most).toBe(1);
    expect(mutex.isLocked()).toBe(false);
  });
});

describe('a transaction', () => {
  /** As database clients have it: everything but begin needs an open one, and a rollback undoes. */
  class Database {
    rows: string[] = [];
    #saved: string[] | undefined;

    async begin(): Promise<void> {
      this.#saved = [...this.rows];
    }
    async insert(row: string): Promise<void> {
      if (row === '') throw new Error('row must not be empty');
      this.rows.push(row);
    }
    async commit(): Promise<void> {
      this.#saved = undefined;
    }
    async rollback(): Promise<void> {
      if (this.#saved === undefined) throw new Error('no transaction');
      this.rows = this.#saved;
      this.#saved = undefined;
    }
  }

  async function insertAll(database: Database, rows: readonly string[]): Promise<void> {
    await scope.async(async (defer) => {
      await database.begin();
      defer.recover(async (error) => {
        await database.rollback();
        throw error;
      });
      for (const row of rows) await database.insert(row);
      await database.commit();
    });
  }

  it('is committed when its scope succeeds', async () => {
    const database = new Database();
    await insertAll(database, ['a', 'b']);
    expect(database.rows).toEqual(['a', 'b']);
    await expect(database.rollback()).rejects.toThrow('no transaction');
  });

  it('is rolled back when its scope fails, and the error is rethrown as it was', async () => {
    const database = new Database();
    await insertAll(database, ['a']);
    await expect(insertAll(database, ['b', ''])).rejects.toThrow('row must not be empty');
    expect(database.rows).toEqual(['a']);
  });
});
