/**
 * What clients ask for. One method a type of frame; the two kinds of messages are looked at first, as almost all frames
 * are messages.
 *
 * A frame is borrowed: whoever called releases it. Every refusal is an error frame with a code and a count, and
 * touches nobody but the client that was wrong.
 */
import { timingSafeEqual } from 'node:crypto';
import type { ByteBuf } from 'rockpool';
import type { Presence } from '../bus/presence.ts';
import { ErrorCode } from '../protocol/error-code.ts';
import { MAX_NAME_BYTES } from '../protocol/frame-layout.ts';
import {
  bodyOf,
  idOf,
  inspectHeader,
  isText,
  targetOf,
  typeIn,
  wantsAck,
  wordOf,
} from '../protocol/frame-reading.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { isName, splitLogin } from '../protocol/names.ts';
import type { Room } from './rooms.ts';
import { type Router, type RouterHost, UNREACHABLE } from './router.ts';
import type { Session } from './session.ts';

const BAD_NAME = `a name is 1 to ${MAX_NAME_BYTES} bytes of UTF-8 without control characters`;

/** Handles frames of clients. */
export class Requests {
  readonly #host: RouterHost;
  readonly #router: Router;
  readonly #presence: Presence;

  constructor(host: RouterHost, router: Router, presence: Presence) {
    this.#host = host;
    this.#router = router;
    this.#presence = presence;
  }

  /** A whole frame came from `session`. Borrows it. */
  handle(session: Session, frame: ByteBuf): void {
    if (!session.open) return;
    this.#host.counters.framesIn++;
    const word = wordOf(frame);
    const fault = inspectHeader(frame, word);
    if (fault !== 0) {
      session.fail(fault, 0, 'the header is not that of a frame of this version');
      return;
    }
    const type = typeIn(word);
    if (session.user === undefined) {
      if (type === FrameType.login) this.#login(session, frame);
      else session.fail(ErrorCode.notLoggedIn, idOf(frame), 'the first frame must be a login');
    } else if (type === FrameType.direct) {
      this.#direct(session, frame, wantsAck(word));
    } else if (type === FrameType.room) {
      this.#room(session, frame, wantsAck(word));
    } else {
      this.#other(session, frame, type);
    }
  }

  /** The connection of `session` is closed: it leaves everything. */
  leaveAll(session: Session): void {
    for (const room of session.rooms) this.#leaveRoom(session, room);
    const { user } = session;
    if (user === undefined) return;
    if (this.#host.directory.byNumber(user.number) === user) {
      this.#host.directory.delete(user);
      this.#presence.left(user);
    }
  }

  #direct(session: Session, frame: ByteBuf, ack: boolean): void {
    const to = this.#host.directory.byNumber(targetOf(frame));
    if (to === undefined) {
      session.fail(ErrorCode.noSuchUser, idOf(frame), 'nobody has this number');
    } else if (this.#expectText(session, frame)) {
      const receivers = this.#router.direct(session, frame, to);
      if (receivers === UNREACHABLE) {
        session.fail(ErrorCode.unreachable, idOf(frame), 'the bus to the other gateways is down');
      } else {
        this.#routed(session, frame, receivers, ack);
      }
    }
  }

  #room(session: Session, frame: ByteBuf, ack: boolean): void {
    const room = this.#host.rooms.byNumber(targetOf(frame));
    if (room === undefined || !session.rooms.has(room)) {
      session.fail(ErrorCode.notInRoom, idOf(frame), 'join the room first');
    } else if (this.#expectText(session, frame)) {
      this.#routed(session, frame, this.#router.room(session, frame, room), ack);
    }
  }

  #routed(session: Session, frame: ByteBuf, receivers: number, ack: boolean): void {
    const { counters } = this.#host;
    counters.messages++;
    if (!ack) return;
    counters.acks++;
    session.ack(idOf(frame), receivers);
  }

  #other(session: Session, frame: ByteBuf, type: number): void {
    const id = idOf(frame);
    switch (type) {
      case FrameType.ping:
        session.answer({ type: FrameType.pong, id });
        break;
      case FrameType.alive:
        break; // that it was heard is all there is to it
      case FrameType.find:
        this.#find(session, frame, id);
        break;
      case FrameType.join:
        this.#join(session, frame, id);
        break;
      case FrameType.leave:
        this.#leave(session, frame, id);
        break;
      case FrameType.login:
        session.fail(ErrorCode.loggedInAlready, id, `this connection is '${session.user?.name}'`);
        break;
      case FrameType.bye:
        session.bye('bye');
        break;
      default:
        session.fail(ErrorCode.badType, id, `${type} is no type of a client's frame`);
    }
  }

  #login(session: Session, frame: ByteBuf): void {
    const { directory, counters, settings } = this.#host;
    const id = idOf(frame);
    if (!this.#expectText(session, frame)) return;
    const { name, token } = splitLogin(bodyOf(frame));
    if (settings.token !== undefined && !sameText(token, settings.token)) {
      session.fail(ErrorCode.badToken, id, 'the token is wrong or missing');
    } else if (!isName(name)) {
      session.fail(ErrorCode.badName, id, BAD_NAME);
    } else if (directory.byName(name) !== undefined) {
      session.fail(ErrorCode.nameTaken, id, `somebody else is '${name}'`);
    } else {
      const user = directory.addLocal(name, session, Date.now());
      session.user = user;
      session.number = user.number;
      counters.logins++;
      session.answer({ type: FrameType.loginOk, id, sender: user.number, target: user.number }, name);
      this.#presence.joined(user);
    }
  }

  #find(session: Session, frame: ByteBuf, id: number): void {
    if (!this.#expectText(session, frame)) return;
    const name = bodyOf(frame);
    const user = this.#host.directory.byName(name);
    if (user === undefined) session.fail(ErrorCode.noSuchUser, id, 'nobody has this name');
    else session.answer({ type: FrameType.found, id, target: user.number }, name);
  }

  #join(session: Session, frame: ByteBuf, id: number): void {
    if (!this.#expectText(session, frame)) return;
    const { rooms, settings } = this.#host;
    const name = bodyOf(frame);
    if (!isName(name)) {
      session.fail(ErrorCode.badName, id, BAD_NAME);
      return;
    }
    let room = rooms.byName(name);
    if (room === undefined || !session.rooms.has(room)) {
      if (session.rooms.size >= settings.maxRooms) {
        session.fail(ErrorCode.tooManyRooms, id, `a client may be in ${settings.maxRooms} rooms`);
        return;
      }
      if (room === undefined) {
        room = rooms.open(name);
        this.#router.opened(room);
      }
      room.add(session);
    }
    session.answer({ type: FrameType.joined, id, target: room.number }, name);
  }

  #leave(session: Session, frame: ByteBuf, id: number): void {
    const room = this.#host.rooms.byNumber(targetOf(frame));
    if (room === undefined || !session.rooms.has(room)) {
      session.fail(ErrorCode.notInRoom, id, 'the client is not in this room');
      return;
    }
    this.#leaveRoom(session, room);
    session.answer({ type: FrameType.left, id, target: room.number });
  }

  #leaveRoom(session: Session, room: Room): void {
    room.delete(session);
    if (room.members.length > 0) return;
    this.#host.rooms.close(room);
    this.#router.closed(room);
  }

  #expectText(session: Session, frame: ByteBuf): boolean {
    if (isText(frame)) return true;
    session.fail(ErrorCode.badText, idOf(frame), 'the body is not UTF-8');
    return false;
  }
}

/** Compares in a time that says nothing of where they differ. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
