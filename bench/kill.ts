/**
 * Threads that are killed at any moment, some thousands of them: every call must end, with the right text.
 *
 *     npm run bench:kill [-- --kills 10000] [--seconds 150] [--seed 1]
 *
 * Calls of all outputs run on short-lived instances of the library, as it is built for the package, whose threads are ended while they
 * start, while they work, and while they are idle. Prints how many were killed, what the calls came to, and the memory at the begin and
 * at the end; a call that fails, gives another text, or does not end within half a minute fails the run. Then, for the first kill of a
 * process and for later ones, the longest turn of the loop that follows: medians over fresh processes.
 */
import { fileURLToPath } from "node:url"
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type * as Async from "../src/Async.ts"
import { makeRandom, type Random } from "./data/random.ts"
import { killAll, killOne, memory } from "./liveThreads.ts"
import { inProcess } from "./processes.ts"
import { median, ms } from "./stats.ts"

const { values: flags } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seconds: { type: "string", default: "150" },
    seed: { type: "string", default: "1" },
    child: { type: "string" }
  }
})

const { makeSerializer } = (await import(new URL("../dist/Async.js", import.meta.url).href)) as typeof Async

const values = [
  Array.from({ length: 12_000 }, (_, id) => ({ id, name: `user ${id}`, tags: ["a", "b"] })),
  Array.from({ length: 60 }, (_, id) => ({ id, text: "words and words ".repeat(600) })),
  { rows: Array.from({ length: 3_000 }, (_, id) => [id / 3, id, -id]), at: new Date(0) },
  Object.fromEntries(Array.from({ length: 5_000 }, (_, id) => [`key ${id}`, { id, toJSON: () => `é${id}` }]))
]
const texts = values.map((value) => JSON.stringify(value))

const showMemory = (): string => {
  const { heapUsed, rss } = memory()
  return `heap ${(heapUsed / 1e6).toFixed(1)} MB, resident ${(rss / 1e6).toFixed(0)} MB`
}

interface Tally {
  killed: number
  calls: number
  readonly paths: Record<string, number>
  readonly wrong: Array<string>
}

type Serializer = ReturnType<typeof makeSerializer>

/** One call in one of the outputs; gives its text and path. */
const call = async (serializer: Serializer, value: unknown, output: number): Promise<readonly [string, string]> => {
  if (output === 0) {
    const { path, serialized } = await serializer.serialize(value)
    return [serialized, path]
  }
  if (output === 1) {
    const { bytes, path } = await serializer.serializeToBytes(value)
    return [Buffer.from(bytes).toString(), path]
  }
  let end = ""
  const stream = serializer.serializeToReadableStream(value, { onEnd: ({ path }) => (end = path) })
  return [await new Response(stream).text(), end]
}

/** No thread is killed for a while, so that some calls are answered by one. */
const isCalm = (): boolean => performance.now() % 2_000 < 600

/** Some calls on an instance of their own, whose threads are killed meanwhile. */
const life = async (random: Random, tally: Tally): Promise<void> => {
  const serializer = makeSerializer({ maxThreads: 1 + random.int(2), routing: "worker" })
  for (let round = 0; round < 2; round++) {
    const calls = Array.from({ length: 3 }, async () => {
      const which = random.int(values.length)
      const output = random.int(3)
      const what = `value ${which}, output ${output}`
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error("no end")), 30_000)
      try {
        const [text, path] = await Promise.race([call(serializer, values[which], output), late.promise])
        tally.calls++
        tally.paths[path] = (tally.paths[path] ?? 0) + 1
        if (text !== texts[which]) tally.wrong.push(`${what}: another text`)
      } catch (error) {
        tally.wrong.push(`${what}: ${String(error)}`)
      } finally {
        clearTimeout(timer)
      }
    })
    // Each thread that turns up has some time to live. With little it is killed while it starts.
    const stop = new AbortController()
    const over = Promise.all(calls).then(() => stop.abort())
    while (!stop.signal.aborted) {
      if (random.int(3) === 0) await turn()
      else await sleep(random.int(random.int(2) === 0 ? 60 : 600), undefined, { signal: stop.signal }).catch(() => {})
      if (isCalm()) continue
      if (killOne()) tally.killed++
    }
    await over
  }
  await serializer.shutdown()
}

const soak = async (): Promise<boolean> => {
  const random = makeRandom(Number(flags.seed))
  const tally: Tally = { killed: 0, calls: 0, paths: {}, wrong: [] }
  const until = performance.now() + Number(flags.seconds) * 1000
  const lives = async () => {
    while (tally.killed < Number(flags.kills) && performance.now() < until) await life(random, tally)
  }
  for (let i = 0; i < 20; i++) await life(random, tally)
  const before = showMemory()
  await Promise.all([lives(), lives(), lives()])
  const { calls, killed, paths, wrong } = tally
  const count = Object.entries(paths).map(([path, count]) => `${path} ${count}`)
  console.log(`${killed} threads killed, ${calls} calls ended (${count.join(", ")}), ${wrong.length} wrong`)
  console.log(`after the first twenty instances: ${before}\nat the end: ${showMemory()}`)
  for (const line of wrong.slice(0, 10)) console.log(line)
  return wrong.length === 0
}

/** The longest turns of the loop after the first kill, and after the second. */
const watch = async (): Promise<ReadonlyArray<number>> => {
  const serializer = makeSerializer({ maxThreads: 2, routing: "worker" })
  console.log("The first line that is written opens the console, which takes some milliseconds.")
  const value = Array.from({ length: 60_000 }, (_, id) => ({ id, text: "word ".repeat(8) }))
  for (let i = 0; i < 5; i++) await serializer.serializeToBytes(value)
  const longest: Array<number> = []
  for (let kill = 0; kill < 2; kill++) {
    let last = performance.now()
    let most = 0
    let isOver = false
    const look = () => {
      const now = performance.now()
      most = Math.max(most, now - last)
      last = now
      if (!isOver) setImmediate(look)
    }
    const calls = Array.from({ length: 4 }, () => serializer.serializeToBytes(value))
    for (let i = 0; i < 20; i++) await turn()
    last = performance.now()
    setImmediate(look)
    killAll()
    await Promise.all(calls)
    isOver = true
    longest.push(most)
    await serializer.serializeToBytes(value)
  }
  await serializer.shutdown()
  return longest
}

if (flags.child !== undefined) process.send!(await watch())
else {
  const isRight = await soak()
  const turns: Array<ReadonlyArray<number>> = []
  for (let i = 0; i < 9; i++)
    turns.push((await inProcess<Array<number>>(fileURLToPath(import.meta.url), ["--child", "watch"]))!)
  const [first, later] = [0, 1].map((kill) => median(turns.map((longest) => longest[kill]!)))
  console.log(`longest turn after the first kill of a process ${ms(first!)} ms, after the second ${ms(later!)} ms`)
  process.exitCode = isRight ? 0 : 1
}
