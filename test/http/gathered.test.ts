import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Gathered } from "../../src/http/internal/gathered.ts"

const mebibyte = 1024 * 1024

const gather = (parts: Iterable<Uint8Array>): Uint8Array[] => {
  const gathered = new Gathered()
  for (const part of parts) gathered.add(part)
  const chunks = Effect.runSync(gathered.end)
  assert.strictEqual(Buffer.concat(chunks).length, gathered.length)
  return [...chunks]
}

const some = (length: number, from = 0): Buffer => Buffer.from(Array.from({ length }, (_, i) => (from + i * 7) % 251))

const isUncounted = ({ buffer }: Uint8Array): boolean => buffer instanceof SharedArrayBuffer

/** Bytes that V8 does not count, of 136 MiB that are gathered. */
const uncountedOf136 = (): number => {
  const part = new Uint8Array(mebibyte)
  return gather(Array.from({ length: 136 }, () => part)).reduce(
    (sum, chunk) => sum + (isUncounted(chunk) ? chunk.length : 0),
    0
  )
}

describe("Gathered", () => {
  it("holds the bytes that came, whatever they were cut into", () => {
    for (const sizes of [[], [0], [10], [10, 20], [262_144], [262_144, 1], [1, 262_144, 0, 3], [700_000, 5, 300_000]]) {
      const parts = sizes.map((size, i) => some(size, i))
      const chunks = gather(parts)
      assert.isTrue(Buffer.concat(chunks).equals(Buffer.concat(parts)), sizes.join())
      for (const chunk of chunks) assert.isAtMost(chunk.length, 262_144)
    }
  })

  it("up to a piece, it is one chunk of memory that web APIs take", () => {
    for (const sizes of [[], [10], [200_000, 60_000]]) {
      const [only, ...others] = gather(sizes.map((size) => some(size)))
      assert.isFalse(isUncounted(only!))
      assert.deepStrictEqual(others, [])
    }
  })

  it("takes bytes from memory that is written again", () => {
    for (const size of [1000, 65_536, 300_000]) {
      const memory = [Buffer.alloc(size), Buffer.alloc(size)]
      const parts = Array.from({ length: 6 }, (_, i) => some(size, i))
      // The first chunk may be kept as it is until the second one comes.
      const written = function* () {
        for (const [i, part] of parts.entries()) {
          part.copy(memory[i % 2]!)
          yield memory[i % 2]!
        }
      }
      assert.isTrue(Buffer.concat(gather(written())).equals(Buffer.concat(parts)), `${size}`)
    }
  })

  it("takes what is gathered already as it is, between bytes of its own", () => {
    const inner = gather([some(600_000)])
    const parts = [some(300_000, 1), some(9, 2), ...inner, some(5, 3)]
    const chunks = gather(parts)
    assert.isTrue(Buffer.concat(chunks).equals(Buffer.concat(parts)))
    for (const { buffer } of inner) assert.isTrue(chunks.some((chunk) => chunk.buffer === buffer))
    // The outer one goes on writing into memory of its own only.
    assert.isTrue(Buffer.concat(inner).equals(some(600_000)))
  })

  it("what V8 does not count is bounded, and there is room again once it was collected", async () => {
    const first = uncountedOf136()
    assert.isAtMost(first, 128 * mebibyte)
    assert.isAtLeast(first, 120 * mebibyte)
    setFlagsFromString("--expose-gc")
    const collect = runInNewContext("gc") as () => void
    // Finalizers run in a task of their own.
    let again = 0
    for (let turn = 0; turn < 20 && again < 120 * mebibyte; turn++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
      again = uncountedOf136()
    }
    assert.isAtLeast(again, 120 * mebibyte)
  })
})
