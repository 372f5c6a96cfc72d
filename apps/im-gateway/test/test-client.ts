/**
 * A client for tests. It parses frames by itself, with plain Buffers and offsets written out, so that it does not share
 * a mistake with the code under test.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameType } from '../src/protocol/frame-type.ts';

const PATIENCE_MS = 15_000;

/** A frame, taken apart. */
export interface TestFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly sender: number;
  readonly target: number;
  readonly timeUs: number;
  readonly body: string;
}

/** Fields of a frame to send; what is left out is 0 or empty. */
export interface FrameFields {
  readonly type: number;
  readonly id?: number;
  readonly target?: number;
  readonly flags?: number;
  readonly timeUs?: number;
  readonly version?: number;
  readonly magic?: number;
  readonly body?: string | Uint8Array;
}

/** A frame as bytes. */
export function frameOf(fields: FrameFields): Buffer {
  const body = Buffer.from(fields.body ?? '');
  const frame = Buffer.alloc(32 + body.length);
  frame.writeUInt32BE(fields.magic ?? 0x5250494d, 0);
  frame.writeUInt32BE(frame.length, 4);
  frame.writeUInt8(fields.version ?? 1, 8);
  frame.writeUInt8(fields.type, 9);
  frame.writeUInt16BE(fields.flags ?? 0, 10);
  frame.writeUInt32BE(fields.id ?? 0, 12);
  frame.writeUInt32BE(fields.target ?? 0, 20);
  frame.writeBigUInt64BE(BigInt(fields.timeUs ?? 0), 24);
  body.copy(frame, 32);
  return frame;
}

/** A connection. */
export class TestClient {
  readonly socket: Socket;
  /** Resolves when the connection is closed, by whatever way. */
  readonly closed: Promise<void>;
  /** The user's number, after {@link login}. */
  number = 0;
  readonly #frames: TestFrame[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      });
    });
  }

  static async connect(port: number): Promise<TestClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new TestClient(socket);
  }

  /** Connects and logs in. */
  static async login(port: number, name: string): Promise<TestClient> {
    const client = await TestClient.connect(port);
    client.send({ type: FrameType.login, body: name });
    client.number = (await client.next(FrameType.loginOk)).target;
    return client;
  }

  send(fields: FrameFields): void {
    this.socket.write(frameOf(fields));
  }

  /** Sends and waits for the next frame. */
  async ask(fields: FrameFields): Promise<TestFrame> {
    this.send(fields);
    return this.next();
  }

  /** Joins a room. @returns its number */
  async join(name: string): Promise<number> {
    this.send({ type: FrameType.join, body: name });
    return (await this.next(FrameType.joined)).target;
  }

  /** The next frame, which must be of `type` if one is given. */
  async next(type?: number): Promise<TestFrame> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.#frames.length === 0) {
      if (this.#ended) throw new Error('the connection ended, and no frame was left');
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no frame within ${PATIENCE_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const frame = this.#frames.shift() as TestFrame;
    if (type !== undefined && frame.type !== type) {
      throw new Error(`a frame of type ${frame.type} came, not ${type}: ${JSON.stringify(frame)}`);
    }
    return frame;
  }

  /** The next `count` frames. */
  async take(count: number): Promise<TestFrame[]> {
    const frames: TestFrame[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** Frames that came and were not asked for. */
  get waiting(): readonly TestFrame[] {
    return this.#frames;
  }

  async end(): Promise<void> {
    this.socket.end();
    this.socket.resume();
    await this.closed;
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 8) {
      const length = this.#bytes.readUInt32BE(4);
      if (this.#bytes.length < length) break;
      const frame = this.#bytes.subarray(0, length);
      this.#bytes = this.#bytes.subarray(length);
      this.#frames.push({
        type: frame.readUInt8(9),
        flags: frame.readUInt16BE(10),
        id: frame.readUInt32BE(12),
        sender: frame.readUInt32BE(16),
        target: frame.readUInt32BE(20),
        timeUs: Number(frame.readBigUInt64BE(24)),
        body: frame.toString('utf8', 32),
      });
    }
    this.#wake();
  }
}
