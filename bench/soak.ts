/**
 * Random values on all routes for a long time, interrupted, cut and robbed of their threads: every call must end as it should.
 *
 *     npm run bench:soak [-- --seconds 600] [--seed 1]
 *
 * Calls of all outputs run side by side on a few instances of the library, as it is built for the package. Each has a value and options
 * of its own (`bench/soakValues.ts`); some are aborted after some turns, and threads are killed all the while. The text must be that of
 * `JSON.stringify`; a text that was cut must be the one that `routing: "sync"` gives; a call with a fault must fail with its reason, and
 * nothing else may fail. Prints what the calls came to, and the memory after a full collection, once a minute. Fails where a call ended
 * otherwise, or the heap grew.
 */
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type * as Async from "../src/Async.ts"
import type * as Errors from "../src/SerializationError.ts"
import { makeRandom, type Random } from "./data/random.ts"
import { killOne, memory } from "./liveThreads.ts"
import { type RandomCall, randomCall } from "./soakValues.ts"

const { values: flags } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, seed: { type: "string", default: "1" } }
})

const { makeSerializer } = (await import(new URL("../dist/Async.js", import.meta.url).href)) as typeof Async
const { isSerializationError } = (await import(
  new URL("../dist/SerializationError.js", import.meta.url).href
)) as typeof Errors

type Serializer = ReturnType<typeof makeSerializer>
type Output = "string" | "bytes" | "stream"

interface Ended {
  readonly text: string
  readonly truncated: boolean
  readonly path: string
}

const tally = { calls: 0, killed: 0, aborted: 0, ends: {} as Record<string, number>, wrong: [] as Array<string> }
const count = (end: string) => void (tally.ends[end] = (tally.ends[end] ?? 0) + 1)

const decode = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()

const run = async (serializer: Serializer, output: Output, { options, value }: RandomCall, signal?: AbortSignal) => {
  if (output === "string") {
    const { path, serialized, truncated } = await serializer.serialize(value, { ...options, signal })
    return { text: serialized, truncated, path }
  }
  if (output === "bytes") {
    const { bytes, path, truncated } = await serializer.serializeToBytes(value, { ...options, signal })
    return { text: decode(bytes), truncated, path }
  }
  const ended = { text: "", truncated: false, path: "" }
  const onEnd = ({ path, truncated }: { path: string; truncated: boolean }) => Object.assign(ended, { path, truncated })
  ended.text = await new Response(serializer.serializeToReadableStream(value, { ...options, signal, onEnd })).text()
  return ended
}

/**
 * The text of `JSON.stringify`, with lone surrogates as UTF-8 has them where bytes come out; undefined where it throws. It is not asked
 * for a cycle: on Node 26 it goes round, and takes gigabytes for a value with 100 KB of text (`bench/claims.ts`).
 */
const nativeText = ({ fault, options, value }: RandomCall, output: Output): string | undefined => {
  if (fault === "CyclicValue") return undefined
  try {
    const text = JSON.stringify(value, options.replacer as never, options.space)
    return output === "string" ? text : Buffer.from(text).toString()
  } catch {
    return undefined
  }
}

/** What is wrong with the end of a call, if anything. */
const judge = async (call: RandomCall, output: Output, ended: Ended | { readonly error: unknown }, reason: unknown) => {
  const { fault, options } = call
  const { maxSize = Infinity, truncate } = options
  if ("error" in ended) {
    if (reason !== undefined && ended.error === reason) return count("aborted")
    if (!isSerializationError(ended.error)) return `unexpected ${String(ended.error)}`
    const tag = ended.error.reason._tag
    count(tag)
    if (tag === fault && nativeText(call, output) === undefined) return undefined
    if (tag !== "SizeLimitExceeded" || truncate === true) return `unexpected ${ended.error.message}`
    const text = nativeText(call, output)
    const size = text === undefined ? Infinity : output === "string" ? text.length : Buffer.byteLength(text)
    return size > maxSize ? undefined : `failed with a text of ${size} and a limit of ${maxSize}`
  }
  count(ended.truncated ? "truncated" : ended.path)
  if (!ended.truncated) return ended.text === nativeText(call, output) ? undefined : "another text"
  const synchronous = await run(reference, output, { ...call, options: { ...options, routing: "sync" } })
  if (ended.text !== synchronous.text) return "another cut"
  JSON.parse(ended.text)
  const size = output === "string" ? ended.text.length : Buffer.byteLength(ended.text)
  return truncate === true && size <= maxSize ? undefined : `a cut text of ${size} with a limit of ${maxSize}`
}

