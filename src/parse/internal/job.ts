/**
 * One call: reads a text in turns of the event loop, from its byte order mark to what stands behind the value.
 */
import { InTurns } from "../../internal/turns/resumableTask.ts"
import { isParseError } from "../ParseError.ts"
import { Expect } from "./locate.ts"
import type { Reading } from "./reading.ts"
import { Read } from "./window.ts"

/** What a job does with the text. It is asked again until it says `done`. */
export interface Task<A> {
  /** Does about one piece. Throws a `ParseError`. */
  step(): Read
  /** Does what is to be done when the whole text was read. */
  finish?(): Read
  /** What came out. */
  readonly value: A
}

/** What a job tells while it goes on. All may be called from within a step. */
export interface Listener {
  /** It has ended, with a value or with what was thrown. */
  end(): void
  /** It waits: more of the text is wanted, or what it has made must be taken first. It goes on when it is woken. */
  idle(read: Read): void
}

const byteOrderMark = [0xef, 0xbb, 0xbf]

export class ParseJob<T extends Task<unknown>> extends InTurns {
  readonly reading: Reading
  readonly task: T
  /** What was thrown, if something was; whether it is none of the errors that a text may cause. */
  error: unknown = undefined
  hasFailed = false
  isDefect = false
  private readonly listener: Listener
  private hasBegun = false
  private isValueRead = false
  private isTextRead = false

  constructor(reading: Reading, task: T, turnBudget: number, listener: Listener) {
    super(turnBudget)
    this.reading = reading
    this.task = task
    this.listener = listener
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    if (!this.isDone) this.leave()
  }

  protected advance(): boolean {
    if (this.isDone) return false
    try {
      const read = this.read()
      if (read === Read.more) return true
      if (read !== Read.done) {
        this.listener.idle(read)
        return false
      }
    } catch (error) {
      this.error = error
      this.hasFailed = true
      this.isDefect = !isParseError(error)
    }
    this.leave()
    this.listener.end()
    return false
  }

  /** The queue's way to tell that a step has thrown. None does. */
  protected crash(thrown: unknown): void {
    this.error = thrown
    this.hasFailed = true
    this.isDefect = true
    this.leave()
    this.listener.end()
  }

  private read(): Read {
    const { window } = this.reading
    if (!this.hasBegun) {
      if (!window.fill(byteOrderMark.length)) return Read.hungry
      this.hasBegun = true
      if (window.source.isUtf8 && byteOrderMark.every((byte, i) => this.hasByte(i, byte))) {
        window.at += byteOrderMark.length
      }
    }
    if (!this.isValueRead) {
      const read = this.task.step()
      if (read !== Read.done) return read
      this.isValueRead = true
      return Read.more
    }
    if (!this.isTextRead) {
      const read = this.readEnd()
      if (read !== Read.done) return read
      this.isTextRead = true
    }
    return this.task.finish?.() ?? Read.done
  }

  private hasByte(index: number, byte: number): boolean {
    const { window } = this.reading
    return window.at + index < window.end && window.units[window.at + index] === byte
  }

  /** Behind the value there is nothing but white space. */
  private readEnd(): Read {
    const { window } = this.reading
    const blank = window.skipBlank()
    if (blank !== Read.done) return blank
    if (window.isEnd(window.at)) {
      this.reading.checkLimit(window.at)
      return Read.done
    }
    const frame = { isArray: undefined, expect: Expect.end, count: 0, key: undefined }
    return this.reading.fail(window.at, window.at, frame, [])
  }

  private leave(): void {
    const { window } = this.reading
    if (window.scanner.owner === window) window.scanner.owner = undefined
    this.endTurns()
  }
}
