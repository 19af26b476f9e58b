/** One special case in a process of its own: memory of streams, a gigabyte of rows, pointers, depth, a hundred calls. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { parse, parseArray } from "../../src/parse/index.ts"
import { settle, shrink } from "../hold.ts"
import { peakResident, resetPeak } from "../resident.ts"
import { median } from "../stats.ts"
import { textSet } from "./sets.ts"
import { cpuNow, idle, watch } from "./watch.ts"

export interface SpecialRow {
  readonly name: string
  readonly result: string
  readonly limit: string
}

const row = (id: number): string =>
  `{"id":${id},"name":"user ${id}","email":"user${id}@example.com","active":${id % 3 === 0},"score":${(id % 1000) / 8},"tags":["member","group-${id % 40}"]}`

/** Rows of an array in chunks of about 64 KB. */
const rowsOf = function* (count: number): Generator<Uint8Array> {
  let text = "["
  for (let id = 0; id < count; id++) {
    text += id === 0 ? row(id) : `,${row(id)}`
    if (text.length > 65_536) {
      yield Buffer.from(text)
      text = ""
    }
  }
  yield Buffer.from(`${text}]`)
}

/** One chunk at a time: by default 4,096 would be made and held at once. */
const streamOf = (count: number): Stream.Stream<Uint8Array> => Stream.fromIterable(rowsOf(count), { chunkSize: 1 })

/** What the process has before anything is measured: Node and Effect's modules, mostly. */
const resident = async (): Promise<number> => {
  await shrink(2)
  return process.memoryUsage.rss()
}

const beyond = async (run: () => unknown): Promise<number> => {
  const base = await resident()
  resetPeak()
  await run()
  return (peakResident() - base) / 1e6
}

