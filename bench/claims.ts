/**
 * The small figures that comments in `src` give as reasons, each measured anew: `node bench/claims.ts`, with either Node.
 */
import { execFileSync } from "node:child_process"
import { PerformanceObserver } from "node:perf_hooks"
import { isStringOneByteRepresentation, setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { digitsOf } from "../src/internal/frame/byteDigits.ts"
import { taskFailed } from "../src/internal/pool/classifyFailure.ts"
import { elementAt } from "../src/internal/value/arrayElements.ts"
import { estimate } from "../src/internal/walk/estimateSize.ts"
import { areHolesClean } from "../src/internal/value/intrinsics.ts"
import { isDateToJSON, isPlainDate } from "../src/internal/walk/harmlessToJSON.ts"
import { median } from "./stats.ts"

const rounds = 15
let sum = 0

const report = (what: string, figure: number, unit: string): void => {
  process.stdout.write(`${what.padEnd(66)} ${figure.toPrecision(3)} ${unit}\n`)
}

/** Nanoseconds of one call, the median over some rounds of many. */
const each = (what: string, calls: number, run: () => void): void => {
  const times = Array.from({ length: rounds }, () => {
    const begin = performance.now()
    for (let i = 0; i < calls; i++) run()
    return ((performance.now() - begin) / calls) * 1e6
  })
  report(what, median(times), "ns")
}

const time = (run: () => void): number => {
  const begin = performance.now()
  run()
  return performance.now() - begin
}

const repeated = (run: () => void, times = 99): number => median(Array.from({ length: times }, () => time(run)))

report(`Node ${process.version}, rounds`, rounds, "")

// Before anything else makes one.
const makeFailure = () => void taskFailed(undefined, true)
report("warmFailures.ts: the first error of a pool in a process", time(makeFailure), "ms")
report("warmFailures.ts: each later one", repeated(makeFailure), "ms")

// In a process of its own: that of the pool compiles some of the same.
const errors = JSON.stringify(new URL("../src/internal/errors/serializationErrors.ts", import.meta.url).href)
const firstError = `import { cyclicValue } from ${errors}
const begin = performance.now(); cyclicValue(""); console.log(performance.now() - begin)`
const fresh = () => Number(execFileSync(process.execPath, ["--input-type=module", "--eval", firstError]).toString())
report("warmErrors.ts: the first error of a call in a process", median(Array.from({ length: 5 }, fresh)), "ms")

each("intrinsics.ts: whether holes of arrays are clean", 20_000, () => {
  if (areHolesClean()) sum++
})

const row = (id: number) => ({ id, name: "a name", email: "user@example.com", active: true, score: id * 1.5 })
const document = { items: Array.from({ length: 12 }, (_, id) => row(id)) }
each(`estimateSize.ts: a document of ${JSON.stringify(document).length} bytes, below its threshold`, 20_000, () => {
  sum += estimate(document, 4_096)
})

// estimateSize.ts: two ways to see that no getter stands there, by index and by name.
const getDescriptor = Object.getOwnPropertyDescriptor
const lookupGetter = (
  Object.prototype as unknown as { readonly __lookupGetter__: (this: object, key: PropertyKey) => unknown }
).__lookupGetter__
const words = ["a", "b", "c", "d"]
const fields = row(1)
const fieldNames = Object.keys(fields)
each("estimateSize.ts: descriptors of 4 elements", 20_000, () => {
  for (let i = 0; i < words.length; i++) if (getDescriptor(words, i)!.get === undefined) sum++
})
each("estimateSize.ts: getters of 4 elements looked up", 20_000, () => {
  for (let i = 0; i < words.length; i++) if (lookupGetter.call(words, i) === undefined) sum++
})
each(`estimateSize.ts: descriptors of ${fieldNames.length} properties`, 20_000, () => {
  for (const name of fieldNames) if (getDescriptor(fields, name)!.get === undefined) sum++
})
each(`estimateSize.ts: getters of ${fieldNames.length} properties looked up`, 20_000, () => {
  for (const name of fieldNames) if (lookupGetter.call(fields, name) === undefined) sum++
})

// harmlessToJSON.ts: whether a date prints as the built-in ones do.
const dates = Array.from({ length: 1_000 }, (_, i) => new Date(i * 1e9))
const perDate = (what: string, isBuiltIn: (date: Date) => boolean): void =>
  report(
    what,
    (repeated(() => void dates.forEach((date) => (sum += isBuiltIn(date) ? 1 : 0)), 999) / 1_000) * 1e6,
    "ns"
  )
perDate("harmlessToJSON.ts: a date, by three reads", (date) => isDateToJSON(date.toJSON, date))
perDate("harmlessToJSON.ts: a date, without running a getter of its own", isPlainDate)

// arrayElements.ts: what two ways of reading do to 200,000 pairs of doubles, read after other arrays, and what they take.
setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}
const others = Array.from({ length: 200_000 }, () => ["a", "b"])
const readIndexed = (array: ReadonlyArray<unknown>): void => {
  for (let i = 0; i < array.length; i++) if (typeof array[i] === "number") sum++
}
const readCarefully = (array: ReadonlyArray<unknown>): void => {
  for (let i = 0; i < array.length; i++) if (typeof elementAt(array, i) === "number") sum++
}
for (const [what, read] of [
  ["elementAt(array, i)", readCarefully],
  ["array[i]", readIndexed]
] as const) {
  const pairs = Array.from({ length: 200_000 }, (_, i) => [i + 0.5, i / 4])
  const before = heap()
  const times = Array.from({ length: rounds }, () =>
    time(() => {
      others.forEach(read)
      pairs.forEach(read)
    })
  )
  report(`elements.ts: ${what}, an element`, (median(times) / 800_000) * 1e6, "ns")
  report(`elements.ts: ${what}, the heap grows for a pair by`, (heap() - before) / pairs.length, "bytes")
}

