/**
 * One call with `truncate: Shape`, as work in small steps: the text goes into a sink.
 */
import { outputTooLong, userCodeFailed } from "../errors/serializationErrors.ts"
import { type Meter, meterOf } from "../limit/meter.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import type { Shape } from "../options/shapeOptions.ts"
import { readArguments } from "../options/stringifyArguments.ts"
import type { OutputKind } from "../output/output.ts"
import type { Sink } from "../output/sink.ts"
import { Failed } from "../shape/reader.ts"
import { settingsOf } from "../shape/settings.ts"
import { Shaper } from "../shape/shaper.ts"
import type { Steps } from "../shape/steps.ts"
import type { ShapedOutcome } from "../telemetry/outcome.ts"

/** Makes the text of a value within `maxSize`, and tells what was left out of it. */
export function* shapeInto(
  value: unknown,
  options: SerializeOptions & { readonly truncate: Shape },
  output: OutputKind,
  sink: Sink
): Steps<ShapedOutcome> {
  const shaper = makeShaper(value, options, meterOf(output))
  yield* shaper.find()
  const writer = shaper.writer(yield* shaper.within(options.maxSize ?? Infinity))
  for (let isDone = false; !isDone; yield) {
    isDone = writer.steps.next().done === true
    sink.text(writer.take())
    if (sink.isTooLong) throw new Failed(outputTooLong())
  }
  while (sink.finish()) yield
  return shapedOutcome(shaper)
}

/** The arguments of `JSON.stringify` are read here: odd ones run code of the caller's. */
export const makeShaper = (
  value: unknown,
  options: SerializeOptions & { readonly truncate: Shape },
  meter: Meter
): Shaper => {
  try {
    return new Shaper(value, settingsOf(options.truncate), readArguments(options), meter)
  } catch (thrown) {
    throw new Failed(userCodeFailed("", thrown))
  }
}

/** What is told of the text that was written last. */
export const shapedOutcome = ({ report }: Shaper): ShapedOutcome => {
  const { next, omitted, omittedCount } = report!
  return { omitted, omittedCount, ...(next === undefined ? {} : { next }) }
}

/** Whether a call is to show something of everything. */
export const asksForShape = <O extends SerializeOptions>(
  options: O | undefined
): options is O & { readonly truncate: Shape } => typeof options?.truncate === "object"
