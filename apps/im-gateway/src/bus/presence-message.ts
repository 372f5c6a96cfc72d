/** What gateways tell each other of their users: JSON, as it is rare and should be readable with a bus's own tools. */

/** A user of the gateway that speaks. */
export interface PresentUser {
  readonly number: number;
  readonly name: string;
  /** When the name was taken there, ms since 1970. */
  readonly sinceMs: number;
}

/** One message. `gateway` is the id of the one that speaks. */
export type PresenceMessage =
  /** Is there now, and wants to know of all users. */
  | { readonly kind: 'hello'; readonly gateway: string }
  /** Has these users; more may come. */
  | { readonly kind: 'users'; readonly gateway: string; readonly users: readonly PresentUser[] }
  /** This user left. */
  | { readonly kind: 'left'; readonly gateway: string; readonly number: number }
  /** Is still there. */
  | { readonly kind: 'alive'; readonly gateway: string }
  /** Is about to end. */
  | { readonly kind: 'bye'; readonly gateway: string };

/** Users in one message, so that none is larger than a bus takes. */
export const USERS_A_MESSAGE = 500;

export function encodePresence(message: PresenceMessage): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/** @returns undefined where it is none */
export function decodePresence(payload: Uint8Array): PresenceMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
  } catch {
    return undefined;
  }
  return isPresence(value) ? value : undefined;
}

function isPresence(value: unknown): value is PresenceMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, gateway, users, number } = value as Record<string, unknown>;
  if (typeof gateway !== 'string') return false;
  switch (kind) {
    case 'hello':
    case 'alive':
    case 'bye':
      return true;
    case 'left':
      return typeof number === 'number';
    case 'users':
      return Array.isArray(users) && users.every(isUser);
    default:
      return false;
  }
}

function isUser(value: unknown): value is PresentUser {
  if (typeof value !== 'object' || value === null) return false;
  const { number, name, sinceMs } = value as Record<string, unknown>;
  return typeof number === 'number' && typeof name === 'string' && typeof sinceMs === 'number';
}