report(
  "sink.ts: new Uint8Array of 64 KB",
  repeated(() => new Uint8Array(65_536), 999),
  "ms"
)
report(
  "sink.ts: Buffer.allocUnsafeSlow of it",
  repeated(() => Buffer.allocUnsafeSlow(65_536), 999),
  "ms"
)

// utf8.ts: 32 K of text into a chunk, by the encoder and by `Buffer.write`.
const chunk = Buffer.allocUnsafeSlow(512 * 1024)
const encoder = new TextEncoder()
for (const [what, sentence] of [
  ["ASCII", "The quick brown fox jumps over the lazy dog. "],
  ["Latin-1", "Élève à l'école, où les garçons sont déjà là. "],
  ["two-byte", "Ça coûte – dit-il – 30 €, and no more than that. "]
] as const) {
  const text = JSON.stringify(sentence.repeat(1_000)).slice(0, 32_768)
  each(`utf8.ts: 32 K of ${what} text, encodeInto`, 300, () => (sum += encoder.encodeInto(text, chunk).written))
  each(`utf8.ts: 32 K of ${what} text, Buffer.write`, 300, () => (sum += chunk.write(text, 0)))
}

// bytesSink.ts: 40 MB of bytes put together in steps of 512 KB, and in one go.
const step = 512 * 1024
const chunks = Array.from({ length: 10 }, () => new Uint8Array(4 << 20).fill(1))
const steps: Array<number> = []
const whole: Array<number> = []
for (let round = 0; round < rounds; round++) {
  const target = new Uint8Array(40 << 20)
  let at = 0
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += step) {
      steps.push(time(() => target.set(chunk.subarray(from, from + step), at)))
      at += step
    }
  }
  whole.push(time(() => Buffer.concat(chunks)))
}
report("bytesSink.ts: a step of 512 KB", median(steps), "ms")
report("bytesSink.ts: 40 MB in one go", median(whole), "ms")

// frameSize.ts: long text of two-byte characters, in texts that are large objects of V8's and in some that are not.
const long = "é–".repeat(10_000_000)
for (const size of [65_536, 49_152]) {
  const slices = () => {
    for (let i = 0; i < long.length; i += size) sum += JSON.stringify(long.slice(i, i + size)).length
  }
  report(`route.ts: 20 M two-byte characters in texts of ${size}`, repeated(slices, rounds), "ms")
}

// frame.ts: entries of a wide map copied into objects of 16, with keys that no object has had yet.
const entries = 7_424
const copies = Array.from({ length: rounds }, (_, round) => {
  const keys = Array.from({ length: entries }, (_, i) => `k${round}-${i}`)
  const value = { body: "x" }
  return time(() => {
    for (let i = 0; i < entries; i += 16) {
      const copy: Record<string, unknown> = {}
      for (let j = i; j < i + 16; j++) copy[keys[j]!] = value
      sum += JSON.stringify(copy).length
    }
  })
})
report("frame.ts: an entry copied into an object of 16 and printed", (median(copies) / entries) * 1e6, "ns")

