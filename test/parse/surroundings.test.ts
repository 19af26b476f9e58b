import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Metric, Option, Stream, Tracer } from "effect"
import { parse, parseArray, ParseSettings } from "../../src/parse/index.ts"
import { Elements } from "../../src/parse/internal/elements.ts"
import { makeKernel } from "../../src/parse/internal/scannerJs.ts"
import { difference } from "./support/oracle.ts"
import { bytesOf, run, scanners, settings } from "./support/run.ts"
import { vi } from "vitest"

const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, list: [id, id] }))
const text = JSON.stringify(rows)

describe("poisoned prototypes change nothing", () => {
  const poisoned = (prototype: object, key: PropertyKey, run: () => void) => {
    let calls = 0
    Object.defineProperty(prototype, key, {
      configurable: true,
      get: () => {
        calls++
      },
      set: () => {
        calls++
      }
    })
    try {
      run()
    } finally {
      Reflect.deleteProperty(prototype, key)
    }
    return calls
  }

  it("setters of keys and of indexes", () => {
    const value = JSON.stringify({
      name: ["a".repeat(200), 1, 2, 3],
      id: { name: 1, id: [rows.slice(0, 60)] },
      list: rows.slice(0, 90)
    })
    const expected = JSON.parse(value) as unknown
    const keys: ReadonlyArray<readonly [object, PropertyKey]> = [
      [Object.prototype, "name"],
      [Object.prototype, "id"],
      [Object.prototype, "value"],
      [Object.prototype, 1],
      [Array.prototype, 1],
      [Array.prototype, 40],
      [Object.prototype, "source"],
      [Array.prototype, Symbol.isConcatSpreadable],
      [Object.prototype, Symbol.isConcatSpreadable]
    ]
    for (const [prototype, key] of keys) {
      for (const setting of settings) {
        let outcome: ReturnType<typeof run> | undefined
        const calls = poisoned(prototype, key, () => (outcome = run(value, setting)))
        assert.isTrue(outcome !== undefined && "value" in outcome && difference(outcome.value, expected) === undefined)
        // Nobody but the test's own property was asked.
        if (key !== "value" && key !== "source") assert.strictEqual(calls, 0, `${String(key)}, ${setting.name}`)
      }
    }
  })

  it("another class for the results of functions of arrays", () => {
    class Other extends Array {}
    const descriptors = [
      [Array, Symbol.species, { configurable: true, get: () => Other }],
      [Array.prototype, "constructor", { configurable: true, writable: true, value: { [Symbol.species]: Other } }]
    ] as const
    for (const [object, key, descriptor] of descriptors) {
      const before = Object.getOwnPropertyDescriptor(object, key)!
      Object.defineProperty(object, key, descriptor)
      let outcome: ReturnType<typeof run>
      try {
        outcome = run(text, settings[3]!)
      } finally {
        Object.defineProperty(object, key, before)
      }
      assert.isTrue("value" in outcome && difference(outcome.value, rows) === undefined)
    }
  })

  it("another way to join arrays: a reader of elements gets every one", () => {
    const elements = new Elements()
    let taken: ReadonlyArray<unknown> = []
    poisoned(Array.prototype, Symbol.isConcatSpreadable, () => {
      for (let i = 0; i < 3; i++) elements.join([i, i])
      taken = elements.take()
    })
    assert.deepStrictEqual(taken, [0, 0, 1, 1, 2, 2])
    assert.isTrue(elements.isEmpty)
  })

  it("patched functions", () => {
    const concat = vi.spyOn(Array.prototype, "concat").mockImplementation(() => assert.fail("concat was called"))
    const slice = vi.spyOn(Array.prototype, "slice").mockImplementation(() => assert.fail("slice was called"))
    const push = vi.spyOn(Array.prototype, "push").mockImplementation(() => assert.fail("push was called"))
    const json = vi.spyOn(JSON, "parse").mockImplementation(() => assert.fail("JSON.parse was called"))
    const keys = vi.spyOn(Object, "keys").mockImplementation(() => assert.fail("Object.keys was called"))
    let outcome: ReturnType<typeof run>
    try {
      outcome = run(text, settings[3]!)
    } finally {
      concat.mockRestore()
      slice.mockRestore()
      push.mockRestore()
      json.mockRestore()
      keys.mockRestore()
    }
    assert.isTrue("value" in outcome && difference(outcome.value, rows) === undefined)
  })
})

