/**
 * Takes messages to where they belong: to a connection of this process, to all members of a room, to another gateway.
 *
 *     sender's frame ─► encodeMessage, once ─┬─► each receiver's batch (a copy of some 100 bytes each)
 *                                            └─► an envelope on the bus, where others could be listening
 *
 * One encoded frame serves all receivers. Up to 2 KiB it is copied into each one's batch, as a view and a piece of a
 * `writev` cost more than the copy; a larger one is passed by reference, with a count a receiver.
 */
import type { ByteBuf } from 'rockpool';
import type { BusSubscription } from '../bus/bus.ts';
import { encodeEnvelope, gatewaySubject, openEnvelope, roomSubject } from '../bus/envelope.ts';
import { senderOf, targetOf } from '../protocol/frame-reading.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { encodeMessage, readdress } from '../protocol/frame-writing.ts';
import type { Counters } from './counters.ts';
import type { Directory, RemoteUser, User } from './directory.ts';
import type { GatewaySettings } from './gateway-options.ts';
import type { Room, Rooms } from './rooms.ts';
import type { Session } from './session.ts';

/** What {@link Router.direct} says where the bus is down. */
export const UNREACHABLE = -1;

/** What the router needs of its gateway. */
export interface RouterHost {
  readonly id: string;
  readonly settings: GatewaySettings;
  readonly directory: Directory;
  readonly rooms: Rooms;
  readonly counters: Counters;
}

/** Routes messages. */
export class Router {
  readonly #host: RouterHost;
  #inbox: BusSubscription | undefined = undefined;

  constructor(host: RouterHost) {
    this.#host = host;
  }

  start(): void {
    const { bus } = this.#host.settings;
    this.#inbox = bus.subscribe(gatewaySubject(this.#host.id), (payload) =>
      this.#fromBus(payload, undefined),
    );
  }

  stop(): void {
    this.#inbox?.end();
    for (const room of this.#host.rooms) room.subscription?.end();
  }

  /**
   * A message to one user. Borrows the frame.
   *
   * @returns receivers: 0 where a slow one was left out; or `UNREACHABLE`
   */
  direct(session: Session, message: ByteBuf, to: User): number {
    const { allocator } = this.#host.settings;
    const type = FrameType.delivery;
    if (to.session === undefined) return this.#toGateway(session, message, to);
    const frame = encodeMessage(allocator, message, type, session.number, to.number);
    if (!to.session.deliver(frame)) return 0;
    this.#host.counters.deliveries++;
    return 1;
  }

  /**
   * A message to all other members of a room. Borrows the frame.
   *
   * @returns receivers; the bus counts as one where there is any
   */
  room(session: Session, message: ByteBuf, room: Room): number {
    const { allocator, bus } = this.#host.settings;
    const frame = encodeMessage(allocator, message, FrameType.roomDelivery, session.number, room.number);
    try {
      const receivers = this.#fanOut(frame, room, session);
      if (!bus.hasPeers) return receivers;
      return receivers + (this.#publish(roomSubject(room.name), session, frame) ? 1 : 0);
    } finally {
      frame.release();
    }
  }

  /** A room got its first member. */
  opened(room: Room): void {
    const { bus } = this.#host.settings;
    room.subscription = bus.subscribe(roomSubject(room.name), (payload) => this.#fromBus(payload, room));
  }

  /** A room lost its last member. */
  closed(room: Room): void {
    room.subscription?.end();
    room.subscription = undefined;
  }

  #fanOut(frame: ByteBuf, room: Room, except: Session | undefined): number {
    const { members } = room;
    let receivers = 0;
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as Session;
      if (member !== except && member.deliverShared(frame)) receivers++;
    }
    this.#host.counters.deliveries += receivers;
    return receivers;
  }

  #toGateway(session: Session, message: ByteBuf, to: RemoteUser): number {
    const { allocator } = this.#host.settings;
    const frame = encodeMessage(allocator, message, FrameType.delivery, session.number, to.numberThere);
    try {
      return this.#publish(gatewaySubject(to.gateway), session, frame) ? 1 : UNREACHABLE;
    } finally {
      frame.release();
    }
  }

  #publish(subject: string, session: Session, frame: ByteBuf): boolean {
    const { allocator, bus } = this.#host.settings;
    const envelope = encodeEnvelope(allocator, this.#host.id, session.user?.name ?? '', frame);
    try {
      if (!bus.publish(subject, envelope.toBuffer())) return false;
      this.#host.counters.busOut++;
      return true;
    } finally {
      envelope.release();
    }
  }

  #fromBus(payload: Uint8Array, room: Room | undefined): void {
    const { settings, directory, counters } = this.#host;
    const envelope = openEnvelope(settings.allocator, payload);
    if (envelope === undefined) {
      counters.busLost++;
      return;
    }
    const { frame, gateway, name } = envelope;
    try {
      counters.busIn++;
      const sender = this.#senderOf(name, gateway, frame);
      if (room !== undefined) {
        readdress(frame, sender, room.number);
        this.#fanOut(frame, room, undefined);
        return;
      }
      const to = directory.byNumber(targetOf(frame));
      readdress(frame, sender, to?.number ?? 0);
      if (to?.session?.deliver(frame.retain())) counters.deliveries++;
      else counters.busLost++;
    } finally {
      frame.release();
    }
  }

  /** The number here of a user of another gateway, who may be heard before its presence is. */
  #senderOf(name: string, gateway: string, frame: ByteBuf): number {
    const { directory } = this.#host;
    const known = directory.byName(name);
    if (known !== undefined) return known.number;
    return directory.addRemote(name, gateway, senderOf(frame)).number;
  }
}
