import { assert, describe, it } from "@effect/vitest"
import express from "express"
import * as fc from "fast-check"
import { EventEmitter } from "node:events"
import { expressJson, honoJson, koaJson } from "../../src/frameworks/index.ts"
import { bodyFor } from "../../src/frameworks/internal/body.ts"
import { etagOf } from "../../src/frameworks/internal/etag.ts"
import { inPieces } from "../../src/frameworks/internal/inPieces.ts"
import { utf8Type } from "../../src/frameworks/internal/utf8Type.ts"
import { isSerializationError } from "../../src/SerializationError.ts"
import { rejection } from "../support/values.ts"

describe("entity tags", () => {
  const expected = (kind: "weak" | "strong", bytes: Buffer): string => express().set("etag", kind).get("etag fn")(bytes)

  for (const length of [0, 1, 65_535, 65_536, 65_537, 5_000_000]) {
    it(`${length} bytes: what Express makes`, async () => {
      const bytes = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7919) % 256))
      assert.strictEqual(await etagOf(bytes, "strong"), expected("strong", bytes))
      assert.strictEqual(await etagOf(bytes, "weak"), expected("weak", bytes))
    })
  }
})

describe("work in pieces", () => {
  it("all pieces in order, over many turns", async () => {
    const done: Array<number> = []
    let turns = 0
    const count = () => {
      turns++
      immediate = setImmediate(count)
    }
    let immediate = setImmediate(count)
    await inPieces(50, (i) => {
      const end = performance.now() + 0.5
      while (performance.now() < end);
      done.push(i)
    })
    clearImmediate(immediate)
    assert.deepStrictEqual(
      done,
      Array.from({ length: 50 }, (_, i) => i)
    )
    assert.isAbove(turns, 5)
  })

  it("nothing to do is done at once, and what a piece throws rejects", async () => {
    await inPieces(0, () => assert.fail("no piece"))
    const late = inPieces(1000, (i) => {
      const end = performance.now() + 0.5
      while (performance.now() < end);
      if (i === 10) throw new Error("piece 10")
    })
    assert.deepInclude((await rejection(late)) as Error, { message: "piece 10" })
  })
})

describe("the client of an answer", () => {
  const bytes = Buffer.from("[]")
  const settings = {
    threshold: 0,
    serializer: {
      serializeToBytes: () => Promise.resolve({ bytes, truncated: false, path: "sync" as const }),
      serializeToReadableStream: () => new ReadableStream<Uint8Array>()
    }
  }

  it("is listened to only while the bytes are made", async () => {
    const outgoing = new EventEmitter()
    const body = bodyFor(outgoing, [], settings)
    assert.strictEqual(outgoing.listenerCount("close"), 1)
    assert.deepStrictEqual(await body, bytes)
    assert.strictEqual(outgoing.listenerCount("close"), 0)
  })

  it("has left already: nothing is made", async () => {
    assert.strictEqual(
      await bodyFor(Object.assign(new EventEmitter(), { destroyed: true }), [], settings),
      "client gone"
    )
  })
})

describe("the Content-Type of a text", () => {
  const response = Object.create(express().response) as { send(body: string): unknown }
  const charset = (header: string): string => utf8Type(response, header)

  it("has the charset of the bytes", () => {
    assert.strictEqual(charset("application/json"), "application/json; charset=utf-8")
    assert.strictEqual(charset("text/plain; charset=latin1"), "text/plain; charset=utf-8")
  })

  it("is refused where Express refuses it, or comes out with its type and parameters", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]+\/[a-z+]+(; [a-z]+=[a-z]+){0,3}$/), (header) => {
        const result = charset(header)
        assert.isTrue(result.startsWith(header.split(";")[0]!))
        assert.include(result, "charset=utf-8")
      })
    )
  })
})

describe("options", () => {
  it("out of range are refused when the adapter is made", () => {
    for (const make of [expressJson, koaJson, honoJson]) {
      for (const options of [{ threshold: -1 }, { threshold: "1" }, { serializer: 1 }]) {
        try {
          make(options as never)
          assert.fail("not refused")
        } catch (error) {
          assert.isTrue(isSerializationError(error) && error.reason._tag === "InvalidOptions")
        }
      }
    }
  })
})
