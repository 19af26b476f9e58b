import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { vi } from "vitest"
import { BytesSink } from "../../src/internal/output/bytesSink.ts"
import { ChunkSink } from "../../src/internal/output/chunkSink.ts"
import { type Sink, StringSink } from "../../src/internal/output/sink.ts"
import { toBytes } from "../../src/internal/output/utf8.ts"

const texts = ["", "a", "é", "😀", "\ud800", "plain ".repeat(1000), "é😀".repeat(5000), "x".repeat(700_000), "end"]
const whole = Buffer.from(texts.join(""))

const finish = (sink: Sink) => {
  let steps = 1
  while (sink.finish()) steps++
  return steps
}

/** The texts, each as text or as bytes. */
const fill = (sink: Sink, asBytes: (index: number) => boolean, given = texts) => {
  given.forEach((text, i) => (asBytes(i) ? sink.bytes(Buffer.from(text)) : sink.text(text)))
}

const mixes: { readonly [name: string]: (index: number) => boolean } = {
  texts: () => false,
  bytes: () => true,
  "both, text first": (i) => i % 2 === 1,
  "both, bytes first": (i) => i % 2 === 0
}

describe("strings", () => {
  for (const [name, asBytes] of Object.entries(mixes)) {
    it(name, () => {
      const sink = new StringSink()
      fill(sink, asBytes)
      finish(sink)
      assert.isTrue(Buffer.from(sink.result).equals(whole))
      assert.isFalse(sink.isTooLong)
    })
  }

  it("over the longest string", () => {
    const sink = new StringSink()
    const text = "x".repeat(2 ** 28)
    sink.text(text)
    assert.isFalse(sink.isTooLong)
    sink.text(text)
    assert.isTrue(sink.isTooLong)
    assert.strictEqual(sink.result.length, text.length)
  })

  it("a byte order mark stays", () => {
    const sink = new StringSink()
    sink.bytes(Buffer.from("\ufeffa"))
    assert.strictEqual(sink.result, "\ufeffa")
  })
})

describe("bytes", () => {
  for (const [name, asBytes] of Object.entries(mixes)) {
    it(name, () => {
      const sink = new BytesSink()
      fill(sink, asBytes)
      finish(sink)
      assert.isTrue(Buffer.from(sink.result).equals(whole))
      assert.strictEqual(sink.result.byteOffset, 0)
      assert.strictEqual(sink.result.buffer.byteLength, sink.result.length)
    })
  }

  it("nothing", () => {
    const sink = new BytesSink()
    finish(sink)
    assert.strictEqual(sink.result.length, 0)
  })

  it("a text in one piece needs one step", () => {
    const sink = new BytesSink()
    sink.text("whole")
    assert.strictEqual(finish(sink), 1)
    assert.strictEqual(Buffer.from(sink.result).toString(), "whole")
  })

  it("the last step is done in pieces, so that it holds nobody", () => {
    const sink = new BytesSink()
    for (let i = 0; i < 20; i++) sink.text("x".repeat(1024 * 1024))
    // 20 MB, half of one at a time.
    assert.isAtLeast(finish(sink), 40)
    assert.strictEqual(sink.result.length, 20 * 1024 * 1024)
  })

  it("calls at a time have chunks of their own, also those that were used before", () => {
    for (let round = 0; round < 2; round++) {
      const sinks = ["a", "b", "c"].map((letter) => ({ letter, sink: new BytesSink() }))
      for (let i = 0; i < 40; i++) for (const { letter, sink } of sinks) sink.text(letter.repeat(100_000))
      for (const { letter, sink } of sinks) {
        finish(sink)
        assert.isTrue(Buffer.from(sink.result).equals(Buffer.alloc(4_000_000, letter)))
        assert.instanceOf(sink.result.buffer, ArrayBuffer)
      }
    }
  })

  it("what is given may be used again by its owner", () => {
    const sink = new BytesSink()
    const bytes = Buffer.from("abc")
    sink.bytes(bytes)
    bytes.fill(0)
    finish(sink)
    assert.strictEqual(Buffer.from(sink.result).toString(), "abc")
  })
})

