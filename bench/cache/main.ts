/**
 * The cache beside others:
 *
 *     npm run bench:cache [-- --node 24] [--write]
 *
 * Prints whether the old text comes back after an invalidation, how often a cold key is computed for a thousand callers, what a hit and
 * the body of a response cost, in memory and over Redis, what a lock and a transcript of fragments cost, how many reads are hits while others scan, what happens while Redis is stopped,
 * and for how long large entries hold the event loop. One process a part. Needs `redis-server` on the PATH. `--write` puts the tables
 * between the `cache` markers of `docs/benchmarks.md`.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { inProcess } from "../processes.ts"
import { ms, ratio } from "../stats.ts"
import { table } from "../table.ts"
import { countOld, type FenceRow } from "./fences.ts"
import { type HitRow, measureHits } from "./hits.ts"
import { type HoldRow, measureHolds } from "./holds.ts"
import { type LockRow, measureLocks } from "./locks.ts"
import { provokeRaces, type RaceRow, stampede } from "./races.ts"
import { type ContenderName, contenders } from "./redisContenders.ts"
import { callersOf, coldWhileStopped, stampedeProcesses, type StampedeRow, type StoppedRow } from "./redisFaults.ts"
import { measureRedisHits, type RedisHitRow } from "./redisHits.ts"
import { hitRatios, type ScanRow } from "./scan.ts"
import { measureTranscript, type TranscriptRow } from "./transcript.ts"

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: { node: { type: "string" }, write: { type: "boolean", default: false } }
})

const script = fileURLToPath(import.meta.url)
const [part, name, port] = positionals as [string?, ContenderName?, string?]

const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  races: () => provokeRaces(100),
  fences: () => countOld(150),
  stampede: () => stampede(1000),
  small: () => measureHits(2_000, 9),
  large: () => measureHits(1_000_000, 5),
  holds: () => measureHolds([5, 20], 7),
  scan: hitRatios,
  transcript: () => measureTranscript(7),
  redisSmall: () => measureRedisHits(2_000, 9),
  redisLarge: () => measureRedisHits(1_000_000, 5),
  locks: () => measureLocks(9),
  redisStampede: () => stampedeProcesses(script),
  callers: () => callersOf(name!, Number(port)),
  stopped: () => coldWhileStopped(name!)
}

const measured = async <A>(...args: ReadonlyArray<string>): Promise<A> =>
  (await inProcess<A>(script, args, { node: flags.node, limit: 240 }))!

const us = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(value < 10 ? 2 : 1))

const hits = (rows: ReadonlyArray<HitRow>): string =>
  table(
    ["cache ", "hit, us", "in a fiber, us", "hit and body, us"],
    rows.map(({ body, hit, inFiber, name }) => [name, us(hit), us(inFiber), us(body)])
  )

const overRedis = (rows: ReadonlyArray<RedisHitRow>): string =>
  table(
    ["cache ", "read and body, us", "of the thread, us", "of EVALSHA", "bytes in Redis"],
    rows.map(({ memory, name, thread, wall }) => [
      name,
      us(wall),
      us(thread),
      ratio(wall / rows[0]!.wall),
      memory === undefined ? "" : memory.toFixed(0)
    ])
  )

const within = (time: number | undefined): string => (time === undefined ? "over 6 s" : ms(time))

const print = async (): Promise<void> => {
  const races = await measured<ReadonlyArray<RaceRow>>("races")
  const computed = await measured<ReadonlyArray<{ readonly name: string; readonly computed: number }>>("stampede")
  const fences = await measured<ReadonlyArray<FenceRow>>("fences")
  const small = await measured<ReadonlyArray<HitRow>>("small")
  const large = await measured<ReadonlyArray<HitRow>>("large")
  const holds = await measured<ReadonlyArray<HoldRow>>("holds")
  const scan = await measured<ReadonlyArray<ScanRow>>("scan")
  const transcript = await measured<ReadonlyArray<TranscriptRow>>("transcript")
  const redisSmall = await measured<ReadonlyArray<RedisHitRow>>("redisSmall")
  const redisLarge = await measured<ReadonlyArray<RedisHitRow>>("redisLarge")
  const locks = await measured<ReadonlyArray<LockRow>>("locks")
  const redisStampede = await measured<ReadonlyArray<StampedeRow>>("redisStampede")
  const stopped: Array<StoppedRow> = []
  for (const name of Object.keys(contenders)) stopped.push(await measured<StoppedRow>("stopped", name))
  const text = [
    "Old text after an invalidation, and computations for 1,000 callers of a cold key:",
    table(
      ["cache ", "old text", "of", "computations"],
      races.map(({ name, old, runs }, i) => [name, String(old), String(runs), String(computed[i]!.computed)])
    ),
    "Versions in the answers of random races, and how many of them an invalidation should have ended:",
    table(
      ["cache ", "versions", "old"],
      fences.map(({ answers, old, what }) => [what, String(answers), String(old)])
    ),
    "Hits in memory, 2 KB; the thread's own time, medians:",
    hits(small),
    "The same, 1 MB:",
    hits(large),
    "Hits among reads of keys that come again, while every other read is of a key that does not:",
    table(
      ["cache ", "hit ratio"],
      scan.map(({ hitRatio, name }) => [name, ratio(hitRatio)])
    ),
    "A transcript of 20 MB, of which 5 of 2,000 messages are new, to bytes; milliseconds:",
    table(
      ["way ", "of the thread", "ratio", "longest hold"],
      transcript.map(({ cpu, hold, name }) => [name, ms(cpu), ratio(cpu / transcript[0]!.cpu), ms(hold)])
    ),
    "An entry of 2 KB that only Redis has, read one after the other by a process that is warm:",
    overRedis(redisSmall),
    "The same, 1 MB:",
    overRedis(redisLarge),
    "A lock over Redis that nobody else wants:",
    table(
      ["what ", "us", "of EVALSHA"],
      locks.map(({ name, wall }) => [name, us(wall), ratio(wall / locks[0]!.wall)])
    ),
    "Computations for a cold key that 250 callers in each of four processes ask for:",
    table(
      ["cache ", "computations"],
      redisStampede.map(({ computed, name }) => [name, String(computed)])
    ),
    "Redis is stopped: what a cold key takes over its computation, the first one and one of those after it; milliseconds:",
    table(
      ["cache ", "first", "later"],
      stopped.map(({ first, later, name }) => [name, within(first), within(later)])
    ),
    "Large entries; milliseconds, medians of 7:",
    table(
      ["what ", "MB", "longest hold", "busy", "idle loop"],
      holds.map(({ cpu, hold, idle, megabytes, what }) => [what, String(megabytes), ms(hold), ms(cpu), ms(idle)])
    )
  ].join("\n\n")
  console.log(text)
  if (flags.write) write(text)
}

const write = (text: string): void => {
  const file = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url))
  const node = flags.node ?? process.versions.node.split(".")[0]!
  const [begin, end] = [`<!-- cache-${node} -->`, `<!-- /cache-${node} -->`]
  const page = readFileSync(file, "utf8")
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} has no place for it, between ${begin} and ${end}`)
  const block = "```text\n" + text + "\n```"
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${block}\n\n${page.slice(to)}`)
}

if (part === undefined) await print()
else {
  const result = await parts[part]!()
  if (result !== undefined) process.send!(result)
  process.exit(0)
}
