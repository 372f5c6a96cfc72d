/**
 * How the clients get in: connected and logged in some at a time, then in their rooms, then told of each other.
 *
 * Names begin with a tag of the run, so that two runs, or the remains of one before, do not meet.
 */
import { LoadError } from '../errors.ts';
import { FrameType } from '../protocol/frame-type.ts';
import type { Client } from './client.ts';
import type { LoadSettings } from './load-options.ts';

/** Connections that are made at the same time: as many as wait for an accept without harm. */
const AT_ONCE = 64;
const PATIENCE_MS = 10_000;

/** An answer of the gateway that is no message. */
export interface Answer {
  readonly type: number;
  readonly target: number;
}

/** Asks for an answer of a client. */
export interface Answers {
  /** The next answer to `client` that is no message; rejected if it is an error, or the connection ends. */
  next(client: Client): Promise<Answer>;
}

/** Gets all clients in. @throws {LoadError} one could not */
export async function enterAll(
  clients: readonly Client[],
  settings: LoadSettings,
  answers: Answers,
  onNumber: (client: Client) => void,
): Promise<void> {
  const tag = `${process.pid.toString(36)}-${Date.now().toString(36)}`;
  const { roomSize, profile, partners, token } = settings;
  const enter = async (client: Client): Promise<void> => {
    const { link } = client;
    const name = `${tag}-${link.index}`;
    link.number = await ask(
      client,
      answers,
      FrameType.login,
      token === undefined ? name : `${name}\0${token}`,
    );
    onNumber(client);
    if (profile === 'direct') return;
    link.room = await ask(client, answers, FrameType.join, `${tag}-${Math.floor(link.index / roomSize)}`);
  };
  for (let i = 0; i < clients.length; i += AT_ONCE) {
    await Promise.all(clients.slice(i, i + AT_ONCE).map(enter));
  }
  for (const client of clients) {
    const at = (behind: number): Client => clients[(client.link.index + behind) % clients.length] as Client;
    client.meet(Array.from({ length: partners }, (_, i) => at(i + 1).link.number));
  }
}

async function ask(client: Client, answers: Answers, type: FrameType, body: string): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LoadError(`No answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    const answer = answers.next(client);
    client.link.send(type, body);
    client.link.writer.flush();
    return (await Promise.race([answer, late])).target;
  } finally {
    clearTimeout(timer);
  }
}
