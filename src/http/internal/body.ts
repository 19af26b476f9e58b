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
import { BytesSink } from "../../internal/output/bytesSink.ts"
import { charged, isTurnOver, nextTurn } from "../../schema/internal/turn.ts"

/** What came of a stream. */
export type Body<E> =
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "Longer"; readonly stream: Stream.Stream<Uint8Array, E> }

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
      if (Exit.isFailure(exit) || exit.value._tag === "Bytes") yield* Scope.close(scope, exit)
      return yield* exit
    })
  )

/** The bytes of a stream, unless there are more than `buffer` of them. */
export const takeBytes = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number
): Effect.Effect<Uint8Array | undefined, E, R> => {
  const taken = Effect.map(takeBody(stream, buffer), (body) => (body._tag === "Bytes" ? body.bytes : undefined))
  return Effect.scoped(taken) as typeof taken
}

const take = Effect.fnUntraced(function* <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>,
  buffer: number,
  scope: Scope.Closeable,
  context: Context.Context<R>
) {
  const pull = (yield* Scope.provide(Stream.toPull(stream), scope)) as ChunkPull<E, never>
  const next = Pull.catchDone(pull, () => Effect.undefined)
  const taken = new Taken()
  while (true) {
    const chunks = yield* next
    if (chunks === undefined) break
    for (const chunk of chunks) {
      taken.add(chunk)
      if (isTurnOver()) yield* nextTurn
    }
    if (taken.length > buffer) {
      const rest = Stream.fromPull(Effect.succeed(Effect.provideContext(pull, context)))
      const whole = Stream.concat(Stream.succeed(yield* taken.bytes), rest)
      const body: Body<E> = { _tag: "Longer", stream: Stream.onExit(whole, (exit) => Scope.close(scope, exit)) }
      return body
    }
  }
  const body: Body<E> = { _tag: "Bytes", bytes: yield* taken.bytes }
  return body
})

/**
 * Bytes that were taken so far. They are copied: the chunks of a large body, kept, bring full garbage collections about (see
 * `output/bytesSink.ts`).
 */
class Taken {
  length = 0
  private first: Uint8Array | undefined = undefined
  private sink: BytesSink | undefined = undefined

  add(chunk: Uint8Array): void {
    this.length += chunk.length
    if (this.first === undefined) {
      this.first = chunk
      return
    }
    charged(() => {
      if (this.sink === undefined) {
        this.sink = new BytesSink()
        this.sink.bytes(this.first!)
      }
      this.sink.bytes(chunk)
    })
  }

  /** All of them, put together in turns: in one go, 40 MB are a hold of 10 ms. */
  get bytes(): Effect.Effect<Uint8Array> {
    const { sink } = this
    if (sink === undefined) return Effect.succeed(this.first ?? new Uint8Array(0))
    const finish: Effect.Effect<Uint8Array> = Effect.suspend(() => {
      while (charged(() => sink.finish())) {
        if (isTurnOver()) return Effect.andThen(nextTurn, finish)
      }
      return Effect.succeed(sink.result)
    })
    return finish
  }
}
