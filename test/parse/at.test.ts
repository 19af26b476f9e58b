import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as JsonPointer from "effect/JsonPointer"
import * as fc from "fast-check"
import { type JsonInput, parse, parseArray, type ParseArrayOptions, type ParseError } from "../../src/parse/index.ts"
import { difference } from "./support/oracle.ts"
import { bytesOf, partsOf, run, settings } from "./support/run.ts"
import { jsonTexts } from "./support/texts.ts"
import { generated } from "../support/tier.ts"

/** Every pointer of a value, with what is there. */
const places = function* (value: unknown, pointer = ""): Generator<readonly [pointer: string, value: unknown]> {
  yield [pointer, value]
  if (typeof value !== "object" || value === null) return
  for (const [key, child] of Object.entries(value)) yield* places(child, `${pointer}/${JsonPointer.escapeToken(key)}`)
}

const assertPlaces = (text: string) => {
  for (const [at, expected] of places(JSON.parse(text))) {
    for (const setting of settings) {
      for (const given of [text, bytesOf(text), partsOf(bytesOf(text), 5)]) {
        const outcome = run(given, setting, { at })
        const label = `${setting.name}, ${JSON.stringify(at)} of ${text.slice(0, 200)}`
        if ("error" in outcome) return assert.fail(`${label}: ${outcome.error.message}`)
        assert.isUndefined(difference(outcome.value, expected), label)
      }
    }
  }
}

