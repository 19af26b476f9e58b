/** Calls in which the value of a fragment counts, not its text: it is made in turns, on every route and output. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as fc from "fast-check"
import { Fragment, type SerializeOptions } from "../../src/index.ts"
import { makeRoutes, outputs, serviceOf, textOf } from "../support/routes.ts"
import { generated } from "../support/tier.ts"

/** JSON as nobody's `JSON.stringify` writes it: white space, escapes, zeros, keys twice. */
const odd = (value: unknown, seed: number): string => {
  let state = seed
  const next = (n: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % n
  const blank = () => ["", "", " ", "\n", "\t \r"][next(5)]!
  const text = (found: string) =>
    `"${[...found].map((c) => (next(4) === 0 && c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : JSON.stringify(c).slice(1, -1))).join("")}"`
  const write = (found: unknown): string => {
    const around = blank() + one(found) + blank()
    return around
  }
  const one = (found: unknown): string => {
    if (typeof found === "string") return text(found)
    if (typeof found === "number" && Number.isInteger(found) && Math.abs(found) < 1e15) return `${found}.0${next(3)}e0`
    if (Array.isArray(found)) return `[${blank()}${found.map(write).join(",")}]`
    if (typeof found !== "object" || found === null) return JSON.stringify(found)
    const entries = Object.entries(found).flatMap(([key, item]) => {
      const entry = `${blank()}${text(key)}${blank()}:${write(item)}`
      return next(5) === 0 ? [`${text(key)}:0`, `"7":1`, entry] : [entry]
    })
    return `{${entries.join(",")}}`
  }
  return write(value)
}

const long = "x\u00e9".repeat(9000)
const options = fc.record({
  space: fc.constantFrom(undefined, 1, 4, "\t", "\u{1f600}\n"),
  replacer: fc.constantFrom<SerializeOptions["replacer"]>(
    undefined,
    ["a", "b", "7", "pad"],
    (key: string, value: unknown) => (key === "b" ? undefined : typeof value === "number" ? value + 1 : value)
  ),
  cut: fc.constantFrom("none", "error", "truncate"),
  size: fc.nat()
})

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue(),
    fc.constant(long),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "7", "__proto__", "2"), fc.string()), tie("value"))
  )
})).value

const nextTurn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** What a call gives: text, or the name of its error. */
const attempt = (call: ReturnType<typeof textOf>) =>
  Effect.runPromise(
    Effect.match(call, {
      onSuccess: ({ text, truncated }) => `${truncated} ${text}`,
      onFailure: ({ reason }) => reason._tag
    })
  )

