import { assert, describe, it } from "@effect/vitest"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { countChunks, referenceIds, tables, tokenizers } from "./reference.ts"
import { forEachPart, mergeCacheSize } from "../../src/tokens/internal/guard.ts"
import { maxRun } from "../../src/tokens/internal/cuts.ts"
import { Pieces, pieceSize } from "../../src/tokens/internal/pieces.ts"

const partsOf = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  forEachPart(text, (part) => parts.push(part))
  return parts
}

const piecesOf = (text: string): ReadonlyArray<string> => {
  const pieces = new Pieces()
  pieces.push(text)
  pieces.end()
  const all: Array<string> = []
  for (let piece = pieces.next(); piece !== undefined; piece = pieces.next()) all.push(piece)
  return all
}

const runs: ReadonlyArray<readonly [what: string, run: string]> = [
  ["one letter", "a"],
  ["capitals", "A"],
  ["digits", "7"],
  ["punctuation", "="],
  ["spaces", " "],
  ["tabs", "\t"],
  ["line breaks", "\n"],
  ["marks", "\u0301"],
  ["letters with marks", "e\u0301"],
  ["Thai", "ก"],
  ["Han", "漢"],
  ["emoji", "🙂"],
  ["emoji with joiners", "👩\u200D"],
  ["apostrophes", "'"],
  ["contractions", "a'"]
]

describe.each(tables)("%s", (table) => {
  it.each(runs)("a long run of %s reaches the tokenizer in parts of at most 512 code units", (_, run) => {
    const text = run.repeat(Math.ceil(40_000 / run.length))
    const parts = partsOf(text)
    assert.strictEqual(parts.join(""), text)
    assert.isAtMost(Math.max(...parts.map((part) => part.length)), maxRun)
    const some = run.repeat(Math.ceil(4000 / run.length))
    const reference = referenceIds(table, some).length
    const { exact, tokens } = countChunks(table, [some])
    if (exact) assert.strictEqual(tokens, reference)
    // Cut elsewhere than at safe places, it may come to a little more, a token a cut.
    assert.isAtLeast(tokens, reference)
    assert.isAtMost(tokens, reference + partsOf(some).length)
  })

  it("special tokens count as the characters that they are written with", () => {
    const text = "<|endoftext|><|fim_prefix|> <|im_start|>user"
    assert.deepStrictEqual(countChunks(table, [text]), { tokens: referenceIds(table, text).length, exact: true })
    assert.isAbove(countChunks(table, ["<|endoftext|>"]).tokens, 1)
  })

  it("a mark of byte order and U+0085 make a count inexact", () => {
    for (const text of ["\uFEFF{}", "a \uFEFFb", "a\u0085b"]) assert.isFalse(countChunks(table, [text]).exact)
    assert.isTrue(countChunks(table, ["{}"]).exact)
  })

  it("a letter that Unicode 17 has added makes a count inexact", () => {
    assert.isFalse(countChunks(table, ["\u{323B0}'t"]).exact)
  })

  it("a long s behind an apostrophe makes a count inexact", () => {
    assert.isFalse(countChunks(table, ["a'\u017F'LLa"]).exact)
    assert.isTrue(countChunks(table, ["Wachſtube, 's"]).exact)
  })

  it("halves of pairs count as U+FFFD", () => {
    for (const text of ["\uD83D", "a\uDE42b", "\uDE42\uD83D", "\uD83D\uD83D\uDE42"]) {
      assert.deepStrictEqual(countChunks(table, [text]), countChunks(table, [text.toWellFormed()]))
      assert.strictEqual(countChunks(table, [text]).tokens, referenceIds(table, text).length)
    }
  })

  it("a pair that is split between chunks counts as one character", () => {
    const text = "x🙂y".repeat(20)
    assert.deepStrictEqual(
      countChunks(
        table,
        Array.from({ length: text.length }, (_, i) => text[i]!)
      ),
      {
        tokens: referenceIds(table, text).length,
        exact: true
      }
    )
  })

  it("a rope counts as the flat text does", () => {
    let rope = ""
    for (let i = 0; i < 5000; i++) rope += `item ${i} `
    assert.deepStrictEqual(countChunks(table, [rope]), countChunks(table, [Buffer.from(rope).toString()]))
  })
})

it("no cut is inside a pair, in a run and between pieces", () => {
  const text = `a${"🙂".repeat(50_000)}`
  for (const part of [...partsOf(text), ...piecesOf(text)]) assert.isTrue(part.isWellFormed())
})

it("pieces are at most 64 KiB of UTF-8, of scripts with many bytes too", () => {
  for (const char of ["a", "é", "ก", "漢", "🙂", " ก", "\uD83D"]) {
    for (const piece of piecesOf(char.repeat(100_000))) assert.isAtMost(Buffer.byteLength(piece), pieceSize)
  }
})

it("the tokenizer's cache keeps no text alive", () => {
  setFlagsFromString("--expose-gc")
  const gc = runInNewContext("gc") as () => void
  const { o200k_base: tokenizer } = tokenizers
  tokenizer.setMergeCacheSize(mergeCacheSize)
  const heap = () => {
    gc()
    return process.memoryUsage().heapUsed
  }
  const before = heap()
  // A hundred texts of 1 MB, each with a word that no table holds. V8 of Node 24 keeps 101 MB for slices of them, that of 26 does not.
  // What else the process does meanwhile takes some, too.
  const word = (n: number) => Array.from(String(n), (digit) => "zqxjkvwybd"[Number(digit)]).join("")
  for (let i = 100; i < 200; i++) {
    const text = Buffer.from(` zqxj${word(i)}kwvqzzxjk `.padEnd(1_000_000, " ok")).toString()
    countChunks("o200k_base", [text.slice(0, 400)])
  }
  assert.isBelow((heap() - before) / 1e6, 40)
})
