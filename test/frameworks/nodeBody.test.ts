import { assert, describe, it } from "@effect/vitest"
import { Readable } from "node:stream"
import { chunksOf, type Limits } from "../../src/frameworks/internal/nodeBody.ts"

const limits = (limit: number, length?: number): Limits => ({
  limit,
  length,
  tooLarge: (received) => new Error(`too large: ${received}`),
  wrongLength: (received) => new Error(`wrong length: ${received}`)
})

const gather = async (source: Readable, limits: Limits): Promise<unknown> => {
  const sizes: Array<number> = []
  try {
    for await (const chunk of chunksOf(source, limits)) sizes.push(chunk.length)
  } catch (error) {
    sizes.push(-1)
    return [sizes, (error as Error).message]
  }
  return sizes
}

const source = () => Readable.from([Buffer.alloc(3), "größer", Buffer.alloc(2)], { objectMode: false })

describe("chunksOf", () => {
  it("gives what comes, as bytes", async () => {
    assert.deepStrictEqual(await gather(source(), limits(13, 13)), [3, 8, 2])
  })

  it("stops over the limit, and at an end that is not the announced one", async () => {
    assert.deepStrictEqual(await gather(source(), limits(12)), [[3, 8, -1], "too large: 13"])
    assert.deepStrictEqual(await gather(source(), limits(100, 14)), [[3, 8, 2, -1], "wrong length: 13"])
  })

  it("who stops early leaves the stream as it is, and the rest can be read off", async () => {
    const stream = source()
    for await (const chunk of chunksOf(stream, limits(100))) if (chunk.length > 0) break
    assert.isFalse(stream.destroyed)
    await new Promise((resolve) => stream.once("end", resolve).resume())
  })
})
