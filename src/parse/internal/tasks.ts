/**
 * What a job does with a text, by the options of its call.
 */
import type { Task } from "./job.ts"
import { Elements } from "./elements.ts"
import { Navigator } from "./navigator.ts"
import { notAnArray } from "./parseErrors.ts"
import type { ParseOptions, Reviver } from "./parseOptions.ts"
import { tokensOfPointer } from "./pointer.ts"
import type { Reading } from "./reading.ts"
import { Revival } from "./revive.ts"
import { ValueBuilder } from "./valueBuilder.ts"
import { Read } from "./window.ts"

/** Gives the value at `at`. */
export const valueTask = (reading: Reading, { at = "", reviver }: ParseOptions): Task<unknown> => {
  const builder =
    at === ""
      ? new ValueBuilder(reading)
      : new Navigator(reading, at, tokensOfPointer(at), {
          build: (tokens) => new ValueBuilder(reading, tokens),
          isLastTaken: true
        })
  return reviver === undefined ? builder : new RevivedTask(builder, reviver)
}

/** Builds a value, and has a reviver change it once the whole text was read. */
class RevivedTask implements Task<unknown> {
  private readonly builder: ValueBuilder | Navigator
  private readonly reviver: Reviver
  private revival: Revival | undefined = undefined

  constructor(builder: ValueBuilder | Navigator, reviver: Reviver) {
    this.builder = builder
    this.reviver = reviver
  }

  get value(): unknown {
    return this.revival?.value
  }

  step(): Read {
    return this.builder.step()
  }

  finish(): Read {
    const { sources, value } = this.builder
    this.revival ??= new Revival(value, sources, this.reviver)
    return this.revival.step()
  }
}

/** What a value begins with that is no array: the text may be JSON, and is not what was asked for. */
const others = new Set(Array.from('{"-0123456789tfn', (character) => character.charCodeAt(0)))

/** Gives the elements of the array at `at`, to be taken while it goes on. */
export class ArrayTask implements Task<void> {
  readonly value = undefined
  readonly elements = new Elements()
  private readonly reading: Reading
  private readonly at: string
  private readonly chunkSize: number
  private inner: { step(): Read } | undefined = undefined
  /** The position up to which elements were taken. */
  private taken = 0

  constructor(reading: Reading, at: string, chunkSize: number) {
    this.reading = reading
    this.at = at
    this.chunkSize = chunkSize
  }

  take(): Array<unknown> {
    const { window } = this.reading
    this.taken = window.position(window.at)
    return this.elements.take()
  }

  step(): Read {
    const { window } = this.reading
    if (this.isFull()) return Read.full
    if (this.inner === undefined) {
      const blank = window.skipBlank()
      if (blank !== Read.done) return blank
      this.inner = this.begin()
    }
    const read = this.inner.step()
    // What is there need not wait for a stream.
    return read === Read.hungry && !this.elements.isEmpty ? Read.full : read
  }

  private isFull(): boolean {
    const { window } = this.reading
    return !this.elements.isEmpty && window.position(window.at) - this.taken >= this.chunkSize
  }

  private begin(): { step(): Read } {
    if (this.at === "") return this.build([])
    const target = { build: (tokens: ReadonlyArray<string>) => this.build(tokens), isLastTaken: false }
    return new Navigator(this.reading, this.at, tokensOfPointer(this.at), target)
  }

  private build(tokens: ReadonlyArray<string>): ValueBuilder {
    const { window } = this.reading
    const unit = window.at < window.end ? window.units[window.at]! : -1
    if (others.has(unit)) throw notAnArray(this.at)
    return new ValueBuilder(this.reading, tokens, () => this.elements)
  }
}
