/**
 * A text as the cache keeps it: bytes in parts, their length and their digest. It never changes.
 */
import { createHash } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Serialization, SerializeOptions } from "../../Serialization.ts"
import type { SerializationError } from "../../SerializationError.ts"
import { allocate } from "../../internal/output/utf8.ts"
import { inTurns } from "../../internal/turns/stepsInTurns.ts"
import { parse } from "../../parse/Parse.ts"

/** The largest part. Reading, writing and hashing one are the longest steps that the cache takes: about 0.1 ms. */
export const partSize = 256 * 1024

export interface Content {
  readonly kind: "value" | "failure"
  readonly parts: ReadonlyArray<Uint8Array>
  readonly size: number
  readonly etag: string
  readonly truncated: boolean
}

/** Gathers parts and their digest, as they come. */
export class ContentBuilder {
  private readonly parts: Array<Uint8Array> = []
  private readonly hash = createHash("sha256")
  private size = 0

  add(part: Uint8Array): void {
    this.parts.push(part)
    this.hash.update(part)
    this.size += part.length
  }

  finish(kind: Content["kind"], truncated: boolean): Content {
    return { kind, parts: this.parts, size: this.size, etag: `"${this.hash.digest("base64url")}"`, truncated }
  }
}

/**
 * Serializes a value into parts. Each is hashed when it is made, so no step holds the loop longer than the engine does.
 */
export const serializeContent = (
  serialization: Serialization["Service"],
  value: unknown,
  options: SerializeOptions | undefined,
  kind: Content["kind"] = "value"
): Effect.Effect<Content, SerializationError> =>
  Effect.suspend(() => {
    const builder = new ContentBuilder()
    let truncated = false
    const onEnd = (summary: { readonly truncated: boolean }) => {
      truncated = summary.truncated
    }
    return serialization.stream(value, { ...options, chunkSize: partSize, onEnd }).pipe(
      Stream.runForEachArray((parts) =>
        Effect.sync(() => {
          for (const part of parts) builder.add(part)
        })
      ),
      Effect.map(() => builder.finish(kind, truncated))
    )
  })

/** The text in one piece of memory that is the caller's. Copied in turns where there is more than one part. */
export const bytesOf = ({ parts, size }: Content): Effect.Effect<Uint8Array<ArrayBuffer>> => {
  if (parts.length === 1) return Effect.sync(() => new Uint8Array(parts[0]!))
  return Effect.suspend(() => {
    const bytes = allocate(size)
    let copied = 0
    let i = 0
    return inTurns(() => {
      const part = parts[i++]!
      bytes.set(part, copied)
      copied += part.length
      return i === parts.length ? bytes : undefined
    })
  })
}

/**
 * The text as a string. Decoded in turns where there is more than one part; V8 joins the pieces when it is first read.
 */
export const textOf = ({ parts }: Content): Effect.Effect<string> => {
  if (parts.length === 1) return Effect.sync(() => decode(parts[0]!))
  return Effect.suspend(() => {
    // A part may end within a character.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
    let text = ""
    let i = 0
    return inTurns(() => {
      text += decoder.decode(parts[i++]!, { stream: i < parts.length })
      return i === parts.length ? text : undefined
    })
  })
}

/**
 * The parts one by one, each in a turn of its own. All at once they would be written in one: the kernel takes what a
 * fast reader fetches without a wait, and that turn was a hundred milliseconds long with 20 MB.
 */
export const streamOf = ({ parts }: Content): Stream.Stream<Uint8Array> =>
  Stream.fromPull(
    Effect.sync(() => {
      let i = 0
      const next = (): readonly [Uint8Array] => [parts[i++]!]
      return Effect.suspend(() =>
        i === parts.length ? Cause.done() : i === 0 ? Effect.succeed(next()) : inTurns(next)
      )
    })
  )

const wholeDecoder = new TextDecoder("utf-8", { ignoreBOM: true })
const decode = (bytes: Uint8Array): string => wholeDecoder.decode(bytes)

/**
 * The value, parsed from the parts in turns of the event loop. A text of the cache is JSON: that it is none is a
 * defect.
 */
export const valueOf = ({ parts }: Content): Effect.Effect<unknown> => Effect.orDie(parse(parts))
