/**
 * One run: connect, ramp, warm up, record, drain, report.
 *
 *     enter all │ ramp ─ warm-up │ recorded seconds │ drain: until all has arrived, or nothing comes any more
 *               └ start          └ onMeasure        └ onMeasured
 *
 * Deliveries are verified over the whole run, latencies recorded of messages that were due in the recorded seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GcCounter } from '../gc-counter.ts';
import { Client } from './client.ts';
import { Corpus } from './corpus.ts';
import { enterAll } from './entry.ts';
import { Ledger } from './ledger.ts';
import { Link, ReadSpace } from './link.ts';
import { type LoadOptions, type LoadSettings, readLoadOptions } from './load-options.ts';
import type { LoadReport } from './load-report.ts';
import { nowUs } from './now.ts';
import { Pacer } from './pacer.ts';
import { TickFlush } from './tick-flush.ts';
import { Traffic } from './traffic.ts';

/** Bytes of one read at most. */
const READ_BYTES = 256 * 1024;
/** The end: nothing has come for so long. */
const SILENT_MS = 2_000;

/** Who is told how far a run is. */
export interface LoadWatcher {
  onConnected?(clients: number): void;
  onMeasure?(): void;
  /** Once a second: deliveries in the last one. */
  onSecond?(deliveriesPerSecond: number): void;
  onMeasured?(): void;
}

/** Runs a load against a gateway. @throws {GatewayOptionError} @throws {LoadError} the clients could not get in */
export async function runLoad(options: LoadOptions, watcher: LoadWatcher = {}): Promise<LoadReport> {
  const run = new LoadRun(readLoadOptions(options));
  try {
    await run.enter();
    watcher.onConnected?.(run.settings.clients);
    return await run.measure(watcher);
  } finally {
    await run.close();
  }
}

class LoadRun {
  readonly settings: LoadSettings;
  readonly #corpus: Corpus;
  readonly #space: ReadSpace;
  readonly #flush: TickFlush = new TickFlush();
  readonly #clients: Client[] = [];
  readonly #traffic: Traffic;
  readonly #gc: GcCounter = new GcCounter();

  constructor(settings: LoadSettings) {
    this.settings = settings;
    const { clients, partners, roomSize, profile, allocator } = settings;
    this.#corpus = new Corpus(settings.seed, settings.maxBodyBytes);
    const ledger = new Ledger(this.#corpus, clients, partners, profile === 'direct' ? 1 : roomSize);
    this.#traffic = new Traffic(ledger, this.#clients);
    this.#space = new ReadSpace(allocator, READ_BYTES);
  }

  async enter(): Promise<void> {
    const { settings } = this;
    const traffic = this.#traffic;
    const onSend = (dueUs: number, atUs: number): void => traffic.sent(dueUs, atUs);
    for (let i = 0; i < settings.clients; i++) {
      const link = new Link(i, settings, settings.allocator, this.#space, this.#flush, traffic);
      this.#clients.push(new Client(link, this.#corpus, settings.profile, onSend));
    }
    await enterAll(this.#clients, settings, traffic, ({ link }) =>
      traffic.ledger.enter(link.index, link.number),
    );
  }

  async measure(watcher: LoadWatcher): Promise<LoadReport> {
    const { settings } = this;
    const { ledger } = this.#traffic;
    const pace = { ...settings, rampUs: settings.rampSeconds * 1e6 };
    const pacer = new Pacer(this.#clients, pace, () => this.#flush.flush());
    this.#traffic.onRead = (now) => pacer.reading(now);
    const fromUs = pacer.start() + settings.warmupSeconds * 1e6;
    const toUs = fromUs + settings.seconds * 1e6;
    this.#traffic.time(fromUs, toUs);
    await sleep(Math.max(0, (fromUs - nowUs()) / 1000));
    watcher.onMeasure?.();
    const beginUs = nowUs();
    const cpuBefore = process.cpuUsage();
    const before = { received: ledger.received, sent: this.#count().sent };
    await this.#seconds(beginUs, toUs, watcher);
    const seconds = (nowUs() - beginUs) / 1e6;
    const deliveries = ledger.received - before.received;
    const messages = this.#count().sent - before.sent;
    const { user, system } = process.cpuUsage(cpuBefore);
    watcher.onMeasured?.();
    pacer.stop();
    this.#flush.flush();
    await this.#drain();
    const cpuShare = (user + system) / 1e6 / seconds;
    return this.#report(seconds, messages / seconds, deliveries / seconds, cpuShare);
  }

  async close(): Promise<void> {
    this.#gc.stop();
    const closed = this.#traffic.end();
    for (const { link } of this.#clients) link.end();
    const timer = setTimeout(() => {
      for (const { link } of this.#clients) link.destroy();
    }, SILENT_MS);
    await closed;
    clearTimeout(timer);
    this.#space.close();
  }

  async #seconds(startUs: number, toUs: number, watcher: LoadWatcher): Promise<void> {
    const { ledger } = this.#traffic;
    let { received } = ledger;
    let lastUs = startUs;
    while (nowUs() < toUs) {
      await sleep(Math.max(0, Math.min(1000, (toUs - nowUs()) / 1000)));
      const now = nowUs();
      if (now - lastUs < 100_000) continue; // the rest of a second
      watcher.onSecond?.(((ledger.received - received) * 1e6) / (now - lastUs));
      received = ledger.received;
      lastUs = now;
    }
  }

  /** Waits until all has arrived, or nothing comes any more. */
  async #drain(): Promise<void> {
    let last = -1;
    let lastMs = performance.now();
    for (;;) {
      const { sent, acked, expected } = this.#count();
      const { received } = this.#traffic.ledger;
      if (received >= expected && acked >= sent) return;
      const now = performance.now();
      if (received + acked !== last) lastMs = now;
      if (now - lastMs > SILENT_MS) return;
      last = received + acked;
      await sleep(10);
    }
  }

  /** Messages sent and acknowledged, and deliveries that they make. */
  #count(): { readonly sent: number; readonly acked: number; readonly expected: number } {
    const others = this.settings.roomSize - 1;
    let [sent, acked, expected] = [0, 0, 0];
    for (const client of this.#clients) {
      sent += client.sent;
      acked += client.acked;
      expected += client.direct + client.rooms * others;
    }
    return { sent, acked, expected };
  }

  #report(seconds: number, messages: number, deliveries: number, cpuShare: number): LoadReport {
    const { profile, clients, roomSize, rate, window } = this.settings;
    const { sent, acked, expected } = this.#count();
    const traffic = this.#traffic;
    const { received, faults } = traffic.ledger;
    return {
      profile,
      clients,
      roomSize: profile === 'direct' ? 0 : roomSize,
      rate,
      window,
      meanFrameBytes: this.#corpus.meanFrameBytes,
      seconds,
      messagesPerSecond: messages,
      deliveriesPerSecond: deliveries,
      latency: traffic.latencies.figures(),
      windows: traffic.windows.figures(),
      sendLag: traffic.lag.figures(),
      sent,
      acked,
      expected,
      received,
      missing: expected - received,
      wrongContent: faults.content,
      outOfOrder: faults.order,
      strangers: faults.stranger,
      ackDisorder: this.#clients.reduce((sum, { disorder }) => sum + disorder, 0),
      errorFrames: traffic.errorFrames,
      lostConnections: traffic.lost,
      firstError: traffic.firstError,
      generator: { gc: this.#gc.figures(), rssBytes: process.memoryUsage.rss(), cpuShare },
    };
  }
}
