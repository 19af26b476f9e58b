/**
 * `maxTokens` with `truncate: Shape`: what is shown is shared by size, and the finished text is counted. So the limit
 * is kept by the very text that is returned.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SerializationError } from "../../SerializationError.ts"
import type { Engine } from "../engine/engine.ts"
import { makeShaper, shapedOutcome } from "../engine/shapeCall.ts"
import { StepsJob } from "../engine/stepsJob.ts"
import { sizeLimitExceeded } from "../errors/serializationErrors.ts"
import { bytes, characters, type Meter } from "../limit/meter.ts"
import { type CountedText, passingLength, safeTokens, type TokenCounter } from "../limit/tokenMeter.ts"
import { searchTokens, shapeRule } from "../limit/tokenSearch.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import type { Shape } from "../options/shapeOptions.ts"
import type { Shaper } from "../shape/shaper.ts"
import type { Steps } from "../shape/steps.ts"
import type { Failure, Outcome, ShapedOutcome } from "../telemetry/outcome.ts"
import { realTimers } from "../turns/realTimers.ts"
import { PassingCount } from "./countedCalls.ts"
import { counterOf, failWith, type LimitedText, meterOf } from "./tokenCalls.ts"
import { failureIn, toldEnd } from "./toldEnds.ts"
import type { TokensAccess } from "./tokensAccess.ts"

/** The most code units that are written before they are counted. */
const partLength = 32_768

interface Part {
  readonly text: string
  readonly isLast: boolean
}

/** Something of everything within `maxTokens`, and `maxSize` beside it. */
export const shapedText = Effect.fnUntraced(function* (
  engine: Engine,
  access: TokensAccess,
  value: unknown,
  options: SerializeOptions & { readonly truncate: Shape },
  unit: Meter
): Effect.fn.Return<LimitedText, SerializationError> {
  const counter = yield* toldEnd(counterOf(access, options), engine.counters, options.label)
  const call = new ShapedCall(engine, counter, value, options, unit)
  return yield* call.decide
})

class ShapedCall {
  private readonly engine: Engine
  private readonly counter: TokenCounter
  private readonly value: unknown
  private readonly options: SerializeOptions & { readonly truncate: Shape }
  private readonly unit: Meter
  private readonly maxSize: number
  private readonly maxTokens: number
  private readonly began = realTimers.now()
  private shaper!: Shaper
  /** The beginning that has passed the limit. */
  private passed = ""
  held = 0
  longestHeld = 0

  constructor(
    engine: Engine,
    counter: TokenCounter,
    value: unknown,
    options: SerializeOptions & { readonly truncate: Shape },
    unit: Meter
  ) {
    this.engine = engine
    this.counter = counter
    this.value = value
    this.options = options
    this.unit = unit
    this.maxSize = options.maxSize ?? Infinity
    this.maxTokens = options.maxTokens!
  }