describe("without WebAssembly", () => {
  it("the scanner in JavaScript answers as the module does", () => {
    const { JavaScript: js, WebAssembly: wasm } = scanners
    const samples = [
      text.slice(0, 3000),
      '{"a":"\\"[,","b":[1,{"c":"\\\\"}],"d',
      '[[1,2],[3,"x,]"],{"k":[],"l":{}},',
      "a\r\nb\r\rc\n",
      "[1]]",
      '"é\u0001',
      `${"é€😀a".repeat(40)}`
    ]
    for (const sample of samples) {
      const bytes = bytesOf(sample)
      for (let from = 16; from < 20; from++) {
        for (const scanner of [js, wasm]) {
          scanner.grow(0x20000)
          scanner.units8.fill(0x20, 0, 8192)
          scanner.units8.set(bytes, from)
        }
        const to = from + bytes.length
        const answers = [js, wasm].map((scanner) => {
          const { kernel, result } = scanner
          const stop = kernel.scan8(from, to, 100)
          const depth = result[0]!
          const scanned = [
            stop,
            depth,
            result[2],
            ...scanner.commas.slice(0, depth + 1),
            ...scanner.opens.slice(1, depth + 1)
          ]
          const sought = [kernel.seek8(from, to, 100, 2, 0, 0, 0), ...result.slice(0, 3), ...result.slice(5, 7)]
          const lines = [kernel.lines8(from, to, 0), result[0], kernel.lines8(from, to, 1)]
          const string = [kernel.text8(from + 1, to), ...result.slice(0, 2)]
          const entries = [kernel.entries8(from + 1, to, scanner.out)]
          const units = kernel.codeUnits(from, to)
          return { scanned, sought, lines, string, entries, units }
        })
        assert.deepStrictEqual(answers[0], answers[1], sample)
      }
    }
  })

  it("all of it works", async () => {
    vi.stubGlobal("WebAssembly", undefined)
    vi.resetModules()
    try {
      const { parse } = await import("../../src/parse/index.ts")
      const { sharedScanner } = await import("../../src/parse/internal/scanner.ts")
      assert.isFalse(sharedScanner().isWasm)
      assert.isUndefined(difference(await Effect.runPromise(parse(bytesOf(text))), rows))
      assert.isDefined(makeKernel)
    } finally {
      vi.unstubAllGlobals()
      vi.resetModules()
    }
  })
})

describe("metrics and spans", () => {
  const registry = () => Effect.provideService(Metric.MetricRegistry, new Map())

  it.effect("counters of a registry, by reason", () =>
    Effect.gen(function* () {
      yield* parse("[1]")
      yield* parse(text)
      yield* Effect.flip(parse("[1"))
      yield* Effect.flip(parse("[1]", { maxBytes: 1 }))
      yield* Stream.runDrain(parseArray("[1,2,3]"))
      const snapshot = yield* Metric.snapshot
      const count = (id: string, reason?: string) =>
        snapshot
          .filter(
            (metric) => metric.id === `effect_serialization.parse.${id}` && metric.attributes?.["reason"] === reason
          )
          .map(({ state }) => (state as { count: number }).count)
      assert.deepStrictEqual(count("calls"), [5])
      assert.deepStrictEqual(count("direct"), [1])
      assert.deepStrictEqual(count("bytes"), [3 + text.length + 2 + 3 + 7])
      assert.deepStrictEqual(count("failures", "InvalidJson"), [1])
      assert.deepStrictEqual(count("failures", "InputTooLarge"), [1])
      assert.deepStrictEqual(count("failures", "NotFound"), [0])
      assert.deepStrictEqual(count("time"), [5])
    }).pipe(registry())
  )

  it.effect("a span for a call over directSize, and for one that is stopped or fails", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const traced = Effect.provideService(Tracer.Tracer, tracer)
      yield* traced(parse("[1]"))
      assert.strictEqual(spans.length, 0)
      yield* traced(parse(text))
      yield* traced(Effect.flip(parse(`${text}x`)))
      yield* traced(
        parse(Stream.make(bytesOf("[1,2]"))).pipe(
          Effect.provideService(ParseSettings, { ...ParseSettings.defaultValue(), directSize: 0 })
        )
      )
      assert.deepStrictEqual(
        spans.map(({ attributes, name, status }) => [
          name,
          attributes.get("parse.size"),
          status._tag === "Ended" && Exit.isSuccess(status.exit)
        ]),
        [
          ["Parse.parse", text.length, true],
          ["Parse.parse", text.length + 1, false],
          ["Parse.parse", 5, true]
        ]
      )
      assert.isTrue(spans.every(({ parent }) => Option.isNone(parent) || parent.value !== undefined))
    })
  )
})
