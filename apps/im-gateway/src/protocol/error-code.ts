/**
 * What can be wrong, as the `target` of an `error` frame. Below 100 the connection is closed behind it, as what comes
 * next could not be understood or trusted; from 100 on only the one request failed.
 */

/** The codes. */
export const ErrorCode = {
  /** The frame does not begin with the magic. Closes. */
  badMagic: 1,
  /** The length is less than a header. Closes. */
  badLength: 2,
  /** The frame is longer than the gateway takes. Closes. */
  frameTooLong: 3,
  /** Another version of the protocol. Closes. */
  badVersion: 4,
  /** There is no such type, or it is not a client's. Closes. */
  badType: 5,
  /** A flag that there is not. Closes. */
  badFlags: 6,
  /** The first frame was no `login`. Closes. */
  notLoggedIn: 7,
  /** The token is wrong or missing. Closes. */
  badToken: 8,
  /** Nothing was heard for too long, or no `login` came. Closes. */
  idle: 9,
  /** Too much is waiting to be sent to this client, and the policy is to disconnect. Closes. */
  slowConsumer: 10,
  /** The gateway has as many connections as it takes. Closes. */
  tooManyConnections: 11,
  /** Somebody else has the name on another gateway, and had it first. Closes. */
  nameLost: 12,
  /** A second `login`. */
  loggedInAlready: 100,
  /** The name is empty, too long, or has control characters. */
  badName: 101,
  /** Somebody has it. */
  nameTaken: 102,
  /** The body is not UTF-8. */
  badText: 103,
  /** There is no user of that number or name. */
  noSuchUser: 104,
  /** There is no room of that number, or the client is not in it. */
  notInRoom: 105,
  /** The client is in as many rooms as it may be. */
  tooManyRooms: 106,
  /** The user is on another gateway, and the bus is down. */
  unreachable: 107,
  /** Messages to this client were dropped, as too much was waiting; the text says how many. */
  dropped: 108,
} as const;

/** A code's number. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

/** The name of a code, for logs and counters; the number as text where it has none. */
export function errorName(code: number): string {
  return NAMES.get(code) ?? String(code);
}

/** Whether the connection is closed behind an error of this code. */
export function closes(code: number): boolean {
  return code < 100;
}
