/**
 * The gateway: accepts connections, cuts frames out of what they send, and hands them to `requests.ts`.
 *
 *     socket ─► pooled read ─► decoder: retained slices ─► Requests ─► Router ─► each receiver's writer ─► Gatherer
 *
 * Every step holds one reference to what it works with and releases it; a connection that ends releases what it
 * has. So `activeBuffers` of the allocator is 0 when the gateway is closed, whatever its clients did.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { ByteBuf } from 'rockpool';
import { Presence } from '../bus/presence.ts';
import { ListenError } from '../errors.ts';
import { ErrorCode } from '../protocol/error-code.ts';
import { Counters } from './counters.ts';
import { Directory } from './directory.ts';
import { type GatewayOptions, type GatewaySettings, readGatewayOptions } from './gateway-options.ts';
import { type GatewayStats, gatherStats } from './gateway-stats.ts';
import { Gatherer } from './gatherer.ts';
import { sweepSessions } from './heartbeat.ts';
import { type FrameSink, Intake } from './intake.ts';
import { Requests } from './requests.ts';
import { Rooms } from './rooms.ts';
import { Router } from './router.ts';
import { Session } from './session.ts';

/** A messaging gateway over TCP. */
export class Gateway {
  /** What other gateways know it by; new with every process. */
  readonly id: string = randomBytes(8).toString('hex');
  readonly directory: Directory = new Directory();
  readonly rooms: Rooms = new Rooms();
  readonly counters: Counters = new Counters();
  readonly settings: GatewaySettings;
  readonly #sessions: Set<Session> = new Set();
  readonly #gatherer: Gatherer;
  readonly #presence: Presence;
  readonly #router: Router;
  readonly #requests: Requests;
  readonly #server: Server;
  #sweeper: NodeJS.Timeout | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;
  #lastSession: (() => void) | undefined = undefined;

  /** @throws {GatewayOptionError} `ERR_IM_OPTION` */
  constructor(options: GatewayOptions) {
    const settings = readGatewayOptions(options);
    this.settings = settings;
    this.#gatherer = new Gatherer(settings.gatherMs, settings.flushShare);
    this.#presence = new Presence(
      {
        id: this.id,
        bus: settings.bus,
        directory: this.directory,
        logger: settings.logger,
        onNameLost: ({ session, name }) =>
          session.fail(ErrorCode.nameLost, 0, `'${name}' was taken on another gateway before`),
      },
      settings.now(),
    );
    this.#router = new Router(this);
    this.#requests = new Requests(this, this.#router, this.#presence);
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /**
   * Begins to listen.
   *
   * @returns the port
   * @throws {ListenError} `ERR_IM_LISTEN`: the port is taken, or is not for this user
   */
  async listen(): Promise<number> {
    const { host, port, sweepIntervalMs } = this.settings;
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException) => reject(new ListenError(host, port, error));
      this.#server.once('error', refuse);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', refuse);
        resolve();
      });
    });
    this.#server.on('error', (error) => this.settings.logger.error(error, 'the listening socket failed'));
    const { bus, logger } = this.settings;
    bus.onState((state) => logger[state === 'disconnected' ? 'warn' : 'info']({ state }, 'bus'));
    this.#router.start();
    this.#presence.start();
    if (sweepIntervalMs > 0) this.#sweeper = setInterval(() => this.sweep(), sweepIntervalMs).unref();
    return this.port;
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Looks after silent, slow and closing clients, and after the other gateways. By itself every `sweepIntervalMs`. */
  sweep(): void {
    const nowMs = this.settings.now();
    sweepSessions(this.#sessions, this.settings, this.counters, nowMs);
    this.#presence.sweep(nowMs);
  }

  /** The counters now. */
  stats(): GatewayStats {
    return gatherStats(this, this.#sessions, this.#gatherer, this.#presence);
  }

  /**
   * Ends: accepts nothing more, says bye to every client, sends what waits for them, closes. Whoever does not take
   * its bytes in time is cut off. When it resolves every buffer is released.
   *
   * @param graceMs time for all of it
   */
  close(graceMs = 2_000): Promise<void> {
    this.#closing ??= this.#shutDown(graceMs);
    return this.#closing;
  }

  async #shutDown(graceMs: number): Promise<void> {
    clearInterval(this.#sweeper);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#presence.stop();
    this.#router.stop();
    for (const session of this.#sessions) session.bye('the gateway shuts down');
    this.#gatherer.flush();
    await this.#sessionsEnd(graceMs);
    if (this.#server.listening) await closed;
  }

  /** Resolves when there is no session any more; destroys those that there are after a while. */
  #sessionsEnd(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#sessions.size === 0) {
        resolve();
        return;
      }
      const timer = setTimeout(() => {
        for (const session of this.#sessions) session.destroy();
      }, graceMs);
      this.#lastSession = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #accept(socket: Socket): void {
    const { settings, counters } = this;
    counters.accepted++;
    const session = new Session(socket, settings, counters, this.#gatherer);
    this.#sessions.add(session);
    socket.on('error', () => {
      counters.socketErrors++;
    });
    socket.once('close', () => this.#ended(session));
    const sink: FrameSink = {
      arrived: (bytes) => {
        session.heard = true;
        counters.bytesIn += bytes;
      },
      frame: (frame) => this.#frame(session, frame),
      malformed: (code, text) => session.fail(code, 0, text),
    };
    new Intake(socket, sink, settings);
    if (this.#sessions.size > settings.maxConnections) {
      session.fail(ErrorCode.tooManyConnections, 0, `there are ${settings.maxConnections} connections`);
    }
  }

  /** A frame, which is ours to release. */
  #frame(session: Session, frame: ByteBuf): void {
    try {
      this.#requests.handle(session, frame);
    } catch (error) {
      this.#fault(session, error);
    } finally {
      frame.release();
    }
  }

  /** An error of this program: it costs the connection that it happened to, and nobody else. */
  #fault(session: Session, error: unknown): void {
    this.counters.faults++;
    this.settings.logger.error({ err: error, client: session.label }, 'a frame could not be handled');
    session.destroy();
  }

  #ended(session: Session): void {
    session.open = false;
    this.#requests.leaveAll(session);
    this.#sessions.delete(session);
    this.counters.closed++;
    if (this.#sessions.size === 0) this.#lastSession?.();
  }
}
