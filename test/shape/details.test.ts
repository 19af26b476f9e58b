/**
 * Strings, arrays, binary, depth, markers and pages, each by name; and what a text costs.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Shape } from "../../src/Shape.ts"
import { records } from "../support/values.ts"
import { failure, shape } from "./support.ts"

describe("strings", () => {
  it("keep head and tail, two thirds and one, and say what is between", () => {
    const { omitted, text } = shape("0123456789".repeat(10), {}, 62)
    assert.strictEqual(text, '"012345678901234567890123 … 65 more characters … 90123456789"')
    assert.deepStrictEqual(omitted, [{ pointer: "", kind: "characters", from: 24, count: 65, kept: false }])
  })

  it("keep the head alone with strings: head, and say nothing without markers", () => {
    assert.strictEqual(
      shape("0123456789".repeat(10), { strings: "head" }, 50).text.slice(-22),
      ' … 74 more characters"'
    )
    assert.strictEqual(shape("0123456789".repeat(10), { markers: false }, 23).text, '"01234567890123…456789"')
  })

  it("are told to be there and no more where there is little room", () => {
    assert.strictEqual(shape("0123456789".repeat(10), {}, 20).text, '"…"')
  })

  it("are cut between code points, escapes whole", () => {
    for (const unit of ["😀", "\ud83d", "\ude00", "\u0000", '"\\', "é€"]) {
      for (let limit = 40; limit < 80; limit++) {
        for (const meter of ["characters", "bytes"] as const) {
          const text = JSON.parse(shape(unit.repeat(200), {}, limit, meter).text) as string
          const [head, , tail] = text.split(" … ")
          if (text === "…") continue
          assert.strictEqual(head, unit.repeat(200).slice(0, head!.length))
          assert.isTrue(unit.repeat(200).endsWith(tail!))
          if (unit === "😀") assert.isTrue(text.isWellFormed())
        }
      }
    }
  })

  it("are within maxString with what tells of it", () => {
    const { text } = shape(["a".repeat(100), "b".repeat(40), "c".repeat(41)], { maxString: 40 }, 1_000)
    const [a, b, c] = JSON.parse(text) as Array<string>
    assert.match(a!, /^a+ … \d+ more characters … a+$/)
    assert.isAtMost(a!.length, 40)
    assert.strictEqual(b, "b".repeat(40))
    assert.isAtMost(c!.length, 40)
    assert.strictEqual(shape("a".repeat(10), { maxString: 9 }, 100).text, '"…"')
  })
})

describe("arrays", () => {
  it("show the first elements, or those of both ends, with the marker in the gap", () => {
    const numbers = Array.from({ length: 1_000 }, (_, i) => i)
    assert.strictEqual(shape(numbers, {}, 30).text, '[0,1,2,3,"… 996 more items"]')
    assert.strictEqual(shape(numbers, { arrays: "ends" }, 35).text, '[0,1,2,"… 995 more items",998,999]')
    assert.strictEqual(shape(numbers, { arrays: "ends", maxItems: 3 }, 100).text, '[0,1,"… 997 more items",999]')
  })
})

describe("binary", () => {
  const bytes = Buffer.from("any bytes")
  const base64 = Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 7) % 256)).toString("base64")

  it("is told of by default", () => {
    const value = { bytes, view: new Float64Array(2), memory: new ArrayBuffer(5), base64, hex: "0a".repeat(600) }
    const { omitted, text } = shape({ ...value, url: `data:image/png;base64,${base64}` }, {}, 10_000)
    assert.deepStrictEqual(JSON.parse(text), {
      bytes: "[binary: 9 bytes]",
      view: "[binary: 16 bytes]",
      memory: "[binary: 5 bytes]",
      base64: "[base64: 1200 characters]",
      hex: "[hex: 1200 characters]",
      url: "[data URL: 1222 characters]"
    })
    assert.deepStrictEqual(
      omitted.map(({ count, kind }) => [kind, count]),
      [9, 16, 5, 1200, 1200, 1222].map((n) => ["binary", n])
    )
  })

  it("is not what only looks like it", () => {
    const value = ["data: {}", "a".repeat(2_000), "The words of a text. 12 ".repeat(100), base64.slice(0, 1_000)]
    assert.strictEqual(shape(value, {}, 10_000).text, JSON.stringify(value))
  })

  it("is written as base64, which is cut like a string", () => {
    const large = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256))
    assert.strictEqual(
      shape([bytes, base64], { binary: "base64" }, 2_000).text,
      JSON.stringify([bytes.toString("base64"), base64])
    )
    assert.strictEqual(shape(large, { binary: "base64" }, Infinity).text, JSON.stringify(large.toString("base64")))
    const { next, text } = shape(large, { binary: "base64", strings: "head" }, 1_000)
    assert.isAtMost(text.length, 1_000)
    assert.strictEqual(large.toString("base64").slice(0, next!.from), (JSON.parse(text) as string).split(" … ")[0])
  })

  it("that was taken away is empty, and a toJSON of the caller's wins", () => {
    const taken = new Uint8Array(8)
    structuredClone(taken, { transfer: [taken.buffer] })
    const own = Object.assign(Buffer.from("abc"), { toJSON: () => "own" })
    assert.strictEqual(shape([taken, own], {}, 100).text, '["[binary: 0 bytes]","own"]')
    assert.strictEqual(shape([taken], { binary: "base64" }, 100).text, '[""]')
  })
})

describe("depth and keys", () => {
  it("containers below maxDepth tell how many entries they have; empty ones are whole", () => {
    assert.strictEqual(
      shape({ a: [1, 2], b: {}, c: { d: [[]] } }, { maxDepth: 0 }, 100).text,
      '{"a":"[… 2 items]","b":{},"c":"{… 1 keys}"}'
    )
    assert.strictEqual(shape([[1]], { maxDepth: 0, markers: false }, 100).text, '["…"]')
  })

  it("the marker's key is one that the object does not have", () => {
    assert.strictEqual(shape({ "…": 1, a: "x".repeat(99) }, { maxKeys: 1 }, 100).text, '{"…":1,"……":"1 more keys"}')
  })

  it("keys without text are none", () => {
    const value = { a: undefined, b: 1, c: () => 1, d: 2, e: undefined }
    assert.deepInclude(shape(value, { maxKeys: 2 }, 100), { text: '{"b":1,"d":2}', omittedCount: 0 })
  })
})

describe("pages", () => {
  const value = { rows: records(50), text: "0123456789".repeat(100), "a/b": { "~": [1, 2, 3] } }

  it("are of the value at a place, from an entry on, and say where they go on", () => {
    const page = shape(value, { at: "/rows", from: 10 }, 200)
    const rows = JSON.parse(page.text) as Array<{ id: number }>
    assert.strictEqual(rows[0]!.id, 10)
    assert.deepInclude(page.next, { at: "/rows" })
    assert.strictEqual(rows[page.next!.from - 11]!.id, page.next!.from - 1)
    assert.deepStrictEqual(page.omitted.at(-1), {
      pointer: "/rows",
      kind: "items",
      from: page.next!.from,
      count: 50 - page.next!.from,
      kept: false
    })
    assert.deepInclude(shape(value, { at: "/a~1b/~0", from: 1 }, 100), {
      text: "[2,3]",
      next: undefined,
      omittedCount: 0
    })
    assert.strictEqual(shape(value, { at: "/rows/3/id" }, 100).text, "3")
    assert.strictEqual(shape(value, { at: "/rows", from: 50 }, 100).text, "[]")
  })

  it("of a string show all of it", () => {
    let all = ""
    for (let next: { at: string; from: number } | undefined = { at: "/text", from: 0 }; next !== undefined;) {
      const page = shape(value, { ...next, strings: "head" }, 100)
      const text = JSON.parse(page.text) as string
      all += page.next === undefined ? text : text.slice(0, page.next.from - next.from)
      next = page.next as typeof next
    }
    assert.strictEqual(all, value.text)
  })

  it("keep and drop name places of the whole value", () => {
    const { text } = shape(value, { at: "/rows/0", keep: ["/rows/0/tags"], drop: ["/rows/*/name"] }, 47)
    assert.deepInclude(JSON.parse(text), { tags: ["a", "b"] })
    assert.notInclude(text, "record")
  })

  it("of nothing are refused", () => {
    for (const how of [
      { at: "/none" },
      { at: "/rows/50" },
      { at: "/rows/01" },
      { at: "/text/0" },
      { at: "/rows", from: 51 }
    ]) {
      assert.strictEqual(
        failure(() => shape(value, how as Shape, 100)).reason._tag,
        "InvalidOptions",
        JSON.stringify(how)
      )
    }
  })
})

describe("cost", () => {
  it("is that of the limit, whatever the size of the value: at most four times it for each level that is shown", () => {
    const rows = (count: number) => ({ name: "rows", rows: records(count), notes: records(count) })
    for (const limit of [1_000, 8_000, 32_000]) {
      const visited = [2_000, 20_000, 200_000].map((count) => shape(rows(count), {}, limit).places)
      // A record has about seven places in 45 code units; three levels are shown.
      assert.isBelow(Math.max(...visited), (limit * 4 * 3 * 7) / 45)
      assert.isBelow(visited[2]!, visited[0]! * 1.2)
    }
  })

  it("steps are of 64 places or 16 KiB of one string", () => {
    const { places, steps } = shape({ rows: records(2_000), text: "a".repeat(1_000_000) }, {}, 1_000_000)
    assert.isAbove(steps, places / 64 / 2)
    assert.isAbove(steps, 1_000_000 / 16_384)
  })
})
