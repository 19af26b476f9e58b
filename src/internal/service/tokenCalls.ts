/**
 * Calls with `maxTokens`: the text is made as always, and counted beside it.
 *
 * What is shortened is held until that is decided, by counts of whole texts alone (`limit/tokenSearch.ts`).
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { SerializationError } from "../../SerializationError.ts"
import type { Engine } from "../engine/engine.ts"
import { sizeLimitExceeded, tokensFailed, userCodeFailed } from "../errors/serializationErrors.ts"
import { bytes, characters, type Meter } from "../limit/meter.ts"
import { OpenStack } from "../limit/openBrackets.ts"
import { type CountedText, openEnd, safeTokens, type TokenCounter, type TokenMeter } from "../limit/tokenMeter.ts"
import { type Fitting, prefixRule, searchTokens } from "../limit/tokenSearch.ts"
import { truncate } from "../limit/truncateText.ts"
import type { SerializationPath, SerializeOptions } from "../options/callOptions.ts"
import { type Arguments, readArguments } from "../options/stringifyArguments.ts"
import { Defect, type Failure, type ShapedOutcome } from "../telemetry/outcome.ts"
import { HeldReader } from "./heldReader.ts"
import { cancelledOnce, failedOnce, toldEnd } from "./toldEnds.ts"
import type { TokensAccess } from "./tokensAccess.ts"

/** A text within its limits. */
export interface LimitedText {
  readonly text: string
  readonly truncated: boolean
  readonly path: SerializationPath
  /** Undefined where the bytes alone show that it fits. */
  readonly count: CountedText | undefined
  /** What was left out, where the call asked for a shape. */
  readonly shaped?: ShapedOutcome
  /** Texts that were made and counted to find this one, where the call asked for a shape. */
  readonly tries?: number
}

/** How much further a text is read that has not passed the limit yet. */
const growth = 1.5

export const failWith = (error: Failure): Effect.Effect<never, SerializationError> =>
  error instanceof Defect ? Effect.die(error.thrown) : Effect.fail(error)

/** The beginning of a text that fits, `truncate: true`. */
export const shortenedText = Effect.fnUntraced(function* (
  engine: Engine,
  access: TokensAccess,
  value: unknown,
  options: SerializeOptions,
  unit: Meter
): Effect.fn.Return<LimitedText, SerializationError> {
  const args = yield* argumentsOf(options)
  const { counters } = engine
  const counter = yield* toldEnd(counterOf(access, options), counters, options.label)
  const meter = meterOf(counter, options.maxTokens!)
  const reader = new HeldReader(engine, value, { ...options, ...args.given, maxSize: undefined, truncate: undefined })
  const text = new Shortening(reader, meter, args.gap, options.maxSize ?? Infinity, unit)
  return yield* Effect.onExit(text.decide, (exit) =>
    Effect.sync(() => {
      if (Exit.isSuccess(exit)) reader.enough()
      else if (Cause.hasInterruptsOnly(exit.cause)) cancelledOnce(counters, options.label, () => reader.cancel())
      // An error that came next in the text is counted already.
      else if (reader.outcome?.error === undefined) failedOnce(counters, exit.cause, () => reader.cancel())
    })
  )
})

class Shortening {
  private readonly reader: HeldReader
  private readonly meter: TokenMeter
  private readonly gap: string
  private readonly maxSize: number
  private readonly unit: Meter

  constructor(reader: HeldReader, meter: TokenMeter, gap: string, maxSize: number, unit: Meter) {
    this.reader = reader
    this.meter = meter
    this.gap = gap
    this.maxSize = maxSize
    this.unit = unit
  }

  readonly decide: Effect.Effect<LimitedText, SerializationError> = Effect.gen({ self: this }, function* () {
    const { maxTokens } = this.meter
    const whole = yield* this.whole
    if (whole !== undefined) return whole
    const { best } = yield* searchTokens(
      this.meter,
      (size) => this.shortened(size),
      prefixRule(maxTokens),
      this.reader.outcome === undefined ? Infinity : this.reader.text.length
    )
    const { count, text } = best ?? (yield* this.certain)
    return { text, truncated: true, path: this.reader.path, count }
  })

