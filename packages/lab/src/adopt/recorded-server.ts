/**
 * A database server that answers from a record, in the place of a socket: clients of databases take a stream of the
 * user's. What it says goes out in reads of 64 KiB at most, as from a socket.
 */
import { Duplex } from 'node:stream';

const READ_BYTES = 64 * 1024;

/** What a server says to what it was sent. */
export type Answer = (sent: Buffer) => Buffer | undefined;

/** A socket whose other end is a record. */
export class RecordedServer extends Duplex {
  readonly #answer: Answer;

  /** @param greeting said before anything was asked; undefined: the client speaks first */
  constructor(answer: Answer, greeting?: Buffer) {
    super();
    this.#answer = answer;
    if (greeting !== undefined) this.push(greeting);
  }

  override _read(): void {}

  override _write(sent: Buffer, _encoding: string, done: () => void): void {
    const answer = this.#answer(sent);
    if (answer !== undefined) setImmediate(say, this, answer); // as from a socket, in a later turn of the loop
    done();
  }

  /** Nothing more comes when nothing more is asked. */
  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  // What else clients ask of a socket.

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function say(server: RecordedServer, answer: Buffer): void {
  for (let at = 0; at < answer.length; at += READ_BYTES) server.push(answer.subarray(at, at + READ_BYTES));
}
