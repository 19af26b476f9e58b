/**
 * One span for each call at or above the threshold, where somebody traces.
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

/** Makes the span of a call. `outcome` is undefined where its caller has stopped it. */
export const recordSpan = (
  fiber: AnyFiber,
  name: string,
  start: bigint | undefined,
  outcome: Outcome | undefined,
  label: string | undefined
): void => {
  const { span: parent, tracer } = fiber.cache
  if (start === undefined || tracer === undefined || outcome?.arm === "none") return
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
  span.end(now(fiber), exitOf(outcome))
}

const exitOf = (outcome: Outcome | undefined): Exit.Exit<void, unknown> => {
  if (outcome === undefined) return Exit.interrupt()
  const { error } = outcome
  if (error === undefined) return Exit.void
  return error instanceof Defect ? Exit.die(error.thrown) : Exit.fail(error)
}

const now = (fiber: AnyFiber): bigint => fiber.getRef(Clock.Clock).currentTimeNanosUnsafe()
