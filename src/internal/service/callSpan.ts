/**
 * One span for each call at or above the threshold, or whose tokens are counted, where somebody traces.
 *
 * Only at its end is it known whether a call gets a span. So the span is made then, with the time at which the call
 * began. Without a tracer of the program's own a call pays for one read of a field. `Effect.withSpan` would cost it 5
 * microseconds.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Defect, type Outcome } from "../telemetry/outcome.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** What a call needs to keep until its end, or undefined where nobody traces. */
export const spanStart = (fiber: AnyFiber): bigint | undefined =>
  fiber.cache.tracer === undefined || !fiber.cache.tracerEnabled ? undefined : now(fiber)

export const spanName = (method: string): string => `Serialization.${method}`

/** How a call has ended whose text was counted. */
export interface CountedEnd {
  /** With what it failed; undefined where it did not, or as its outcome says. */
  readonly failure: Exit.Failure<unknown, unknown> | undefined
  /** Undefined where nothing was counted. */
  readonly tokens: number | undefined
}

/** Makes the span of a call. `outcome` is undefined where its caller has stopped it. */
export const recordSpan = (
  fiber: AnyFiber,
  name: string,
  start: bigint | undefined,
  outcome: Outcome | undefined,
  label: string | undefined,
  counted?: CountedEnd
): void => {
  const { span: parent, tracer } = fiber.cache
  if (start === undefined || tracer === undefined) return
  // Counting costs far more than a span.
  const isCounted = counted?.tokens !== undefined || counted?.failure !== undefined
  if (outcome?.arm === "none" && !isCounted) return
  const span = tracer.span({
    name,
    parent: Option.fromUndefinedOr(parent),
    annotations: Context.empty(),
    links: [],
    startTime: start,
    kind: "internal",
    root: false,
    sampled: parent?.sampled ?? true
  })
  if (label !== undefined) span.attribute("serialization.label", label)
  if (outcome !== undefined) {
    span.attribute("serialization.path", outcome.path)
    span.attribute("serialization.arm", outcome.arm)
    span.attribute("serialization.size", outcome.size)
    span.attribute("serialization.frames", outcome.frames)
    span.attribute("serialization.queue_wait_ms", outcome.waited)
    span.attribute("serialization.hold_max_ms", outcome.longestHeld)
    span.attribute("serialization.truncated", outcome.truncated)
    if (outcome.shaped !== undefined) span.attribute("serialization.omitted", outcome.shaped.omittedCount)
  }
  if (counted?.tokens !== undefined) span.attribute("serialization.tokens", counted.tokens)
  span.end(now(fiber), counted?.failure ?? exitOf(outcome))
}

const exitOf = (outcome: Outcome | undefined): Exit.Exit<void, unknown> => {
  if (outcome === undefined) return Exit.interrupt()
  const { error } = outcome
  if (error === undefined) return Exit.void
  return error instanceof Defect ? Exit.die(error.thrown) : Exit.fail(error)
}

const now = (fiber: AnyFiber): bigint => fiber.getRef(Clock.Clock).currentTimeNanosUnsafe()