describe("parse at a pointer", () => {
  it("is what stands there", () => {
    const long = "x".repeat(100)
    assertPlaces('{"a":[1,{"b":"x"},[],{}],"":{"":1},"a/b":{"~":[true]},"0":"zero","é\\n":[null,"]"]}')
    assertPlaces(`[{"a":"${long}","b":["\\"${long}",[${"1,".repeat(50)}2]]},{"c":"{[${long}","d":-1.5e3}]`)
    assertPlaces('{"a":1,"b":{"c":2},"a":{"x":[1]},"b":3,"a":{"x":[4,5]}}')
  })

  it("every place of generated texts", () => {
    fc.assert(
      fc.property(jsonTexts, (text) => {
        const all = [...places(JSON.parse(text))]
        for (const [at, expected] of all.slice(0, 12)) {
          for (const setting of [settings[0]!, settings[5]!, settings[3]!]) {
            const outcome = run(text, setting, { at })
            assert.isTrue("value" in outcome, `${at} of ${text}`)
            if ("value" in outcome) assert.isUndefined(difference(outcome.value, expected), `${at} of ${text}`)
          }
        }
      }),
      { numRuns: generated(200) }
    )
  })

  const nothing: ReadonlyArray<readonly [text: string, at: string]> = [
    ["[1,2]", "/2"],
    ["[1,2]", "/-"],
    ["[1,2]", "/01"],
    ["[1,2]", "/a"],
    ["[]", "/0"],
    ["{}", "/a"],
    ['{"a":1}', "/b"],
    ['{"a":1}', "/a/b"],
    ['{"a":"text"}', "/a/0"],
    ['{"a":{"b":1},"a":{"c":2}}', "/a/b"],
    ['{"a":{"b":1},"a":2}', "/a/b"],
    ["5", "/0"],
    ['"abc"', "/0"]
  ]
  it("nothing there is NotFound", () => {
    for (const [text, at] of nothing) {
      for (const setting of settings) {
        const outcome = run(text, setting, { at })
        assert.isTrue("error" in outcome && outcome.error.reason._tag === "NotFound", `${text} ${at}`)
      }
    }
  })

  const broken: ReadonlyArray<readonly [text: string, position: number]> = [
    ['{"x":"\\"]","a":1', 16],
    ['{"x":[}],"a":1}', 6],
    ['{"x":{]},"a":1}', 6],
    ['{"x":[1],"a":1]', 14],
    ['{"x":"abc', 9],
    ['{"a":1} x', 8],
    ['{"x":[[[1,2', 11],
    ['{"x" 1,"a":1}', 5],
    ['{"x":1,"a":01}', 12],
    ['{"x":1,"a":tru}', 14],
    ['{"x":1,5,"a":1}', 7]
  ]
  it("strings and brackets of what is skipped are checked, all of what is built", () => {
    for (const [text, position] of broken) {
      for (const setting of settings) {
        const outcome = run(text, setting, { at: "/a" })
        assert.isTrue("error" in outcome && outcome.error.reason._tag === "InvalidJson", text)
        if ("error" in outcome && outcome.error.reason._tag === "InvalidJson") {
          assert.strictEqual(outcome.error.reason.position, position, text)
        }
      }
    }
  })

  it("columns behind what was skipped count its code units, wherever a step ends", async () => {
    const columnOf = ({ reason }: ParseError) => (reason._tag === "InvalidJson" ? reason.column : reason._tag)
    for (const character of ["😀é€", "😀", "€", "é", "\xff"]) {
      for (let pad = 0; pad < 4; pad++) {
        const make = (times: number): Buffer => {
          const skipped = "a".repeat(pad) + character.repeat(times)
          const text = `{"s":"${skipped}","w":[1,}`
          // As latin1, it is no UTF-8, and each of its bytes is read as one replacement character.
          return Buffer.from(text, character === "\xff" ? "latin1" : "utf8")
        }
        const small = make(100)
        for (const setting of settings) {
          for (const given of [small, partsOf(small, 5), small.toString()]) {
            const outcome = run(given, setting, { at: "/w" })
            const label = `${setting.name}, ${character}, ${pad}`
            assert.strictEqual(
              "error" in outcome ? columnOf(outcome.error) : outcome.value,
              small.toString().length,
              label
            )
          }
        }
        const large = make(60_000)
        const error = await Effect.runPromise(Effect.flip(parse(large, { at: "/w" })))
        assert.strictEqual(columnOf(error), large.toString().length, `${character}, ${pad}`)
      }
    }
  })

  it("limits hold for what is skipped", () => {
    for (const setting of settings) {
      const deep = run('{"x":[[[1]]],"a":1}', setting, { at: "/a", maxDepth: 3 })
      assert.isTrue("error" in deep && deep.error.reason._tag === "NestingTooDeep")
      assert.deepStrictEqual(run('{"x":[[1]],"a":1}', setting, { at: "/a", maxDepth: 3 }), { value: 1 })
      const large = run(partsOf(bytesOf(`{"a":1,"x":"${"y".repeat(99)}"}`), 7), setting, { at: "/a", maxBytes: 50 })
      assert.isTrue("error" in large && large.error.reason._tag === "InputTooLarge")
    }
  })

  it("deeper than kinds are kept for, next to another call", () => {
    const deep = `${'[{"a":'.repeat(20_000)}1${"}]".repeat(20_000)}`
    for (const setting of settings)
      assert.deepStrictEqual(run(`{"x":${deep},"a":[7]}`, setting, { at: "/a" }), { value: [7] })
  })

  it.live("two calls that skip at once do not disturb each other", () =>
    Effect.gen(function* () {
      const skipped = `"${"y".repeat(3_000_000)}"`
      const arrays = `{"x":${"[".repeat(200)}${skipped}${"]".repeat(200)},"a":1}`
      const objects = `{"x":${'{"k":'.repeat(200)}${skipped}${"}".repeat(200)},"a":1}`
      const values = yield* Effect.all(
        Array.from({ length: 10 }, (_, i) => parse(i % 2 === 0 ? arrays : objects, { at: "/a" })),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(values, Array(10).fill(1))
    })
  )
})

describe("parseArray", () => {
  const collect = (input: JsonInput | Stream.Stream<Uint8Array>, options?: ParseArrayOptions) =>
    Stream.runCollect(Stream.isStream(input) ? parseArray(input, options) : parseArray(input, options))

  const rows = Array.from({ length: 40_000 }, (_, id) => ({ id, name: `row ${id} é`, list: [id, { half: id / 2 }] }))
  const text = JSON.stringify({ total: rows.length, items: rows, end: { items: [] } })

  it.effect("elements are what parse gives, from strings, bytes, parts and streams", () =>
    Effect.gen(function* () {
      const bytes = bytesOf(text)
      for (const input of [text, bytes, partsOf(bytes, 30_000), Stream.fromIterable(partsOf(bytes, 7777))]) {
        const elements = yield* collect(input, { at: "/items" })
        assert.isUndefined(difference(elements, rows))
      }
      assert.isUndefined(difference(yield* collect(JSON.stringify(rows)), rows))
    })
  )

  it.effect("chunks are about as large as is asked for", () =>
    Effect.gen(function* () {
      const sizes: Array<number> = []
      yield* Stream.runForEachArray(parseArray(text, { at: "/items", chunkSize: 200_000 }), (elements) =>
        Effect.sync(() => void sizes.push(elements.length))
      )
      const elementSize = text.length / rows.length
      for (const size of sizes.slice(0, -1)) assert.isAbove(size * elementSize, 150_000)
      for (const size of sizes) assert.isBelow(size * elementSize, 500_000)
    })
  )

  it.effect("elements larger than a piece", () =>
    Effect.gen(function* () {
      const large = [rows.slice(0, 5000), "x".repeat(400_000), { rows: rows.slice(0, 9000) }, 1, [], {}]
      assert.isUndefined(difference(yield* collect(JSON.stringify(large)), large))
    })
  )

  it.effect("an empty array, and the first of two", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* collect("[]"), [])
      assert.deepStrictEqual(yield* collect(' {"a": [ ] } ', { at: "/a" }), [])
      assert.deepStrictEqual(yield* collect('{"a":[1],"a":[2],"b":{"a":[3]}}', { at: "/a" }), [1])
      assert.deepStrictEqual(yield* collect("[[1],[2,3]]", { at: "/1" }), [2, 3])
    })
  )

  it.effect("NotFound, NotAnArray, and text that is none", () =>
    Effect.gen(function* () {
      const tagOf = (text: string, at?: string) =>
        Effect.map(Effect.flip(collect(text, at === undefined ? {} : { at })), (error: ParseError) => error.reason._tag)
      assert.strictEqual(yield* tagOf("{}"), "NotAnArray")
      assert.strictEqual(yield* tagOf('{"a":"[1]"}', "/a"), "NotAnArray")
      assert.strictEqual(yield* tagOf("-1"), "NotAnArray")
      assert.strictEqual(yield* tagOf('{"a":[1]}', "/b"), "NotFound")
      assert.strictEqual(yield* tagOf("{}", "/b"), "NotFound")
      assert.strictEqual(yield* tagOf(""), "InvalidJson")
      assert.strictEqual(yield* tagOf("x"), "InvalidJson")
      assert.strictEqual(yield* tagOf("[1] x"), "InvalidJson")
      assert.strictEqual(yield* tagOf('{"a":[1],"b":[}', "/a"), "InvalidJson")
    })
  )

  it.effect("what was made before a failure is given first", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const broken = `${JSON.stringify(rows).slice(0, -1)},oops]`
      const error = yield* Effect.flip(
        Stream.runForEach(parseArray(broken), (row) => Effect.sync(() => void seen.push(row)))
      )
      assert.strictEqual(error.reason._tag, "InvalidJson")
      if (error.reason._tag === "InvalidJson") assert.strictEqual(error.reason.pointer, "")
      assert.isUndefined(difference(seen, rows.slice(0, seen.length)))
      assert.isAbove(seen.length, 30_000)
    })
  )

  it.effect("a reader that stops pulls no more of a stream", () =>
    Effect.gen(function* () {
      let pulled = 0
      const source = Stream.fromIterable(partsOf(bytesOf(JSON.stringify(rows)), 1000)).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sync(() => void pulled++))
      )
      const first = yield* Stream.runCollect(Stream.take(parseArray(source), 3))
      assert.deepStrictEqual(first, rows.slice(0, 3))
      assert.isBelow(pulled, 300)
    })
  )

  it.effect("dangerous keys of elements", () =>
    Effect.gen(function* () {
      const bad = '[{"a":1},{"__proto__":{"x":1},"b":2}]'
      assert.deepStrictEqual(yield* collect(bad, { dangerousKeys: "remove" }), [{ a: 1 }, { b: 2 }])
      const error = yield* Effect.flip(collect(bad, { dangerousKeys: "error" }))
      assert.deepStrictEqual({ ...error.reason }, { _tag: "ForbiddenKey", key: "__proto__", pointer: "/1" } as never)
    })
  )
})
