/**
 * What comes in from all clients: deliveries are verified and timed, acks counted, answers handed to who asked.
 *
 * The clock is read once a read, and again every 64 frames of it. Nothing is made for a delivery or an ack.
 */
import { LoadError } from '../errors.ts';
import { errorName } from '../protocol/error-code.ts';
import {
  HEADER_BYTES,
  ID_OFFSET,
  MAGIC,
  SENDER_OFFSET,
  TARGET_OFFSET,
  TIME_OFFSET,
  TYPE_OFFSET,
} from '../protocol/frame-layout.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Client } from './client.ts';
import type { Answer, Answers } from './entry.ts';
import { Latencies } from './latencies.ts';
import { LatencyWindows } from './latency-windows.ts';
import type { Ledger } from './ledger.ts';
import type { Link, LinkListener } from './link.ts';
import { nowUs } from './now.ts';

const CLOCK_MASK = 63;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Listens to all links. */
export class Traffic implements LinkListener, Answers {
  readonly ledger: Ledger;
  readonly latencies: Latencies = new Latencies();
  readonly windows: LatencyWindows = new LatencyWindows();
  /** How late messages are sent. */
  readonly lag: Latencies = new Latencies();
  /**
   * Where latencies go that are not asked for: what is due before and after is recorded as well, or the first recorded
   * seconds would be those in which V8 sees that code for the first time, and throws away what it has compiled.
   */
  readonly #unasked: Latencies = new Latencies();
  readonly #unaskedWindows: LatencyWindows = new LatencyWindows();
  errorFrames = 0;
  firstError: string | undefined = undefined;
  /** Connections that ended before {@link end}. */
  lost = 0;
  /** Called at each read: what is due is sent between reads, too. */
  onRead: (nowUs: number) => void = () => {};
  readonly #clients: readonly Client[];
  readonly #waiting: Map<Link, Waiting> = new Map();
  /** Messages that were due from here to there are timed. */
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.POSITIVE_INFINITY;
  #nowUs = 0;
  #frames = 0;
  #closed = 0;
  #allClosed: (() => void) | undefined = undefined;

  /** @param clients by their index; may be filled later */
  constructor(ledger: Ledger, clients: readonly Client[]) {
    this.ledger = ledger;
    this.#clients = clients;
  }

  /** Times messages that are due in [fromUs, toUs). */
  time(fromUs: number, toUs: number): void {
    this.#fromUs = fromUs;
    this.#toUs = toUs;
  }

  /** A message that was due at `dueUs` is sent. */
  sent(dueUs: number, atUs: number): void {
    const asked = dueUs >= this.#fromUs && dueUs < this.#toUs;
    (asked ? this.lag : this.#unasked).record(atUs - dueUs);
  }

  /** From now on connections may end. @returns when all have */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#allClosed = resolve;
      if (this.#closed === this.#clients.length) resolve();
    });
  }

  next(client: Client): Promise<Answer> {
    return new Promise((resolve, reject) => this.#waiting.set(client.link, { resolve, reject }));
  }

  reading(): void {
    this.#nowUs = nowUs();
    this.onRead(this.#nowUs);
  }

  frame(link: Link, view: DataView, bytes: Buffer, at: number, length: number): void {
    if ((++this.#frames & CLOCK_MASK) === 0) this.#nowUs = nowUs();
    if (length < HEADER_BYTES || view.getUint32(at) !== MAGIC) {
      link.destroy(); // counted as a lost connection: nobody knows where the next frame begins
      return;
    }
    const type = bytes[at + TYPE_OFFSET] as number;
    if (type === FrameType.roomDelivery) {
      this.ledger.room(
        link.index,
        view.getUint32(at + SENDER_OFFSET),
        view.getUint32(at + ID_OFFSET),
        view,
        at,
        length,
      );
      this.#record(view, at);
    } else if (type === FrameType.delivery) {
      this.ledger.direct(
        link.index,
        view.getUint32(at + SENDER_OFFSET),
        view.getUint32(at + ID_OFFSET),
        view,
        at,
        length,
      );
      this.#record(view, at);
    } else if (type === FrameType.ack) {
      (this.#clients[link.index] as Client).ack(view.getUint32(at + ID_OFFSET));
    } else {
      this.#answer(
        link,
        type,
        view.getUint32(at + TARGET_OFFSET),
        bytes.toString('utf8', at + HEADER_BYTES, at + length),
      );
    }
  }

  closed(link: Link, error: Error | undefined): void {
    this.#closed++;
    if (this.#allClosed === undefined) this.lost++;
    const text = error === undefined ? 'The gateway closed a connection' : error.message;
    this.#waiting.get(link)?.reject(new LoadError(text));
    this.#waiting.delete(link);
    if (this.#closed === this.#clients.length) this.#allClosed?.();
  }

  #record(view: DataView, at: number): void {
    const timeUs = view.getUint32(at + TIME_OFFSET) * 2 ** 32 + view.getUint32(at + TIME_OFFSET + 4);
    const asked = timeUs >= this.#fromUs && timeUs < this.#toUs;
    const latencyUs = this.#nowUs - timeUs;
    (asked ? this.latencies : this.#unasked).record(latencyUs);
    (asked ? this.windows : this.#unaskedWindows).record(latencyUs, this.#nowUs);
  }

  #answer(link: Link, type: number, target: number, text: string): void {
    if (type === FrameType.probe) {
      link.send(FrameType.alive, '');
      return;
    }
    const waiting = this.#waiting.get(link);
    this.#waiting.delete(link);
    if (type !== FrameType.error) {
      waiting?.resolve({ type, target });
    } else if (waiting !== undefined) {
      waiting.reject(new LoadError(`The gateway refused: ${errorName(target)}, ${text}`));
    } else {
      this.errorFrames++;
      this.firstError ??= `${errorName(target)}: ${text}`;
    }
  }
}
