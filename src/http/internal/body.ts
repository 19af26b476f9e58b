/**
 * A stream of bytes becomes a body: whole while it is within the buffer, so that an error in it is still the program's to handle; a longer
 * one goes on as the stream that it is.
 */
import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isTurnOver, nextTurn } from "../../schema/internal/turn.ts"
import { type Chunks, ownPieces } from "./chunks.ts"
import { Gathered } from "./gathered.ts"
import { Joined, type Taken } from "./taken.ts"

/** What came of a stream. */
export type Body<E> =
  | { readonly _tag: "Bytes"; readonly chunks: Chunks }
  | { readonly _tag: "Longer"; readonly stream: Stream.Stream<Uint8Array, E> }

type ChunkPull<E, R> = Effect.Effect<readonly [Uint8Array, ...Array<Uint8Array>], E | Cause.Done, R>

/**
 * Takes a stream until it ends or passes `buffer` bytes. What it holds is the request's, where there is one, and is released as soon as
 * the stream has ended.
 */
export const takeBody = <E, R>(stream: Stream.Stream<Uint8Array, E, R>, buffer: number): Effect.Effect<Body<E>, E, R> =>
  Effect.contextWith((context: Context.Context<R>) =>
    take(stream, buffer, isWrittenByNode(context) ? new Gathered() : new Joined())
  )

/** The bytes of a stream in one piece, unless there are more than `buffer` of them. */
export const takeBytes = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number
): Effect.Effect<Uint8Array | undefined, E, R> => {
  const taken = Effect.suspend(() => take(stream, buffer, new Joined())).pipe(
    Effect.map((body) => (body._tag === "Bytes" ? body.chunks[0] : undefined))
  )
  return Effect.scoped(taken) as typeof taken
}

/** What is a web request is answered with a web response, whose body takes no chunks and no memory of ours. */
const isWrittenByNode = (context: Context.Context<never>): boolean => {
  const request = Context.getOrUndefined(context as Context.Context<HttpServerRequest>, HttpServerRequest)
  return request !== undefined && !(request.source instanceof Request)
}

const take = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number,
  taken: Taken
): Effect.Effect<Body<E>, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<R>()
      const parent = Context.getOrUndefined(context as Context.Context<Scope.Scope>, Scope.Scope)
      const scope = parent === undefined ? yield* Scope.make() : yield* Scope.fork(parent)
      const exit = yield* Effect.exit(restore(takeIn(stream, buffer, taken, scope, context)))
      if (Exit.isFailure(exit) || exit.value._tag === "Bytes") yield* Scope.close(scope, exit)
      return yield* exit
    })
  )

const takeIn = Effect.fnUntraced(function* <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number,
  taken: Taken,
  scope: Scope.Closeable,
  context: Context.Context<R>
) {
  const pull = (yield* Scope.provide(Stream.toPull(stream), scope)) as ChunkPull<E, never>
  const next = Pull.catchDone(pull, () => Effect.undefined)
  while (true) {
    const chunks = yield* next
    if (chunks === undefined) break
    for (const chunk of chunks) {
      taken.add(chunk)
      if (isTurnOver()) yield* nextTurn
    }
    if (taken.length > buffer) {
      const rest = Stream.fromPull(Effect.succeed(Effect.provideContext(pull, context)))
      const whole = Stream.concat(ownPieces(yield* taken.end), rest)
      const body: Body<E> = { _tag: "Longer", stream: Stream.onExit(whole, (exit) => Scope.close(scope, exit)) }
      return body
    }
  }
  const body: Body<E> = { _tag: "Bytes", chunks: yield* taken.end }
  return body
})
