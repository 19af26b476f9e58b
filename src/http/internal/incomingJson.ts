/**
 * The JSON body of a message, parsed while it arrives.
 */
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { parse, type ParseOptions } from "../../parse/Parse.ts"
import { isParseError, type ParseError } from "../../parse/ParseError.ts"
import { ParseSettings } from "../../parse/ParseSettings.ts"

type Message<E> = HttpIncomingMessage.HttpIncomingMessage<E>
type Json<E> = Effect.Effect<Schema.Json, E>

/** What is told where a body can not be given. */
export interface Failure {
  readonly cause?: ParseError
  readonly description?: string
}

/**
 * What a body may be, besides JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface BodyParseOptions extends Pick<ParseOptions, "maxDepth" | "dangerousKeys" | "invalidUtf8"> {}

/** One body, however many requests or responses stand for it. */
export class IncomingJson<E> {
  private readonly fail: (failure: Failure) => E
  private readonly isNullWhenEmpty: boolean
  /** Undefined where a small body may be parsed by the message itself, which knows no options. */
  private readonly options: BodyParseOptions | undefined
  private isBuffered = false
  private parsed: Json<E> | undefined

  /** `isNullWhenEmpty`: whether an empty body of a web `Request` or `Response` is `null`, or an error. */
  constructor(fail: (failure: Failure) => E, isNullWhenEmpty: boolean, options?: BodyParseOptions) {
    this.fail = fail
    this.isNullWhenEmpty = isNullWhenEmpty
    this.options = options
  }

  /** What stands in the place of a message's own getters. The message itself is never changed. */
  gettersFor(message: Message<E>): PropertyDescriptorMap {
    const buffered = <A>(read: () => Effect.Effect<A, E>): PropertyDescriptor => ({ get: () => this.whole(read) })
    return {
      json: { get: () => this.json(message) },
      text: buffered(() => message.text),
      arrayBuffer: buffered(() => message.arrayBuffer),
      urlParamsBody: buffered(() => message.urlParamsBody)
    }
  }

  /** Reads all of a body into memory, as the message does by itself. */
  private whole<A>(read: () => Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      if (this.parsed !== undefined) return Effect.fail(this.fail({ description: notKept }))
      this.isBuffered = true
      return read()
    })
  }

  private json(message: Message<E>): Json<E> {
    return Effect.withFiber((fiber) => {
      if (this.parsed !== undefined) return this.parsed
      const { directSize } = fiber.getRef(ParseSettings)
      if (this.isBuffered) return this.ofBuffer(message, directSize)
      if (isSmall(message, directSize)) {
        this.isBuffered = true
        return this.options === undefined ? message.json : this.ofBuffer(message, directSize)
      }
      const maxBytes = fiber.getRef(HttpIncomingMessage.MaxBodySize)
      this.parsed = Effect.runSync(Effect.cached(this.ofStream(message, maxBytes && Number(maxBytes))))
      return this.parsed
    })
  }

  private ofBuffer(message: Message<E>, directSize: number): Json<E> {
    return Effect.flatMap(message.arrayBuffer, (buffer) => {
      // What an empty body is, the message knows.
      const isOwn = buffer.byteLength === 0 || (this.options === undefined && buffer.byteLength <= directSize)
      if (isOwn) return message.json
      return Effect.mapError(parse(new Uint8Array(buffer), this.options), (cause) => this.fail({ cause })) as Json<E>
    })
  }

  private ofStream(message: Message<E>, maxBytes: number | undefined): Json<E> {
    return Effect.suspend(() => {
      let isEmpty = true
      const chunks = Stream.mapArray(message.stream, (chunks) => {
        isEmpty &&= chunks.every((chunk) => chunk.length === 0)
        return chunks
      })
      return (parse(chunks, { ...this.options, maxBytes }) as Effect.Effect<Schema.Json, ParseError | E>).pipe(
        Effect.matchEffect({
          onSuccess: Effect.succeed,
          onFailure: (error) => {
            const known = isParseError(error) ? this.fail({ cause: error }) : error
            if (!isEmpty) return Effect.fail(known)
            const isNothing = isParseError(error) && error.reason._tag === "InvalidJson"
            return this.ofNothing(
              message,
              isNothing && this.isNullWhenEmpty ? Effect.succeed(null) : Effect.fail(known)
            )
          }
        }),
        // The stream of a web message is locked where somebody has read it.
        Effect.catchDefect((defect) => (isEmpty ? this.ofNothing(message, Effect.die(defect)) : Effect.die(defect)))
      )
    })
  }

  /** Nothing came: an empty body is what it is to the message itself, and one that somebody has read before is kept there. */
  private ofNothing(message: Message<E>, otherwise: Json<E>): Json<E> {
    return Effect.matchEffect(message.text, { onSuccess: () => message.json, onFailure: () => otherwise })
  }
}

const notKept = "the body was parsed while it arrived, and is not kept: read it as text before its json"

/** A body whose length is known to be that of its text, and is small. */
const isSmall = ({ headers }: Message<unknown>, directSize: number): boolean => {
  const length = headers["content-length"]
  return length !== undefined && headers["content-encoding"] === undefined && Number(length) <= directSize
}