describe("the value of a fragment", () => {
  for (const route of makeRoutes({ syncThreshold: 0 })) {
    if (route.name === "sync") continue
    it.live(`route ${route.name}: any text, with any options, as without fragments`, () =>
      Effect.gen(function* () {
        const service = yield* serviceOf(route.layer)
        const check = fc.asyncProperty(values, options, fc.nat(), fc.nat(2), async (value, how, seed, where) => {
          const { cut, replacer, size, space } = how
          const text = odd({ a: value, pad: [long], b: value }, seed)
          const place = (part: unknown) =>
            where === 0 ? part : where === 1 ? [1, part, "z"] : { a: [[part]], b: part }
          const parsed = place(JSON.parse(text) as unknown)
          const given = { ...(space === undefined ? {} : { space }), ...(replacer === undefined ? {} : { replacer }) }
          const whole = JSON.stringify(parsed, replacer as never, space)
          const maxSize = cut === "none" ? {} : { maxSize: size % (whole.length + 100), truncate: cut === "truncate" }
          for (const output of outputs) {
            // With none of these, a fragment's text goes out as it is.
            if (space === undefined && replacer === undefined && cut !== "truncate") continue
            const expected = await attempt(textOf(service, output, parsed, { ...given, ...maxSize }))
            const bytes = Buffer.from(text)
            for (const made of [text, [bytes.subarray(0, size % bytes.length), bytes.subarray(size % bytes.length)]]) {
              const found = await attempt(
                textOf(service, output, place(Fragment.fromTextUnsafe(made)), {
                  ...given,
                  ...maxSize,
                  routing: route.routing
                })
              )
              assert.isTrue(
                found === expected,
                `${output}: ${found.slice(0, 200)} instead of ${expected.slice(0, 200)}`
              )
            }
          }
        })
        yield* Effect.promise(() => fc.assert(check, { numRuns: generated(300) }))
      }).pipe(Effect.scoped)
    )
  }

  const rows = Array.from({ length: 3000 }, (_, i) => ({ i, text: `row ${i}` }))
  const large = Fragment.fromTextUnsafe(JSON.stringify(rows))
  const sliced = makeRoutes({ syncThreshold: 0 })[1]!.layer

  it.live("a replacer sees the same holders, keys and values, each once", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(sliced)
      const recorder = (log: Array<unknown>) =>
        function (this: unknown, key: string, value: unknown) {
          log.push([key, Array.isArray(this), Object.keys(this as object).length, typeof value])
          return key === "text" ? [value] : value
        }
      const expected: Array<unknown> = []
      const found: Array<unknown> = []
      const value = { a: [large, 1], b: large }
      const text = JSON.stringify(value, recorder(expected), 2)
      const { serialized } = yield* service.serialize(value, { replacer: recorder(found), space: 2 })
      assert.isTrue(serialized === text)
      assert.deepStrictEqual(found, expected)
    }).pipe(Effect.scoped)
  )

  it.live("nobody parses a large one in one go", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(sliced)
      const original = Fragment.prototype.toJSON
      yield* Effect.addFinalizer(() => Effect.sync(() => (Fragment.prototype.toJSON = original)))
      Fragment.prototype.toJSON = () => assert.fail("parsed")
      // Not short, but no longer than a frame.
      const few = { rows: rows.slice(0, 640) }
      const medium = Fragment.fromTextUnsafe(JSON.stringify(few))
      const text = JSON.stringify([rows, { rows }, few], null, 1)
      for (const options of [{}, { replacer: ["rows", "i", "text"] }, { maxSize: 1e9, truncate: true }]) {
        const { serialized } = yield* service.serialize([large, { rows: large }, medium], { space: 1, ...options })
        assert.isTrue(serialized === text)
      }
    }).pipe(Effect.scoped)
  )

  it.live("what gives a fragment is asked once, and what stands around may change meanwhile", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(sliced)
      const calls: Array<string> = []
      const list: Array<unknown> = ["first", { toJSON: (key: string) => (calls.push(key), large) }, "last"]
      const fiber = yield* Effect.forkChild(service.serialize({ list }, { space: 1 }))
      while (calls.length === 0) yield* nextTurn
      list.length = 0
      const { serialized } = yield* Fiber.join(fiber)
      const [first, second] = (JSON.parse(serialized) as { readonly list: ReadonlyArray<unknown> }).list
      assert.strictEqual(first, "first")
      assert.deepStrictEqual(second, rows)
      assert.deepStrictEqual(calls, ["1"])
    }).pipe(Effect.scoped)
  )

  it.live("other calls go on while it is made, and a call that is stopped makes it no further", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(sliced)
      const huge = Fragment.fromTextUnsafe(`[${Array.from({ length: 100 }, () => JSON.stringify(rows)).join()}]`)
      const fiber = yield* Effect.forkChild(service.serialize(huge, { space: 1 }))
      yield* nextTurn
      yield* service.serialize(rows)
      assert.isUndefined(fiber.pollUnsafe())
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* service.serialize([large], { space: 1 })).serialized, JSON.stringify([rows], null, 1))
    }).pipe(Effect.scoped)
  )

  it.live("a text that is no JSON: the call fails there, and says what to do", () =>
    Effect.gen(function* () {
      const service = yield* serviceOf(sliced)
      for (const text of ["[1,", `[${JSON.stringify(rows)},]`]) {
        const value = { a: [1, Fragment.fromTextUnsafe(text)] }
        const { reason } = yield* Effect.flip(service.serialize(value, { space: 1 }))
        assert(reason._tag === "UserCodeFailed")
        assert.strictEqual(reason.pointer, "/a/1")
        assert.instanceOf(reason.cause, SyntaxError)
      }
    }).pipe(Effect.scoped)
  )
})