describe("chunks", () => {
  for (const size of [1, 2, 3, 4, 5, 1000, 65_536, 10_000_000]) {
    for (const [name, asBytes] of Object.entries(mixes)) {
      it(`of ${size}: ${name}`, () => {
        let notified = 0
        const sink = new ChunkSink(size, () => notified++)
        // A chunk for every byte or two is slow.
        const given = size < 10 ? texts.filter(({ length }) => length < 20_000) : texts
        const whole = Buffer.from(given.join(""))
        fill(sink, asBytes, given)
        finish(sink)
        assert.isFalse(sink.isEmpty)
        const chunks = sink.take()
        assert.isTrue(sink.isEmpty)
        assert.isTrue(Buffer.concat(chunks).equals(whole))
        assert.isTrue(chunks.every(({ length }) => length > 0 && length <= size))
        assert.strictEqual(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length)
        assert.strictEqual(notified, chunks.length)
        assert.strictEqual(sink.total, whole.length)
      })
    }
  }

  it("a small text takes no large one", () => {
    const asked: Array<number> = []
    const allocate = Buffer.allocUnsafeSlow
    vi.spyOn(Buffer, "allocUnsafeSlow").mockImplementation((size) => {
      asked.push(size)
      return allocate(size)
    })
    try {
      for (const [length, largest] of [
        [10, 65_536],
        [65_536, 65_536],
        [65_537, 262_144],
        [5_000_000, 16_777_216]
      ] as const) {
        asked.length = 0
        const sink = new ChunkSink(16_777_216, () => {})
        const text = "x".repeat(length)
        for (let at = 0; at < length; at += 10_000) sink.text(text.slice(at, at + 10_000))
        finish(sink)
        assert.isAtMost(Math.max(0, ...asked), largest)
        const chunks = sink.take()
        assert.deepStrictEqual([chunks.length, Buffer.concat(chunks).toString() === text], [1, true])
      }
    } finally {
      vi.restoreAllMocks()
    }
  })

  it("what a reader has is not written to again, by this stream or the next", () => {
    const letters = ["a", "b", "c", "d"]
    const sinks = letters.map(() => new ChunkSink(65_536, () => {}))
    const texts = letters.map((letter) => letter.repeat(100_000))
    for (const [i, sink] of sinks.entries()) {
      sink.text(texts[i]!)
      if (i % 2 === 1) for (const one of sinks.slice(i - 1, i + 1)) finish(one)
    }
    for (const [i, sink] of sinks.entries()) assert.strictEqual(Buffer.concat(sink.take()).toString(), texts[i])
  })

  it("are full when a reader should come first", () => {
    const small = new ChunkSink(1000, () => {})
    small.text("x".repeat(100_000))
    assert.isFalse(small.isFull)
    small.text("x".repeat(40_000))
    assert.isTrue(small.isFull)
    small.take()
    assert.isFalse(small.isFull)
    const large = new ChunkSink(65_536, () => {})
    large.text("x".repeat(65_000))
    assert.isFalse(large.isFull)
    large.text("x".repeat(1000))
    assert.isTrue(large.isFull)
  })
})

describe("any texts", () => {
  const alphabets = ["a", "aé", "aé–", "a–😀", "😀\ud800\udc00", "\u0000\u007f\u0080\u07ff\u0800\uffff"]
  const text = fc
    .tuple(fc.constantFrom(...alphabets), fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 97 }))
    .map(([alphabet, length, step]) => {
      const units = alphabet.split("")
      return Array.from({ length }, (_, i) => units[(i * step + (i >> 5)) % units.length]!).join("")
    })
  const given = fc.array(fc.tuple(text, fc.boolean()), { maxLength: 12 })
  const chunkSize = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1_000, max: 70_000 }))

  const wholeOf = (parts: ReadonlyArray<readonly [string, boolean]>) =>
    Buffer.concat(parts.map(([text]) => Buffer.from(text)))

  it("become the bytes that `TextEncoder` gives", () => {
    fc.assert(
      fc.property(given, (parts) => {
        const sink = new BytesSink()
        for (const [text, asBytes] of parts)
          if (asBytes) sink.bytes(Buffer.from(text))
          else sink.text(text)
        finish(sink)
        assert.isTrue(wholeOf(parts).equals(sink.result))
      }),
      { numRuns: 100 }
    )
  })

  it("become the same in chunks, all full but for the last", () => {
    fc.assert(
      fc.property(given, chunkSize, (parts, size) => {
        const short = size < 10 ? parts.map(([text, asBytes]) => [text.slice(0, 300), asBytes] as const) : parts
        const sink = new ChunkSink(size, () => {})
        for (const [text, asBytes] of short)
          if (asBytes) sink.bytes(Buffer.from(text))
          else sink.text(text)
        finish(sink)
        const chunks = sink.take()
        assert.isTrue(Buffer.concat(chunks).equals(wholeOf(short)))
        assert.isTrue(chunks.slice(0, -1).every(({ length }) => length === size))
        assert.isTrue(chunks.every(({ buffer, length }) => buffer.byteLength === length))
      }),
      { numRuns: 100 }
    )
  })

  it("of any size are encoded whole", () => {
    for (const unit of ["a", "é", "–", "😀", "\ud800"]) {
      for (const length of [0, 1, 4_095, 4_096, 65_535, 65_536, 65_537, 300_000]) {
        const text = unit.repeat(length)
        const bytes = toBytes(text)
        assert.isTrue(new TextEncoder().encode(text).every((byte, i) => byte === bytes[i]))
        assert.strictEqual(bytes.buffer.byteLength, bytes.length)
        assert.strictEqual(bytes.length, Buffer.byteLength(text))
      }
    }
  })
})
