/**
 * Values for property tests. fast-check makes a *description*, plain data that it can shrink and print, and `build` makes the
 * value from it, as often as needed and the same each time: one for `JSON.stringify`, one for each run of the library.
 */
import * as fc from "fast-check"
import { build } from "./builder.ts"
import {
  arrayKinds,
  type Description,
  type Entries,
  hostKinds,
  objectKinds,
  thrownKinds,
  toJSONPlaces,
  viewKinds
} from "./description.ts"
import { type OracleOptions, type ParityCase, parityCase } from "./parityCase.ts"
import type { Recorder } from "./recorder.ts"

/** So many runs. A failure is shrunk for as long as the test has time, and reported with its seed, not as a time-out. */
export const runs = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 180_000, markInterruptAsFailure: true })

/** Strings with all that JSON has to escape, and halves of surrogate pairs in any order. */
export const strings: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      '"',
      "\\",
      "\n",
      "\u0000",
      "\u001f",
      "\u007f",
      "é",
      "€",
      "\u2028",
      "😀",
      "\ud83d",
      "\ude00",
      "/"
    ),
    maxLength: 12
  })
)

export const keys: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c", "id", "name", "list") },
  { weight: 2, arbitrary: fc.constantFrom("0", "1", "2", "10", "4294967294", "4294967295", "-1", "01", "1.5", "") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("__proto__", "constructor", "toString", "length", "toJSON", "message", "rawJSON", "size")
  },
  { weight: 1, arbitrary: strings }
)

const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e21, 2 ** 53)
)

/** JSON values as such. */
export const plainJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    strings,
    numbers,
    fc.constantFrom(null, true, false),
    fc.array(tie("value"), { maxLength: 8 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 8, noNullPrototype: true })
  )
})).value

/** Descriptions of values of every kind; one value in about ten cannot be serialized. */
export const descriptions: fc.Arbitrary<Description> = fc.letrec<{
  value: Description
  entries: Entries
  few: Entries
}>((tie) => {
  const kind = <const K extends Description["_"]>(_: K) => fc.constant(_)
  const scalar = fc.record({
    _: kind("scalar"),
    value: fc.oneof(strings, numbers, fc.constantFrom(null, true, false, undefined))
  })
  return {
    entries: fc.array(fc.tuple(keys, tie("value")), { maxLength: 6 }),
    few: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(keys, tie("value")), { maxLength: 2 }) }
    ),
    value: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      { weight: 48, arbitrary: scalar },
      { weight: 4, arbitrary: fc.record({ _: kind("nothing"), what: fc.constantFrom("function", "symbol") }) },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("long"),
          unit: fc.constantFrom("x", "é", "😀", "\ud83d", "\ude00\ud83d", "\n", "a😀€"),
          times: fc.nat(3000),
          shift: fc.nat(3)
        })
      },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("boxed"),
          value: fc.oneof(strings, numbers, fc.boolean()),
          overridden: fc.boolean()
        })
      },
      {
        weight: 4,
        arbitrary: fc.record({
          _: kind("raw"),
          text: fc.constantFrom("1.0", "-0", "1e999", "null", '"\\u0041é"', '"\\ud83d\\ude00"')
        })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("shared"), index: fc.nat(20) }) },
      {
        weight: 32,
        arbitrary: fc.record({
          _: kind("array"),
          items: fc.array(
            fc.oneof({ weight: 9, arbitrary: tie("value") }, { weight: 1, arbitrary: fc.constant("hole" as const) }),
            { maxLength: 6 }
          ),
          how: fc.constantFrom(...arrayKinds)
        })
      },
      {
        weight: 32,
        arbitrary: fc.record({ _: kind("object"), entries: tie("entries"), how: fc.constantFrom(...objectKinds) })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("run"), item: tie("value"), times: fc.nat(300) }) },
      {
        weight: 12,
        arbitrary: fc.record({
          _: kind("toJSON"),
          on: fc.constantFrom(...toJSONPlaces),
          gives: fc.oneof(
            { weight: 4, arbitrary: tie("value") },
            { weight: 1, arbitrary: fc.constant("this" as const) }
          ),
          entries: tie("few")
        })
      },
      {
        weight: 8,
        arbitrary: fc.record({
          _: kind("date"),
          time: fc.oneof(fc.integer(), fc.constantFrom(NaN, 0, 8.64e15, -8.64e15)),
          entries: tie("few"),
          isSubclass: fc.boolean()
        })
      },
      {
        weight: 12,
        arbitrary: fc.record({ _: kind("host"), what: fc.constantFrom(...hostKinds), entries: tie("few") })
      },
      {
        weight: 8,
        arbitrary: fc.record({
          _: kind("view"),
          what: fc.constantFrom(...viewKinds),
          elements: fc.array(numbers, { maxLength: 5 }),
          entries: tie("few")
        })
      },
      { weight: 4, arbitrary: fc.record({ _: kind("proxy"), of: tie("value"), reversed: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ _: kind("accessor"), entries: tie("entries") }) },
      {
        weight: 1,
        arbitrary: fc.record({
          _: kind("throwing"),
          where: fc.constantFrom("toJSON", "accessor", "valueOf"),
          thrown: fc.constantFrom(...thrownKinds)
        })
      },
      { weight: 1, arbitrary: fc.record({ _: kind("bigint"), value: fc.bigInt(), hasToJSON: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ _: kind("ancestor"), up: fc.nat(3) }) }
    )
  }
}).value

