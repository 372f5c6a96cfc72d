/**
 * What a frame is. Requests of clients are odd, and what the gateway answers with is even, so that a frame that goes
 * the wrong way is known by its last bit; `bye` goes both ways and counts as a request.
 */

/** The types. */
export const FrameType = {
  /** Client: body is the name, and a zero byte and a token behind it where the gateway wants one. */
  login: 1,
  /** Gateway: `target` is the user's number, body the name. */
  loginOk: 2,
  /** Client: asks for the number of the user whose name is the body. */
  find: 3,
  /** Gateway: `target` is the number, body the name. */
  found: 4,
  /** Client: body is the room's name. The first to join makes the room. */
  join: 5,
  /** Gateway: `target` is the room's number, body its name. */
  joined: 6,
  /** Client: `target` is the room. */
  leave: 7,
  /** Gateway: `target` is the room. */
  left: 8,
  /** Client: a message to the user `target`. */
  direct: 9,
  /** Gateway: a message from the user `sender` to the user `target`, who is the receiver. */
  delivery: 10,
  /** Client: a message to all other members of the room `target`. */
  room: 11,
  /** Gateway: a message from the user `sender` to the room `target`. */
  roomDelivery: 12,
  /** Client: says that it is alive, or asks whether the gateway is. */
  ping: 13,
  /** Gateway: answers `ping`. */
  pong: 14,
  /** Client: answers `probe`. */
  alive: 15,
  /** Gateway: asks a client that was silent for long whether it is alive. */
  probe: 16,
  /** Either side: the last frame that it sends. The gateway's body says why. */
  bye: 17,
  /** Gateway: the message `id` was routed; `target` is to how many receivers, this process and the bus counted. */
  ack: 18,
  /** Gateway: `id` is that of the frame in question, `target` the code, body the text. */
  error: 20,
} as const;

/** A type's number. */
export type FrameType = (typeof FrameType)[keyof typeof FrameType];
