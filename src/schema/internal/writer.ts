/**
 * Writes the text of an encoded value, and fills in the arrays that were put off: batch by batch, each encoded, stringified and
 * dropped. So neither an encoded array nor its text is ever there as a whole.
 *
 * It is a coroutine. A bare `yield` is a place to stop at for this turn; a yielded effect is waited for, and what it gives comes back.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Serialization } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"
import { tellInterruption } from "../../internal/options/interruptions.ts"
import type { Sink } from "../../internal/output/sink.ts"
import { stringify } from "../../internal/value/intrinsics.ts"
import { type Deferred, deferring, type Deferrals } from "./deferred.ts"
import { roughSize } from "./roughSize.ts"
import { charged, isTurnOver, nextTurn } from "./turn.ts"

/** Code units, roughly, from which on a value goes to the engine: natively it would be a hold of some 0.2 ms. */
const largest = 64 * 1024
/** Milliseconds: a batch that takes longer is followed by smaller ones, down to one element. */
const longest = 0.5

/** Text that could not be made here: the engine will tell what is wrong, and where in the whole value. */
export class Unwritable {
  readonly _tag = "Unwritable"
  readonly cause: unknown
  constructor(cause: unknown) {
    this.cause = cause
  }
}

export type Failure = SchemaIssue.Issue | SerializationError | Unwritable
type Step = Effect.Effect<unknown, Failure, any> | undefined
type Steps = Generator<Step, void, any>

export class Writer {
  private readonly serialization: Serialization["Service"]
  private readonly deferrals: Deferrals
  private readonly options: SchemaAST.ParseOptions
  private readonly sink: Sink
  private readonly steps: Steps
  /** What the last effect gave. */
  private given: unknown = undefined
  /** The service is at work, and counts who stops it by itself. */
  isWithService = false

  constructor(
    serialization: Serialization["Service"],
    sink: Sink,
    encoded: unknown,
    deferrals: Deferrals,
    options: SchemaAST.ParseOptions | undefined
  ) {
    this.serialization = serialization
    this.sink = sink
    this.deferrals = deferrals
    this.options = deferring(options, deferrals)
    const root = deferrals.ofValue(encoded)
    this.steps = root === undefined ? this.around(encoded) : this.array(root)
  }

  /** Writes until `isEnough`, or to the end. Gives true at the end. */
  write(isEnough: () => boolean): Effect.Effect<boolean, Failure, Scope.Scope> {
    // One step is done in any turn.
    const go = (): Effect.Effect<boolean, Failure, any> => {
      let isFirst = true
      while (!isEnough()) {
        if (!isFirst && isTurnOver()) return Effect.flatMap(nextTurn, go)
        isFirst = false
        const { done, value } = charged(() => this.steps.next(this.given))
        this.given = undefined
        if (done === true) return Effect.succeed(true)
        if (value !== undefined) {
          return Effect.flatMap(value, (given) => {
            this.given = given
            return go()
          })
        }
      }
      return Effect.succeed(false)
    }
    return Effect.suspend(go)
  }

  /** Somebody has stopped it. */
  stopped(): void {
    if (!this.isWithService) tellInterruption(this.serialization)
  }

  /** The encoded value itself, with tokens in it. */
  private *around(encoded: unknown): Steps {
    if (roughSize(encoded, largest) < largest) {
      const text = textOf(encoded)
      if (typeof text === "string") return yield* this.text(text)
      return void (yield Effect.fail(text))
    }
    this.isWithService = true
    const pull: Pull.Pull<ReadonlyArray<Uint8Array>, SerializationError> = yield Stream.toPull(
      this.serialization.stream(encoded)
    )
    const next: Effect.Effect<ReadonlyArray<Uint8Array> | undefined, SerializationError> = Pull.catchDone(pull, () =>
      Effect.succeed(undefined)
    )
    let rest: Buffer = Buffer.alloc(0)
    while (true) {
      const chunks: ReadonlyArray<Uint8Array> | undefined = yield next
      rest = yield* this.bytes(Buffer.concat([rest, ...(chunks ?? [])]), chunks === undefined)
      if (chunks === undefined) {
        this.isWithService = false
        return
      }
      yield
    }
  }

  private *array({ batchSize, input, isPlain, parse }: Deferred): Steps {
    const { length } = input
    let count = batchSize
    let from = 0
    while (from < length) {
      const to = Math.min(from + count, length)
      const began = performance.now()
      const result = parse(input.slice(from, to), this.options)
      const isNow = Exit.isExit(result) && Exit.isSuccess(result)
      const encoded: ReadonlyArray<unknown> = isNow ? result.value : yield result
      this.sink.text(from === 0 ? "[" : ",")
      if (isPlain || (roughSize(encoded, largest) < largest && !encoded.some(hasToJSON))) {
        const text = textOf(encoded)
        if (typeof text !== "string") return void (yield Effect.fail(text))
        yield* this.text(text.slice(1, -1))
      } else {
        for (let i = 0; i < encoded.length; i++) {
          if (i > 0) this.sink.text(",")
          yield* this.element(from + i, encoded[i])
        }
      }
      if (isNow) count = nextCount(count, batchSize, performance.now() - began)
      from = to
      yield
    }
    this.sink.text(length === 0 ? "[]" : "]")
  }

  // As an object's entry, so that a `toJSON` is given the key that it has in the array.
  private *element(index: number, element: unknown): Steps {
    const entry = { [index]: element }
    const begins = `{"${index}":`.length
    if (roughSize(element, largest) < largest) {
      const text = textOf(entry)
      if (typeof text !== "string") return void (yield Effect.fail(text))
      return yield* this.text(text === "{}" ? "null" : text.slice(begins, -1))
    }
    const isWithService = this.isWithService
    this.isWithService = true
    const { bytes }: { readonly bytes: Uint8Array } = yield Effect.mapError(
      this.serialization.serializeToBytes(entry),
      (error) => new Unwritable(error)
    )
    this.isWithService = isWithService
    if (bytes.length === 2) this.sink.text("null")
    else yield* this.bytes(Buffer.from(bytes.buffer, bytes.byteOffset + begins, bytes.length - begins - 1), true)
  }

  private *text(text: string): Steps {
    if (this.deferrals.isEmpty) return this.sink.text(text)
    for (const part of this.deferrals.split(text)) {
      if (typeof part === "string") this.sink.text(part)
      else yield* this.array(part)
    }
  }

  /** Gives back what may be the beginning of a token. */
  private *bytes(bytes: Buffer, isLast: boolean): Generator<Step, Buffer, any> {
    const { parts, rest } = this.deferrals.splitBytes(bytes, isLast)
    for (const part of parts) {
      if (Buffer.isBuffer(part)) this.sink.bytes(part)
      else yield* this.array(part)
    }
    return rest
  }
}

const nextCount = (count: number, most: number, milliseconds: number): number => {
  if (milliseconds > longest) return Math.max(1, count >> 1)
  return milliseconds < longest / 2 ? Math.min(count * 2, most) : count
}

// It is given its key, which in a batch is not the one that it has in the array.
const hasToJSON = (element: unknown): boolean => typeof element === "object" && element !== null && "toJSON" in element

const textOf = (value: unknown): string | Unwritable => {
  try {
    const text = stringify(value) as string | undefined
    return text ?? new Unwritable(undefined)
  } catch (thrown) {
    return new Unwritable(thrown)
  }
}