  /** The whole text, if it ends within the limits. Reads it until it does, or is certain not to. */
  private readonly whole: Effect.Effect<LimitedText | undefined, SerializationError> = Effect.gen(
    { self: this },
    function* () {
      const { maxSize, meter, reader, unit } = this
      const { certainBytes = 0, maxTokens } = meter
      for (let wanted = 3 * maxTokens; ; wanted = Math.ceil(wanted * growth) + openEnd) {
        yield* reader.readBeyond(wanted)
        const { outcome, text } = reader
        if (unit.size(text) > maxSize) return undefined
        if (outcome !== undefined && outcome.error === undefined) {
          const isCertain = Buffer.byteLength(text) <= certainBytes
          const count = isCertain ? undefined : yield* meter.count(text)
          if (count !== undefined && safeTokens(count) > maxTokens) return undefined
          return { text, truncated: false, path: outcome.path, count }
        }
        const tokens = safeTokens(yield* meter.count(text))
        if (outcome?.error !== undefined) return tokens > maxTokens ? undefined : yield* failWith(outcome.error)
        // A text that goes on may come to a little less than its beginning, whose last word is not over.
        if (tokens - openEnd > maxTokens) return undefined
      }
    }
  )

  /** The text at a limit of so many code units, that of `maxSize` beside it. */
  private shortened(size: number): Effect.Effect<string | undefined, SerializationError> {
    const { gap, maxSize, reader, unit } = this
    const length = unit === characters ? Math.min(size, maxSize) : size
    return Effect.map(reader.readBeyond(length), () => {
      const text = cut(reader, gap, characters, length)
      if (text === undefined || unit.size(text) <= maxSize) return text
      return cut(reader, gap, unit, maxSize)
    })
  }

  /** What fits for certain, as each byte is a token at most; counted where that is not known of a tokenizer. */
  private readonly certain: Effect.Effect<Fitting, SerializationError> = Effect.gen({ self: this }, function* () {
    const { gap, maxSize, meter, reader, unit } = this
    const { certainBytes, maxTokens } = meter
    const certain = certainBytes ?? maxTokens
    yield* reader.readBeyond(certain)
    const text = cut(reader, gap, bytes, unit === bytes ? Math.min(certain, maxSize) : certain)
    const fitting = text === undefined || unit.size(text) > maxSize ? undefined : text
    const count = fitting === undefined ? undefined : yield* meter.count(fitting)
    if (count === undefined || (certainBytes === undefined && safeTokens(count) > maxTokens)) {
      return yield* sizeLimitExceeded(maxTokens, "tokens")
    }
    return { text: fitting!, count }
  })
}

/** The text at a limit. What was read is longer than it, or whole; before an error it may be neither. */
const cut = ({ outcome, text }: HeldReader, gap: string, unit: Meter, limit: number): string | undefined => {
  if (outcome?.error !== undefined && unit.size(text) <= limit) return undefined
  return unit.size(text) <= limit ? text : truncate(text, new OpenStack(gap, unit), limit)
}

export const counterOf = (
  access: TokensAccess,
  { model }: SerializeOptions
): Effect.Effect<TokenCounter, SerializationError> => Effect.mapError(access.counter(model), tokensFailed)

export const meterOf = ({ count, perByte }: TokenCounter, maxTokens: number): TokenMeter => ({
  maxTokens,
  certainBytes: perByte === undefined ? undefined : Math.floor(maxTokens / perByte),
  count: (text) => Effect.mapError(count(text), tokensFailed)
})

// Read once: an odd `space` or list of names runs code of the user's.
const argumentsOf = (
  options: SerializeOptions
): Effect.Effect<
  { readonly gap: string; readonly given: Pick<SerializeOptions, "replacer" | "space"> },
  SerializationError
> =>
  Effect.suspend(() => {
    let args: Arguments
    try {
      args = readArguments(options)
    } catch (thrown) {
      return Effect.fail(userCodeFailed("", thrown))
    }
    const { gap, list, replacer } = args
    return Effect.succeed({ gap, given: { space: gap, replacer: replacer ?? list } })
  })