const paired = async (rounds: number, native: () => unknown, ours: () => unknown): Promise<string> => {
  const ratios: Array<number> = []
  for (let i = 0; i <= rounds; i++) {
    await settle()
    let began = cpuNow()
    await native()
    const base = cpuNow() - began
    await settle()
    began = cpuNow()
    await ours()
    if (i > 0) ratios.push((cpuNow() - began) / base)
  }
  return `${median(ratios).toFixed(2)} of \`JSON.parse\``
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

const cases: { readonly [name: string]: () => Promise<SpecialRow> } = {
  memory: async () => {
    let kept: unknown
    await Effect.runPromise(parse(streamOf(1000)))
    const ours = await beyond(async () => (kept = await Effect.runPromise(parse(streamOf(500_000)))))
    void kept
    return { name: "a stream of 500,000 rows: peak over the start", result: `${ours.toFixed(0)} MB`, limit: "" }
  },
  memoryNative: async () => {
    let kept: unknown
    const ours = await beyond(() => (kept = JSON.parse(textOf(Buffer.concat([...rowsOf(500_000)])))))
    void kept
    return { name: "the same, buffered for `JSON.parse`", result: `${ours.toFixed(0)} MB`, limit: "" }
  },
  gigabyte: async () => {
    // The same 16 MB of rows again and again: a generator that makes a gigabyte of them takes 100 MB by itself.
    const chunks = [...rowsOf(125_000)]
    const [first, ...others] = chunks
    const last = others.pop()!
    const again = Buffer.concat([Buffer.from(","), first!.subarray(1)])
    const passes = 64
    let seen = 0
    let bytes = 0
    const text = function* (): Generator<Uint8Array> {
      for (let pass = 0; pass < passes; pass++) {
        yield pass === 0 ? first! : again
        yield* others
        yield pass === passes - 1 ? last : last.subarray(0, -1)
      }
    }
    const source = Stream.fromIterable(text(), { chunkSize: 1 }).pipe(
      Stream.tap((chunk) => Effect.sync(() => (bytes += chunk.length)))
    )
    const read = Stream.runForEachArray(parseArray(source), (rows) => Effect.sync(() => (seen += rows.length)))
    await Effect.runPromise(Stream.runDrain(parseArray(streamOf(1000))))
    const start = (await resident()) / 1e6
    const began = performance.now()
    const ours = await beyond(() => Effect.runPromise(read))
    if (seen !== passes * 125_000) throw new Error(`${seen} rows`)
    const seconds = (performance.now() - began) / 1000
    return {
      name: `\`parseArray\` over ${(bytes / 1e9).toFixed(2)} GB of rows: peak over the start`,
      result: `${ours.toFixed(0)} MB (the process begins with ${start.toFixed(0)}), ${seconds.toFixed(0)} s`,
      limit: "100 MB"
    }
  },
  arrayCpu: async () => {
    const chunks = [...rowsOf(200_000)]
    const whole = Buffer.concat(chunks)
    return {
      name: "`parseArray`, CPU, 200,000 rows",
      result: await paired(
        9,
        // The parts that a program would cut by hand, where it knows how.
        () => {
          const text = textOf(whole).slice(1, -1)
          for (let at = 0; at < text.length;) {
            const end = at + 60_000 >= text.length ? text.length : text.indexOf("},{", at + 60_000) + 1
            JSON.parse(`[${text.slice(at, end)}]`)
            at = end + 1
          }
        },
        () => Effect.runPromise(Stream.runDrain(parseArray(Stream.fromIterable(chunks))))
      ),
      limit: "1.15"
    }
  },
  at: async () => {
    const skipped = textSet("bcd").load()
    const bytes = Buffer.concat([Buffer.from('{"skipped":'), skipped, Buffer.from(',"wanted":[1,2]}')])
    return {
      name: "`at`, skipping 20 MB",
      result: await paired(
        9,
        () => JSON.parse(textOf(bytes)) as unknown,
        () => Effect.runPromise(parse(bytes, { at: "/wanted" }))
      ),
      limit: "0.15"
    }
  },
  deep: async () => {
    const bytes = Buffer.from(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)
    return {
      name: "100,000 levels",
      result: await paired(
        15,
        () => {
          for (let i = 0; i < 10; i++) JSON.parse(textOf(bytes))
        },
        async () => {
          for (let i = 0; i < 10; i++) await Effect.runPromise(parse(bytes))
        }
      ),
      limit: "5"
    }
  },
  reviver: async () => {
    const bytes = textSet("records").load().subarray(0)
    const text = JSON.stringify((JSON.parse(textOf(bytes)) as Array<unknown>).slice(0, 20_000))
    const reviver = (_key: string, value: unknown) => value
    return {
      name: "a reviver, 20,000 records",
      result: (
        await paired(
          9,
          () => JSON.parse(text, reviver) as unknown,
          () => Effect.runPromise(parse(text, { reviver }))
        )
      ).replace("`JSON.parse`", "`JSON.parse` with it"),
      limit: ""
    }
  },
  hundred: async () => {
    const value = (JSON.parse(textOf(textSet("records").load())) as Array<unknown>).slice(0, 8000)
    const bytes = Buffer.from(JSON.stringify(value))
    const run = () =>
      Effect.runPromise(
        Effect.all(
          Array.from({ length: 100 }, () => parse(bytes)),
          { concurrency: "unbounded", discard: true }
        )
      )
    await run()
    await settle()
    const many = await watch(run)
    await settle()
    const one = await watch(() => Effect.runPromise(parse(bytes)))
    const still = await idle(one.wall)
    const ms = (value: number) => `${value.toFixed(1)} ms`
    return {
      name: `100 calls of ${(bytes.length / 1e6).toFixed(1)} MB at once: longest gap without collections`,
      result: `${ms(many.netGap)} (one call ${ms(one.netGap)}, idle ${ms(still.netGap)})`,
      limit: "as for one"
    }
  }
}

export const specialCases = Object.keys(cases)

const [name] = process.argv.slice(2)
if (process.send !== undefined && name !== undefined) process.send(await cases[name]!())
