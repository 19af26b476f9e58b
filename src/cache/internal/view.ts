/**
 * How far this process has followed the store: whether every invalidation up to some moment is known to have been
 * heard.
 *
 * Entries in memory carry the number of the view in which they were read. A gap in the messages, or another server,
 * raises it, and entries of an older view are validated before they are used again.
 */
import type { StorePosition } from "../CacheStore.ts"

/** A moment on both clocks, in milliseconds: a process that was frozen finds that one of them went on. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

type Position = StorePosition & { readonly server: string }

export class View {
  number = 1
  /** Called when messages may have been lost. */
  onGap: (() => void) | undefined = undefined
  private server: string | undefined = undefined
  private epoch: string | undefined = undefined
  /** The last sequence that was heard; -1 before there is one to begin with. */
  private sequence = -1
  private verified: Moment = { wall: -Infinity, monotonic: -Infinity }
  /** What the last heartbeat read, and nobody has heard of so far. */
  private awaited: { readonly sequence: number; readonly asked: Moment } | undefined = undefined

  /** Messages come from now on; those before are lost. */
  ready(): void {
    this.sequence = -1
    this.awaited = undefined
    this.raise()
  }

  /** An invalidation was heard. */
  heard({ epoch, sequence }: StorePosition): void {
    if (this.sequence < 0 || epoch !== this.epoch) return this.startAt(epoch, sequence)
    // Out of turn, or told twice: a heartbeat was faster than the message.
    if (sequence <= this.sequence) return
    if (sequence > this.sequence + 1) this.raise()
    this.sequence = sequence
    const { awaited } = this
    if (awaited === undefined || sequence < awaited.sequence) return
    this.awaited = undefined
    this.verified = awaited.asked
  }

  /** A heartbeat, asked at a moment, found the store at a position. True: it is another server, or was emptied. */
  beat(asked: Moment, { epoch, sequence, server }: Position): boolean {
    const isOther = this.server !== undefined && (server !== this.server || epoch !== this.epoch)
    this.server = server
    if (this.sequence < 0 || epoch !== this.epoch || isOther) {
      this.startAt(epoch, sequence)
      this.verified = asked
      return isOther
    }
    // What the heartbeat before this one read should have been heard by now.
    if (this.awaited !== undefined && this.sequence < this.awaited.sequence) this.startAt(epoch, sequence)
    if (sequence <= this.sequence) this.verified = asked
    else this.awaited = { sequence, asked }
    return false
  }

  isVerified(now: Moment, within: number): boolean {
    const { monotonic, wall } = this.verified
    return now.wall - wall < within && now.monotonic - monotonic < within
  }

  private startAt(epoch: string, sequence: number): void {
    this.epoch = epoch
    this.sequence = sequence
    this.awaited = undefined
    this.raise()
  }

  private raise(): void {
    this.number++
    this.onGap?.()
  }
}
