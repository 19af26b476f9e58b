/**
 * JSON text as a value: a part of a document that is serialized already, and goes into another document as it is.
 *
 * A fragment stands anywhere in a value. Its text is copied, not made again, so a large document of which little has
 * changed costs little: a transcript of two thousand messages with five new ones costs the five.
 *
 * **Example** (A document of parts)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Fragment, Serialization, SerializationLive } from "effect-serialization"
 *
 * const program = Effect.gen(function* () {
 *   const json = yield* Serialization
 *   const message = yield* Fragment.from({ role: "user", text: "hello" })
 *   const { serialized } = yield* json.serialize({ messages: [message, message] })
 *   return serialized
 * })
 *
 * const text = await Effect.runPromise(program.pipe(Effect.provide(SerializationLive)))
 * text // => '{"messages":[{"role":"user","text":"hello"},{"role":"user","text":"hello"}]}'
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JsonCheck } from "./internal/fragment/checkJson.ts"
import { lengthOf, Literal, LiteralReader, type LiteralText } from "./internal/fragment/literal.ts"
import type { SerializeOptions } from "./internal/options/callOptions.ts"
import { inTurns } from "./internal/turns/stepsInTurns.ts"
import { Serialization } from "./Serialization.ts"
import type { SerializationError } from "./SerializationError.ts"

/**
 * A text that was to become a fragment is no JSON.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidFragment extends Schema.TaggedError<InvalidFragment>("effect-serialization/InvalidFragment")(
  "InvalidFragment",
  {
    /** Where the text ceases to be JSON, in UTF-16 code units. */
    offset: Schema.Number
  }
) {
  override get message(): string {
    return `The text is no JSON at offset ${this.offset}. Give \`fromText\` one whole JSON value in UTF-8, without a byte order mark`
  }
}

/**
 * JSON text as a value.
 *
 * **Details**
 *
 * A fragment is known by a private brand: parsed data can never be one. It cannot be changed. `toJSON` gives its value,
 * so that `JSON.stringify` and other libraries print the same, at the price of parsing it.
 *
 * With `space`, a `replacer`, or `truncate`, its value counts and not its text, since the text has to be indented,
 * filtered or cut: then what `JSON.parse` gives for it is made in turns, and takes its memory until the call has ended.
 * A shape and `preview` parse it in one go, which holds the event loop.
 *
 * **Gotchas**
 *
 * The text goes out as it is: numbers that no double holds, keys that look like indexes and stand out of order, and
 * white space stay what they are. With `routing: "sync"`, and in the control arm of a rollout, `JSON.stringify` prints
 * its value instead.
 *
 * @category models
 * @since 0.1.0
 */
export class Fragment extends Literal {
  /** Length of the text: bytes, or UTF-16 code units of a string. */
  readonly size: number

  private constructor(text: LiteralText) {
    super(text)
    this.size = lengthOf(text)
    Object.freeze(this)
  }

  /** The value of the text, by `JSON.parse`. */
  toJSON(): unknown {
    return JSON.parse(Literal.stringOf(this))
  }

  /**
   * Returns `true` if the value is a fragment.
   *
   * @category guards
   * @since 0.1.0
   */
  static isFragment(u: unknown): u is Fragment {
    return Literal.is(u)
  }

  /**
   * Serializes a value to a fragment.
   *
   * @category constructors
   * @since 0.1.0
   */
  static from(value: unknown, options?: SerializeOptions): Effect.Effect<Fragment, SerializationError, Serialization> {
    return Effect.flatMap(Serialization, (json) =>
      Effect.map(json.serializeToBytes(value, options), ({ bytes }) => new Fragment([bytes]))
    )
  }

  /**
   * Makes a fragment of a text from outside, which is checked in slices. Bytes have to be UTF-8, and must not be
   * written to any more.
   *
   * **Example** (A column of a database)
   *
   * ```ts
   * import { Effect } from "effect"
   * import { Fragment } from "effect-serialization"
   *
   * const row = await Effect.runPromise(Fragment.fromText('{"id":1.0}'))
   * row.size // => 10
   * const error = await Effect.runPromise(Effect.flip(Fragment.fromText("{id:1}")))
   * error.offset // => 1
   * ```
   *
   * @category constructors
   * @since 0.1.0
   */
  static fromText(text: string | Uint8Array): Effect.Effect<Fragment, InvalidFragment> {
    return Effect.suspend(() => {
      const fragment = Fragment.fromTextUnsafe(text)
      const check = new JsonCheck()
      const pieces = new Checked(fragment)
      return Effect.flatMap(
        inTurns(() => pieces.step(check)),
        (isJson) => (isJson ? Effect.succeed(fragment) : Effect.fail(new InvalidFragment({ offset: check.offset })))
      )
    })
  }

  /**
   * Makes a fragment of a text that is known to be one JSON value. Nothing is checked: what is no JSON makes every
   * document that it stands in no JSON either. Bytes may come in parts, cut anywhere.
   *
   * @category constructors
   * @since 0.1.0
   */
  static fromTextUnsafe(text: string | Uint8Array | ReadonlyArray<Uint8Array>): Fragment {
    return new Fragment(text instanceof Uint8Array ? [text] : text)
  }
}

/** Feeds a check piece by piece. */
class Checked {
  private readonly reader: LiteralReader
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true })

  constructor(fragment: Fragment) {
    this.reader = new LiteralReader(fragment, true, 0)
  }

  /** Whether it is JSON, once that is known. */
  step(check: JsonCheck): boolean | undefined {
    if (this.reader.isDone) return this.feed(check, undefined) && check.end()
    return this.feed(check, this.reader.next()) ? undefined : false
  }

  private feed(check: JsonCheck, piece: string | Uint8Array | undefined): boolean {
    if (typeof piece === "string") return check.feed(piece)
    try {
      return check.feed(piece === undefined ? this.decoder.decode() : this.decoder.decode(piece, { stream: true }))
    } catch {
      return false // no UTF-8
    }
  }
}