  readonly decide: Effect.Effect<LimitedText, SerializationError> = Effect.gen({ self: this }, function* () {
    this.shaper = yield* this.run(() => this.open())
    for (let patterns = 0; patterns <= this.shaper.patterns; patterns++) {
      this.shaper.drop(patterns)
      const whole = yield* this.whole
      if (whole !== undefined) return whole
    }
    return yield* this.shared
  }).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) return this.ended(exit.value, undefined)
        // Whether it was at work or being counted.
        if (Cause.hasInterruptsOnly(exit.cause)) return this.engine.counters.cancelled(this, this.options.label)
        this.ended(undefined, failureIn(exit.cause))
      })
    )
  );

  private *open(): Steps<Shaper> {
    // Where only tokens are limited, the text is the same in every output.
    const shaper = makeShaper(this.value, this.options, this.maxSize === Infinity ? characters : this.unit)
    yield* shaper.find()
    return shaper
  }

  /** All of it, if it is within the limits: written and counted until it ends or passes one. */
  private readonly whole: Effect.Effect<LimitedText | undefined, SerializationError> = Effect.gen(
    { self: this },
    function* () {
      const { maxSize, maxTokens, shaper } = this
      if (maxSize !== Infinity && !(yield* this.run(() => shaper.fits(maxSize)))) return undefined
      const passing = new PassingCount(this.counter, maxTokens)
      const enough = passingLength(maxTokens)
      const writer = shaper.writer("whole")
      let text = ""
      for (;;) {
        const rest = text.length < enough ? enough - text.length : Infinity
        const part = yield* this.run(() => nextPart(writer, Math.min(rest, partLength)))
        text += part.text
        // Nothing of what is dropped now was in it.
        if (text === this.passed) return undefined
        if ((yield* orOver(passing.add(part.text))) === over) {
          this.passed = text
          return undefined
        }
        if (!part.isLast) continue
        const count = yield* orOver(passing.end)
        return count === over ? undefined : this.limited(text, shapedOutcome(shaper), count)
      }
    }
  )

  private readonly shared: Effect.Effect<LimitedText, SerializationError> = Effect.gen({ self: this }, function* () {
    const { counter, maxSize, maxTokens, shaper, unit } = this
    const meter = meterOf(counter, maxTokens)
    const outcomes = new Map<string, ShapedOutcome>()
    const shown = (size: number) =>
      Effect.map(
        this.run(() => textWithin(shaper, Math.min(size, maxSize))),
        (text) => {
          if (text !== undefined) outcomes.set(text, shapedOutcome(shaper))
          return text
        }
      )
    const { best, tries } = yield* searchTokens(meter, shown, shapeRule(maxTokens), maxSize + 1)
    if (best !== undefined) return this.limited(best.text, outcomes.get(best.text)!, best.count, tries)
    // Each byte is a token at most; counted where that is not known of a tokenizer.
    const certain = meter.certainBytes ?? maxTokens
    if (unit !== bytes || maxSize === Infinity) shaper.measureIn(bytes)
    const text = yield* shown(certain)
    const count = text === undefined ? undefined : yield* meter.count(text)
    if (count === undefined || (meter.certainBytes === undefined && safeTokens(count) > maxTokens)) {
      return yield* sizeLimitExceeded(maxTokens, "tokens")
    }
    return this.limited(text!, outcomes.get(text!)!, count, tries + 1)
  })

  private limited(text: string, shaped: ShapedOutcome, count: CountedText | undefined, tries = 0): LimitedText {
    return { text, truncated: shaped.omittedCount > 0, path: this.isSync ? "sync" : "sliced", count, shaped, tries }
  }

  private get isSync(): boolean {
    return this.engine.isSync(this.options)
  }

  /** Does work in turns. */
  private run<A>(make: () => Steps<A>): Effect.Effect<A, SerializationError> {
    return Effect.callback<A, SerializationError>((resume) => {
      const job = new StepsJob<A>(make(), this.engine.budget, never, (job) => {
        this.held += job.held
        this.longestHeld = Math.max(this.longestHeld, job.longestHeld)
        if (job.isCancelled) return
        resume(job.error === undefined ? Effect.succeed(job.result as A) : failWith(job.error))
      })
      job.begin(this.isSync)
      return Effect.sync(() => job.cancel())
    })
  }

  private ended(limited: LimitedText | undefined, error: Failure | undefined): void {
    const { engine, held, longestHeld, options } = this
    const path = this.isSync ? "sync" : "sliced"
    const arm = this.isSync ? "none" : "offloop"
    const size = limited?.text.length ?? 0
    const truncated = limited?.truncated ?? false
    const told: Outcome = { error, truncated, path, arm, held, longestHeld, size, frames: 0, waited: 0 }
    engine.counters.shapes.tries += limited?.tries ?? 0
    engine.counters.ended({ ...told, shaped: limited?.shaped }, realTimers.now() - this.began, size, options.label)
  }
}

const never = (): boolean => false

const over = "over"

/** What a count gives, or that its limit was passed. */
const orOver = <A>(count: Effect.Effect<A, SerializationError>): Effect.Effect<A | typeof over, SerializationError> =>
  count.pipe(Effect.catch((error) => (isOverTokens(error) ? Effect.succeed<typeof over>(over) : Effect.fail(error))))

const isOverTokens = ({ reason }: SerializationError): boolean =>
  reason._tag === "SizeLimitExceeded" && reason.unit === "tokens"

function* nextPart(writer: ReturnType<Shaper["writer"]>, partLength: number): Steps<Part> {
  let text = ""
  for (;;) {
    const isLast = writer.steps.next().done === true
    text += writer.take()
    if (isLast || text.length >= partLength) return { text, isLast }
    yield
  }
}

function* textWithin(shaper: Shaper, limit: number): Steps<string | undefined> {
  const shown = yield* shaper.share(limit)
  if (shown === undefined) return undefined
  const writer = shaper.writer(shown)
  let text = ""
  for (;;) {
    const part: Part = yield* nextPart(writer, partLength)
    text += part.text
    if (part.isLast) return text
  }
}