// encodeFrame.ts: keys of entries made into text one by one, or all in one call and parted again.
const names = Array.from({ length: entries }, (_, i) => `entry-${i}`)
const plainKey = /^[ !#-[\]-~]*$/
const eachKey = () =>
  names.forEach((name) => (sum += (plainKey.test(name) ? `"${name}"` : JSON.stringify(name)).length))
const allKeys = () =>
  JSON.stringify(names)
    .slice(2, -2)
    .split('","')
    .forEach((name) => (sum += `"${name}"`.length))
report("encodeFrame.ts: keys in one call over one by one", repeated(allKeys) / repeated(eachKey), "x")

// byteDigits.ts: the text of bytes, by native code and digit by digit.
const bytes = Uint8Array.from({ length: 4_096 }, (_, i) => (i * 31) % 256)
each("byteDigits.ts: 4,096 bytes, an array and JSON.stringify", 1_000, () => {
  const array = new Array<number>(bytes.length)
  for (let i = 0; i < bytes.length; i++) array[i] = bytes[i]!
  sum += JSON.stringify(array).length
})
each("byteDigits.ts: digit by digit", 1_000, () => (sum += digitsOf(bytes).length))

// encodeFrame.ts: a piece of a long text of one-byte characters, as it is cut out and as a text of its own; what it takes to tell.
for (const [what, sentence] of [
  ["plain", "The quick brown fox jumps over the lazy dog, and says hi. "],
  ["with line breaks", 'The quick brown fox jumps over the lazy dog, and says "hi".\n']
] as const) {
  const all = Buffer.from(sentence.repeat(80_000), "latin1").toString("latin1")
  const size = 16_384
  const pieces = Math.floor(all.length / size)
  const eachPiece = (print: (piece: string) => string) =>
    (1e3 *
      repeated(() => {
        for (let i = 0; i < pieces; i++) sum += print(all.slice(i * size, (i + 1) * size)).length
      })) /
    pieces
  report(`encodeFrame.ts: 16 K of ${what} text, a part of a longer one`, eachPiece(JSON.stringify), "us")
  report(
    `encodeFrame.ts: 16 K of ${what} text, joined first`,
    eachPiece((piece) => JSON.stringify([" ", piece].join(""))),
    "us"
  )
}
each(
  "encodeFrame.ts: isStringOneByteRepresentation",
  100_000,
  () => (sum += isStringOneByteRepresentation("a text") ? 1 : 0)
)

// encodeFrame.ts: what a second argument costs, even if it is null.
const records = Array.from({ length: 2_000 }, (_, id) => row(id))
const without = median(Array.from({ length: rounds }, () => time(() => (sum += JSON.stringify(records).length))))
const withNull = median(Array.from({ length: rounds }, () => time(() => (sum += JSON.stringify(records, null).length))))
// fastVisit.ts: reading all properties of records, by `for...in` and by `Object.keys`.
const readIn = (record: Record<string, unknown>): void => {
  for (const key in record) if (record[key] !== null) sum++
}
const readKeys = (record: Record<string, unknown>): void => {
  const keys = Object.keys(record)
  for (let i = 0; i < keys.length; i++) if (record[keys[i]!] !== null) sum++
}
const byIn = repeated(() => records.forEach(readIn))
const byKeys = repeated(() => records.forEach(readKeys))
report("fastVisit.ts: for...in over Object.keys", byIn / byKeys, "x")

report("encodeFrame.ts: JSON.stringify(value, null) over JSON.stringify(value)", withNull / without, "x")

// fastVisit.ts: native code on a cycle. Node 26 goes round some ten thousand times before it looks, with all that is in it.
const cycle = (text: string) => {
  const root: Record<string, unknown> = { text: JSON.parse(JSON.stringify(text)) }
  root["self"] = [root]
  return () => {
    try {
      JSON.stringify(root)
    } catch {
      sum++
    }
  }
}
report("fastVisit.ts: JSON.stringify of a cycle, no text in it", time(cycle("")), "ms")
report("fastVisit.ts: of one that holds a text of 1,000 characters", time(cycle("x".repeat(1_000))), "ms")
report("fastVisit.ts: of one that holds 5,000", time(cycle("x".repeat(5_000))), "ms")

// docs/benchmarks.md: what web streams of one chunk leave behind, before this library comes in.
let longest = 0
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
})
observer.observe({ entryTypes: ["gc"] })
for (let i = 0; i < 32_000; i++) {
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(100))
      controller.close()
    }
  })
  for await (const chunk of source) sum += chunk.length
}
await new Promise((resolve) => setTimeout(resolve, 50))
observer.disconnect()
report("benchmarks.md: longest collection, 32,000 small web streams", longest, "ms")
