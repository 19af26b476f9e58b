/** Shapes without a service: the engine of `truncate: Shape` run to its end. */
import { bytes, characters } from "../../src/internal/limit/meter.ts"
import { readArguments } from "../../src/internal/options/stringifyArguments.ts"
import { Failed } from "../../src/internal/shape/reader.ts"
import { settingsOf } from "../../src/internal/shape/settings.ts"
import { Shaper } from "../../src/internal/shape/shaper.ts"
import type { Steps } from "../../src/internal/shape/steps.ts"
import type { SerializeOptions } from "../../src/Serialization.ts"
import type { NextPage, Omitted, Shape } from "../../src/Shape.ts"

export const meters = { characters, bytes }
export type Unit = keyof typeof meters

export interface Shaped {
  readonly text: string
  readonly omitted: ReadonlyArray<Omitted>
  readonly omittedCount: number
  readonly next: NextPage | undefined
  /** Places that were visited. */
  readonly places: number
  readonly steps: number
}

/** Throws what the call would fail with. */
export const shape = (
  value: unknown,
  how: Shape,
  limit: number,
  unit: Unit = "characters",
  options?: SerializeOptions
): Shaped => {
  const shaper = new Shaper(value, settingsOf(how), readArguments(options), meters[unit])
  let steps = 0
  const run = <A>(work: Steps<A>, after?: () => void): A => {
    for (;;) {
      const { done, value } = work.next()
      steps++
      after?.()
      if (done === true) return value
    }
  }
  try {
    run(shaper.find())
    const writer = shaper.writer(run(shaper.within(limit)))
    let text = ""
    run(writer.steps, () => (text += writer.take()))
    const { next, omitted, omittedCount } = shaper.report!
    return { text, omitted, omittedCount, next, places: shaper.pace.places, steps }
  } catch (thrown) {
    throw thrown instanceof Failed ? thrown.error : thrown
  }
}

/** Calls whose error is looked at. */
export const failure = (
  run: () => unknown
): { readonly reason: Record<string, unknown> & { readonly _tag: string } } => {
  try {
    run()
  } catch (thrown) {
    return thrown as ReturnType<typeof failure>
  }
  throw new Error("it did not fail")
}
