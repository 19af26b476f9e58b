/**
 * What is kept of a call until its end: its metrics, and one span above the direct path where somebody traces.
 *
 * Without a tracer of the program's own a call pays for one read of a field; `Effect.withSpan` would cost it 5
 * microseconds.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import { isParseError } from "../ParseError.ts"
import { type Counters, countersOf } from "./metrics.ts"
import { now } from "./natives.ts"

export type AnyFiber = Fiber.Fiber<unknown, unknown>

export class CallRecord {
  /** Units that were read, and the longest time for which the loop was held. */
  units = 0
  longestHeld = 0
  isDirect = false
  private readonly fiber: AnyFiber
  private readonly name: string
  private readonly counters: Counters
  private readonly began = now()
  private readonly spanBegan: bigint | undefined
  private hasEnded = false

  constructor(fiber: AnyFiber, name: string) {
    this.fiber = fiber
    this.name = name
    this.counters = countersOf(fiber.getRef(Metric.MetricRegistry))
    this.spanBegan = fiber.cache.tracer === undefined || !fiber.cache.tracerEnabled ? undefined : this.time()
  }

  /** The call has ended at a time of the clock, with an error if one is given. */
  end(error?: unknown, at = now()): void {
    if (this.hasEnded) return
    this.hasEnded = true
    const reason = error !== undefined && isParseError(error) ? error.reason._tag : undefined
    this.counters.add(this.units, at - this.began, this.isDirect, reason)
    if (this.spanBegan !== undefined) this.record(error === undefined ? Exit.void : Exit.fail(error))
  }

  /** Its caller has stopped the call, if it has not ended. */
  interrupt(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    if (this.spanBegan !== undefined) this.record(Exit.interrupt())
  }

  private record(exit: Exit.Exit<void, unknown>): void {
    const { span: parent, tracer } = this.fiber.cache
    if (tracer === undefined || this.isDirect) return
    const span = tracer.span({
      name: this.name,
      parent: Option.fromUndefinedOr(parent),
      annotations: Context.empty(),
      links: [],
      startTime: this.spanBegan!,
      kind: "internal",
      root: false,
      sampled: parent?.sampled ?? true
    })
    span.attribute("parse.size", this.units)
    span.attribute("parse.hold_max_ms", this.longestHeld)
    span.end(this.time(), exit)
  }

  private time(): bigint {
    return this.fiber.getRef(Clock.Clock).currentTimeNanosUnsafe()
  }
}
