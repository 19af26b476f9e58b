/**
 * How calls of `parse` share the event loop.
 *
 * **Example** (Shorter turns for one part of a program)
 *
 * ```ts
 * import { Effect } from "effect"
 * import { parse, ParseSettings } from "effect-serialization/parse"
 *
 * const gentle = parse("[1, 2]").pipe(Effect.provideService(ParseSettings, { ...ParseSettings.defaultValue(), turnBudget: "500 micros" }))
 * await Effect.runPromise(gentle) // => [1, 2]
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"

/**
 * Settings of all calls that see them.
 *
 * @category models
 * @since 0.1.0
 */
export interface ParseSettingsShape {
  /** Time of a turn of the event loop after which a call goes on in the next one. More than zero and finite. */
  readonly turnBudget: Duration.Input
  /** Up to so many units (bytes, or code units of a string), an input is parsed at once. A whole number from 0 up. */
  readonly directSize: number
  /** Time that one piece should take. More than zero and finite. */
  readonly pieceTime: Duration.Input
}

/**
 * The settings of `parse` and `parseArray`, as a reference with defaults: nothing has to be provided. By default a
 * turn's budget is 1 millisecond, an input of up to 65,536 units is parsed at once, and a piece takes about 0.25
 * milliseconds. A setting that is out of range fails the call with `InvalidOptions`.
 *
 * @category services
 * @since 0.1.0
 */
export class ParseSettings extends Context.Reference<ParseSettingsShape>("effect-serialization/ParseSettings", {
  defaultValue: () => defaults
}) {}

const defaults: ParseSettingsShape = { turnBudget: 1, directSize: 65_536, pieceTime: 0.25 }
