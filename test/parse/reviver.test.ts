import { assert, describe, it } from "@effect/vitest"
import { Container } from "../../src/parse/internal/containers.ts"
import { OpenContainers } from "../../src/parse/internal/openContainers.ts"
import { Effect } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import * as fc from "fast-check"
import type { Reviver } from "../../src/parse/internal/parseOptions.ts"
import { parse } from "../../src/parse/index.ts"
import { difference } from "./support/oracle.ts"
import { bytesOf, run, settings } from "./support/run.ts"
import { jsonTexts } from "./support/texts.ts"
import { generated } from "../support/tier.ts"

type Call = readonly [holder: unknown, key: string, value: unknown, context: string]

/** Logs each call with what its holder looks like then, and does as `change` says. */
const recorder = (
  log: Array<Call>,
  change: (holder: any, key: string, value: unknown, call: number) => unknown
): Reviver =>
  function (this: any, key, value, context) {
    log.push([JSON.stringify(this), key, JSON.stringify(value), JSON.stringify(context)])
    return change(this, key, value, log.length)
  }

/** What a reviver may do, by the number of the call, so that both sides do the same. */
const changes: { readonly [name: string]: (holder: any, key: string, value: unknown, call: number) => unknown } = {
  nothing: (_holder, _key, value) => value,
  "deletes some": (_holder, _key, value, call) => (call % 3 === 0 ? undefined : value),
  "changes some": (_holder, _key, value, call) => (call % 4 === 1 ? { changed: [call] } : value),
  "changes siblings": (holder, key, value, call) => {
    const sibling = Object.keys(holder).find((name) => name !== key)
    if (sibling !== undefined && call % 5 === 0) holder[sibling] = call % 2 === 0 ? call : { put: [call] }
    return value
  },
  "deletes siblings, adds others": (holder, key, value, call) => {
    const sibling = Object.keys(holder).findLast((name) => name !== key)
    if (sibling !== undefined && call % 5 === 0) delete holder[sibling]
    if (call % 7 === 0) holder[`new${call}`] = [call]
    if (Array.isArray(holder) && call % 6 === 0) holder.push(call)
    return value
  },
  "replaces siblings by their like": (holder, key, value) => {
    for (const sibling of Object.keys(holder)) if (sibling > key) holder[sibling] = structuredClone(holder[sibling])
    return value
  },
  "makes equal primitives": (_holder, _key, value) => (typeof value === "number" ? value + 0 : value)
}

const compare = (text: string, change: (typeof changes)[string]) => {
  const expectedLog: Array<Call> = []
  const expected: unknown = JSON.parse(text, recorder(expectedLog, change) as (key: string, value: unknown) => unknown)
  for (const setting of settings) {
    for (const given of [text, bytesOf(text)]) {
      const log: Array<Call> = []
      const outcome = run(given, setting, { reviver: recorder(log, change) })
      const label = `${setting.name}: ${JSON.stringify(text).slice(0, 300)}`
      assert.deepStrictEqual(log, expectedLog, label)
      assert.isTrue("value" in outcome, label)
      if ("value" in outcome) assert.isUndefined(difference(outcome.value, expected), label)
    }
  }
}

const long = "x".repeat(300)
const texts = [
  "1",
  '"a"',
  "[]",
  "{}",
  '{"a":[1,-0,1e3,"x\\u00e9",true,null],"b":{"c":{"d":[[],{}]}},"2":1,"1":2,"__proto__":{"x":1}}',
  `{"a":"${long}","b":["${long}\\n",1.50,{"c":"${long}"}],"a":2}`,
  `{${Array.from({ length: 60 }, (_, i) => `"k${i}":[${i}.0,"v"]`).join(",")},"k3":1}`,
  `[${Array.from({ length: 60 }, (_, i) => `{"id":${i}.0,"list":[1,2,[3]]}`).join(",")}]`
]

describe("calls are native's: this, key, value, source, order, number", () => {
  for (const [name, change] of Object.entries(changes)) {
    it(`a reviver that ${name}`, () => {
      for (const text of texts) compare(text, change)
    })
  }

  it("generated texts", () => {
    fc.assert(
      fc.property(jsonTexts, fc.constantFrom(...Object.values(changes)), (text, change) => {
        // `JSON.stringify` of a holder would show lone surrogates alike on both sides, so they may be there.
        compare(text, change)
      }),
      { numRuns: generated(150) }
    )
  })
})

describe("its own ways", () => {
  const setting = settings[0]!

  it("what it throws is the cause, with the place", () => {
    const thrown = { why: "no" }
    const outcome = run('{"a":[1,{"b":2}]}', setting, {
      reviver: (key, value) => {
        if (key === "b") throw thrown
        return value
      }
    })
    assert.isTrue("error" in outcome && outcome.error.reason._tag === "ReviverFailed")
    if (!("error" in outcome) || outcome.error.reason._tag !== "ReviverFailed") return
    assert.strictEqual(outcome.error.reason.cause, thrown)
    assert.strictEqual(outcome.error.reason.pointer, "/a/1/b")
  })

  it("a broken text fails before it is called", () => {
    let calls = 0
    const outcome = run("[1,2,3,4] x", setting, { reviver: (_key, value) => (calls++, value) })
    assert.isTrue("error" in outcome && outcome.error.reason._tag === "InvalidJson")
    assert.strictEqual(calls, 0)
  })

  it("the sources of a piece that could not be had leave those of later elements in place", () => {
    const open = new OpenContainers([], undefined, true)
    open.push(new Container(true))
    open.join([1, 2], ["1", "2"], "")
    open.join([3, 4], undefined, "")
    open.join([5], ["5"], "")
    const sources = open.pop() as ReadonlyArray<unknown>
    assert.deepStrictEqual([sources.length, sources[0], sources[2], sources[4]], [5, "1", undefined, "5"])
  })

  it("deeper than native can", () => {
    const depth = 50_000
    let calls = 0
    const outcome = run("[".repeat(depth) + "]".repeat(depth), settings.at(-1)!, {
      reviver: (_key, value) => (calls++, value)
    })
    assert.isTrue("value" in outcome)
    assert.strictEqual(calls, depth)
  })

  it("a value that is put into itself fails, and does not go on for ever", () => {
    const outcome = run('{"a":1,"b":2}', setting, {
      reviver(key, value) {
        if (key === "a") this.b = this
        return value
      }
    })
    assert.isTrue("error" in outcome && outcome.error.reason._tag === "ReviverFailed")
  })

  it.live("is called in the context of its caller", () =>
    Effect.gen(function* () {
      const tenant = new AsyncLocalStorage<string>()
      const text = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}` })))
      const seen = new Map<string, Set<string | undefined>>()
      const call = (name: string) =>
        tenant.run(name, () => {
          const own = new Set<string | undefined>()
          seen.set(name, own)
          return Effect.runPromise(
            parse(text, {
              reviver: (_key, value) => {
                own.add(tenant.getStore())
                return value
              }
            })
          )
        })
      yield* Effect.promise(() => Promise.all(["red", "green", "blue"].map(call)))
      for (const [name, own] of seen) assert.deepStrictEqual([...own], [name])
    })
  )
})