/** Calls under way, as they are told of where one goes wrong. */
const underWay = new Set<string>()

const describe = ({ fault, options }: RandomCall, output: Output): string => {
  const { replacer, ...others } = options
  return `${output}, ${JSON.stringify({ ...others, replacer: typeof replacer, fault })}`
}

const reference = makeSerializer({ routing: "sync" })

const one = async (serializer: Serializer, random: Random): Promise<void> => {
  const call = randomCall(random)
  const output = random.pick(["string", "bytes", "stream"] as const)
  const controller = new AbortController()
  const reason = random.int(6) === 0 ? new Error("aborted") : undefined
  if (reason !== undefined) {
    void (async () => {
      for (let turns = random.int(30); turns > 0; turns--) await turn()
      controller.abort(reason)
    })()
  }
  const what = `${describe(call, output)}${reason === undefined ? "" : ", to be aborted"}`
  underWay.add(what)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error("no end within a minute")), 60_000)
  const ended = await Promise.race([run(serializer, output, call, controller.signal), late.promise]).catch(
    (error: unknown) => ({ error })
  )
  clearTimeout(timer)
  tally.calls++
  const wrong = await judge(call, output, ended, reason).catch((error: unknown) => String(error))
  underWay.delete(what)
  if (typeof wrong === "string") tally.wrong.push(`${what}: ${wrong}`)
}

const until = performance.now() + Number(flags.seconds) * 1000
const isOver = () => performance.now() >= until || tally.wrong.length > 10

/** Calls side by side on an instance that lives for some hundreds of them. */
const lives = async (random: Random): Promise<void> => {
  while (!isOver()) {
    const serializer = makeSerializer({ maxThreads: 1 + random.int(2), syncThreshold: random.pick([0, 1024]) })
    for (let rounds = 40; rounds > 0 && !isOver(); rounds--) {
      await Promise.all(Array.from({ length: 1 + random.int(8) }, () => one(serializer, random)))
    }
    await serializer.shutdown()
  }
}

/** Threads have some time to live, and none is killed for some seconds now and then, so that the breaker closes. */
const kill = async (random: Random): Promise<void> => {
  while (!isOver()) {
    await sleep(random.int(400))
    if (performance.now() % 10_000 < 6_000) continue
    if (killOne()) tally.killed++
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
const heaps: Array<number> = []
const report = () => {
  const { arrayBuffers, external, heapUsed, rss } = memory()
  heaps.push(heapUsed)
  console.log(
    `${tally.calls} calls, ${tally.killed} threads killed: heap ${megabytes(heapUsed)} MB, external ${megabytes(external)}, ` +
      `array buffers ${megabytes(arrayBuffers)}, resident ${megabytes(rss)}`
  )
}

// It shares its machine: it ends before it takes the memory of others.
const mostResident = 2e9
const guard = setInterval(() => {
  const { rss } = process.memoryUsage()
  if (rss < mostResident) return
  console.log(`${tally.calls} calls, resident ${megabytes(rss)} MB: too much. Under way:`)
  for (const what of underWay) console.log(what)
  process.exit(1)
}, 100)

const seed = Number(flags.seed)
const timer = setInterval(report, 60_000)
await Promise.all([lives(makeRandom(seed)), lives(makeRandom(seed + 1)), kill(makeRandom(seed + 2))])
clearInterval(timer)
clearInterval(guard)
await reference.shutdown()
report()
const ends = Object.entries(tally.ends).map(([end, calls]) => `${end} ${calls}`)
console.log(`${tally.calls} calls ended: ${ends.join(", ")}; ${tally.wrong.length} otherwise than they should`)
for (const line of tally.wrong) console.log(line)
const growth = heaps.at(-1)! - heaps[0]!
if (growth > 10e6) console.log(`the heap grew by ${megabytes(growth)} MB`)
process.exitCode = tally.wrong.length > 0 || growth > 10e6 ? 1 : 0
