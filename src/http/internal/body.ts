/**
 * A stream of bytes becomes a body: in one piece while it is within the buffer, so that an error in it is still the program's to handle;
 * a longer one goes on as the stream that it is.
 */
import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { allocate } from "../../internal/output/sink.ts"
import { charged, isTurnOver, nextTurn } from "../../schema/internal/turn.ts"

/** What came of a stream. */
export type Body<E> =
  | { readonly _tag: "Chunks"; readonly chunks: Chunks; readonly length: number }
  | { readonly _tag: "Longer"; readonly stream: Stream.Stream<Uint8Array, E> }

export type Chunks = ReadonlyArray<Uint8Array>
type ChunkPull<E, R> = Effect.Effect<readonly [Uint8Array, ...Array<Uint8Array>], E | Cause.Done, R>

/**
 * Takes a stream until it ends or passes `buffer` bytes. What it holds is the request's, where there is one, and is released as soon as
 * the stream has ended.
 */
export const takeBody = <E, R>(stream: Stream.Stream<Uint8Array, E, R>, buffer: number): Effect.Effect<Body<E>, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<R>()
      const parent = Context.getOrUndefined(context as Context.Context<Scope.Scope>, Scope.Scope)
      const scope = parent === undefined ? yield* Scope.make() : yield* Scope.fork(parent)
      const exit = yield* Effect.exit(restore(take(stream, buffer, scope, context)))
      if (Exit.isFailure(exit) || exit.value._tag === "Chunks") yield* Scope.close(scope, exit)
      return yield* exit
    })
  )

/** The bytes of a stream, unless there are more than `buffer` of them. */
export const takeBytes = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number
): Effect.Effect<Uint8Array<ArrayBuffer> | undefined, E, R> =>
  Effect.scoped(
    Effect.flatMap(takeBody(stream, buffer), (body) =>
      body._tag === "Longer" ? Effect.undefined : join(body.chunks, body.length)
    )
  ) as Effect.Effect<Uint8Array<ArrayBuffer> | undefined, E, R>

const take = Effect.fnUntraced(function* <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number,
  scope: Scope.Closeable,
  context: Context.Context<R>
) {
  const pull = (yield* Scope.provide(Stream.toPull(stream), scope)) as ChunkPull<E, never>
  const taken: Array<Uint8Array> = []
  let length = 0
  const next: Effect.Effect<Chunks | undefined, E> = Pull.catchDone(pull, () => Effect.undefined)
  while (true) {
    const chunks = yield* next
    if (chunks === undefined) break
    for (const chunk of chunks) {
      length += chunk.length
      taken.push(chunk)
    }
    if (length > buffer) {
      const rest = Stream.fromPull(Effect.succeed(Effect.provideContext(pull, context)))
      const whole = Stream.concat(Stream.fromArray(taken), rest)
      const body: Body<E> = { _tag: "Longer", stream: Stream.onExit(whole, (exit) => Scope.close(scope, exit)) }
      return body
    }
  }
  const body: Body<E> = { _tag: "Chunks", chunks: taken, length }
  return body
})

/** Puts chunks together. In one go, 40 MB are a hold of 10 ms. */
export const join = Effect.fnUntraced(function* (chunks: Chunks, length: number) {
  if (chunks.length === 1) return chunks[0] as Uint8Array<ArrayBuffer>
  const bytes = allocate(length)
  let at = 0
  for (const chunk of chunks) {
    if (isTurnOver()) yield* nextTurn
    charged(() => bytes.set(chunk, at))
    at += chunk.length
  }
  return bytes
})