/** Descriptions of `replacer` and `space`. */
export interface OptionsDescription {
  readonly replacer:
    | "none"
    | "identity"
    | "drops"
    | "wraps numbers"
    | "fills"
    | "shows bigints"
    | { readonly list: ReadonlyArray<string | number> }
  readonly space: string | number | undefined
}

export const optionsDescriptions: fc.Arbitrary<OptionsDescription> = fc.record({
  replacer: fc.oneof(
    { weight: 6, arbitrary: fc.constant("none" as const) },
    { weight: 3, arbitrary: fc.constantFrom("identity", "drops", "wraps numbers", "fills", "shows bigints") },
    { weight: 2, arbitrary: fc.record({ list: fc.array(fc.oneof(keys, fc.nat(10)), { maxLength: 8 }) }) }
  ),
  space: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(1, 2, "\t", "\n", "\ud83d", "\ude00\ud83d", '-😀"', 11) },
    { weight: 1, arbitrary: strings }
  )
})

export const buildOptions = (
  { replacer, space }: OptionsDescription,
  recorder: Recorder,
  names: ReadonlyArray<string>
): OracleOptions => {
  if (typeof replacer === "object") return { replacer: [...names, ...replacer.list], space }
  switch (replacer) {
    case "none":
      return { space }
    case "identity":
      return { replacer: recorder.replacer((_, value) => value), space }
    case "drops":
      return { replacer: recorder.replacer((key, value) => (key === "a" || key === "1" ? undefined : value)), space }
    case "wraps numbers":
      return {
        replacer: recorder.replacer((_, value) => (typeof value === "number" ? { n: String(value) } : value)),
        space
      }
    case "fills":
      return {
        replacer: recorder.replacer((_, value) =>
          value === undefined || value === null ? [new Date(0), "filled"] : value
        ),
        space
      }
    case "shows bigints":
      return { replacer: recorder.replacer((_, value) => (typeof value === "bigint" ? `${value}n` : value)), space }
  }
}

/** A case of the parity table from descriptions. */
export const describedCase = (description: Description, options: OptionsDescription): ParityCase =>
  parityCase("generated", (recorder) => build(description, recorder), {
    options: (recorder, names) => buildOptions(options, recorder, names),
    isList: typeof options.replacer === "object",
    vague: true
  })
