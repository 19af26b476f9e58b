/**
 * Spans of calls that are too short to have one where nobody traces: the stack that Effect takes for each costs more
 * than all else that they do.
 */
import * as Effect from "effect/Effect"

/** Runs a call in a span, if the program has a tracer of its own. Its attributes are made only then. */
export const withSpanIfTraced = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  name: string,
  attributes?: () => Record<string, unknown>
): Effect.Effect<A, E, R> =>
  Effect.withFiber(({ cache: { tracer } }) =>
    tracer === undefined ? self : Effect.withSpan(self, name, { attributes: attributes?.() })
  ) as Effect.Effect<A, E, R>

/** Tells the span of {@link withSpanIfTraced} more. Where there is none, that of the caller is left alone. */
export const annotateIfTraced = (attributes: () => Record<string, unknown>): Effect.Effect<void> =>
  Effect.withFiber(({ cache: { tracer } }) =>
    tracer === undefined ? Effect.void : Effect.annotateCurrentSpan(attributes())
  )
