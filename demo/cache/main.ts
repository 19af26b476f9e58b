/**
 * `npm run demo:cache [-- --frozen 60]`: two processes and a Redis, and what befalls them. Needs `redis-server` on the PATH. Exits with
 * 1 if an answer was not what the cache promises. `--frozen`: how many seconds a process is stopped for, 3 by default.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs, styleText } from "node:util"
import { eventually } from "../../test/cache/redis/support/eventually.ts"
import { RedisServer } from "../../test/cache/redis/support/redisServer.ts"
import { ms } from "../../bench/stats.ts"
import type { Answers } from "./messages.ts"
import { Peer, Source } from "./peers.ts"

const { values: flags } = parseArgs({ options: { frozen: { type: "string", default: "3" } } })

const failed: Array<string> = []
const title = (text: string) => console.log(`\n${styleText("bold", text)}`)

const shown = ({ slowest, sources, versions }: Answers): string => {
  const list = (counts: object) =>
    Object.entries(counts)
      .map(([what, count]) => `${count} x ${what}`)
      .join(", ")
  return `version ${list(versions)}; from ${list(sources)}; longest wait ${ms(slowest)} ms`
}

const check = (what: string, isTrue: boolean): void => {
  if (!isTrue) failed.push(what)
  console.log(`  ${isTrue ? styleText("green", "yes") : styleText("red", "NO ")} ${what}`)
}

const isOnly = (version: number, ...all: ReadonlyArray<Answers>): boolean =>
  all.every(({ versions }) => Object.keys(versions).join() === String(version))

const source = new Source()
await using redis = await RedisServer.start()
await using a = await Peer.start("A", redis.url, source)
await using b = await Peer.start("B", redis.url, source)

const both = async (key: string, callers: number): Promise<ReadonlyArray<Answers>> => {
  const all = await Promise.all([a.load(key, callers), b.load(key, callers)])
  for (const [i, answers] of all.entries()) console.log(`  ${[a, b][i]!.name}: ${shown(answers)}`)
  return all
}

title("A thousand callers in two processes ask for a report that nobody has")
let all = await both("report", 500)
check(`one computation: ${source.reads}`, source.reads === 1)
check("all have version 1", isOnly(1, ...all))

title(
  "The source changes, and changes again while the report is computed from what it was; each time it is invalidated"
)
source.version = 2
await a.invalidate("report")
const asked = source.nextRead()
const early = a.load("report", 1)
await asked
source.version = 3
await b.invalidate("report")
all = await both("report", 100)
check("who asks after the invalidation gets version 3, in both processes", isOnly(3, ...all))
console.log(`  who had asked before it: ${shown(await early)}`)
all = await both("report", 100)
check("and what was computed from version 2 never comes back", isOnly(3, ...all))

title(`B is frozen for ${flags.frozen} s, and A invalidates meanwhile`)
b.freeze()
source.version = 4
check("A is not held up", (await a.invalidate("report")) === "done")
await a.load("report", 1)
await sleep(Number(flags.frozen) * 1000)
// What it is asked first lies there when it wakes, before any message of Redis is read.
const first = b.load("report", 1)
b.thaw()
console.log(`  B, as soon as it goes on: ${shown(await first)}`)
check("its first answer is the new one", isOnly(4, await first))

title("Redis is stopped: it accepts, and does not answer")
redis.pause()
const known = await a.load("report", 100)
console.log(`  A, a report that is known: ${shown(known)}`)
check("it is answered from memory, for as long as messages may be late", isOnly(4, known))
const unknown = await a.load("another", 100)
console.log(`  A, one that is not: ${shown(unknown)}`)
check("it is computed, after one wait of half a second at most", isOnly(4, unknown) && unknown.slowest < 5_000)
source.version = 5
const status = await a.invalidate("report")
check(`A invalidates meanwhile: ${status}`, status === "queued")
const fresh = await a.load("report", 1)
console.log(`  A: ${shown(fresh)}`)
check("and has the new one at once", isOnly(5, fresh))
const loaded = await Promise.all([a.load("under load", 200, 10), b.load("under load", 200, 10)])
for (const [i, answers] of loaded.entries()) console.log(`  ${[a, b][i]!.name}, 100 keys a second: ${shown(answers)}`)
// The source takes 0.2 s, and whoever still asks Redis waits for half a second.
check(
  "no call waits longer than its bound, and a busy machine's second",
  loaded.every(({ slowest }) => slowest < 1_700)
)
await eventually("CacheStoreDetached fires", async () => (await a.state()).includes("CacheStoreDetached"))
console.log(`  A is ${await a.state()}`)

title("Redis goes on")
redis.resume()
await eventually(
  "A is attached, and has said what it had to say",
  async () => (await a.state()) === "attached, 0 queued"
)
check("no rule of its health fires any more", !(await a.state()).includes("CacheStoreDetached"))
console.log(`  A is ${await a.state()}`)
await eventually("B has heard of it", async () => isOnly(5, await b.load("report", 1)), 10_000)
all = await both("report", 100)
check("both have version 5", isOnly(5, ...all))

title("A third process starts, with an empty memory")
const before = source.reads
{
  await using c = await Peer.start("C", redis.url, source)
  const cold = await c.load("report", 1_000)
  console.log(`  C: ${shown(cold)}`)
  check("it has version 5, and computes nothing", isOnly(5, cold) && source.reads === before)
}

title("Redis is killed, and comes back with nothing")
await redis.kill()
const without = await b.load("report", 100)
console.log(`  B meanwhile: ${shown(without)}`)
await redis.restart()
source.version = 6
await eventually(
  "A is attached",
  async () => (await a.load("third", 1)).slowest >= 0 && (await a.state()).startsWith("attached")
)
await a.invalidate("report")
await eventually("B has heard of it", async () => isOnly(6, await b.load("report", 1)), 10_000)
all = await both("report", 100)
check("both have version 6", isOnly(6, ...all))

console.log(failed.length === 0 ? "\nAll as promised." : `\nNOT as promised: ${failed.join("; ")}`)
process.exitCode = failed.length === 0 ? 0 : 1
