/**
 * Processes with a cache over one Redis, under random reads and writes, and what they serve under the eyes of an oracle.
 */
import { assert } from "@effect/vitest"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { eventually } from "./eventually.ts"
import { Oracle } from "./raceOracle.ts"
import { type Command, keys, type Leaf, leaves, type Place, type ProcessOptions, type Report } from "./raceProtocol.ts"

const fixture = fileURLToPath(new URL("../fixtures/raceProcess.ts", import.meta.url))

const compileCache = fileURLToPath(new URL("../../../../node_modules/.cache/race", import.meta.url))

/** Milliseconds for which text may be served in another process after its invalidation. */
export const verifyWithin = 900

/** Processes that read and write. One more has no memory: what it gets comes from Redis. */
const writers = 3
const reader = writers

/** Reads and writes that each process has under way. */
const slots = 6

type Reply = Extract<Report, { _tag: "Got" | "Wrote" }>

type Get = Extract<Command, { _tag: "Get" }>
type Write = Extract<Command, { _tag: "Write" }>

const chance = (probability: number): boolean => Math.random() < probability
const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(Math.random() * all.length)]!

export interface RaceOptions {
  readonly isFenced?: boolean
  readonly whenDetached?: "serve" | "bypass"
  /** Milliseconds that the wall clock of each process is ahead. */
  readonly clockShifts?: ReadonlyArray<number>
}

export class Race implements AsyncDisposable {
  readonly oracle = new Oracle(writers + 1, verifyWithin)
  readonly processes: ReadonlyArray<ChildProcess>
  /** What was done since the last {@link report}. */
  private counts = { answers: 0, strong: 0, cold: 0, nothing: 0, unavailable: 0, writes: 0, queued: 0 }
  private reported = 0
  private lastId = 0
  private readonly waiting = new Map<number, (reply: Reply) => void>()
  private readonly isCheckedWithin: boolean

  private constructor(place: Place, options: RaceOptions) {
    const { clockShifts = [], isFenced = true, whenDetached = "bypass" } = options
    this.isCheckedWithin = whenDetached === "bypass"
    this.processes = Array.from({ length: writers + 1 }, (_, i) => {
      const its: ProcessOptions = {
        place,
        isFenced,
        whenDetached,
        verifyWithin,
        hasMemory: i !== reader,
        clockShift: clockShifts[i] ?? 0
      }
      // Their warnings that Redis is gone are not news here.
      const env = { ...process.env, NODE_COMPILE_CACHE: compileCache }
      const child = fork(fixture, [JSON.stringify(its)], { stdio: ["ignore", "ignore", "inherit", "ipc"], env })
      child.on("message", (report: Report) => this.hear(child, report))
      return child
    })
  }

  /** Starts the processes, and waits until all of them are connected. */
  static async start(place: Place, options: RaceOptions = {}): Promise<Race> {
    const race = new Race(place, options)
    await Promise.all(race.processes.map((child) => once(child, "message")))
    await race.settle()
    race.counts = { ...race.counts, answers: 0, strong: 0, unavailable: 0 }
    return race
  }

  /** Random reads and writes in all processes, while `fault` goes on, and for so many milliseconds at least. */
  async run(
    milliseconds: number,
    fault: () => Promise<void> = () => Promise.resolve(),
    /** The share of writes. */
    writing = 0.15
  ): Promise<void> {
    const over = new AbortController()
    const slot = async (process: number): Promise<void> => {
      while (!over.signal.aborted) {
        await (process !== reader && chance(writing) ? this.write(process) : this.read(process))
        await setTimeout(Math.random() * 4)
      }
    }
    const running = this.processes.flatMap((_, process) =>
      Array.from({ length: process === reader ? 1 : slots }, () => slot(process))
    )
    await Promise.all([setTimeout(milliseconds), fault()])
    // A machine that stood still all the while has done next to nothing.
    const { counts } = this
    await eventually("something was read and written", () => counts.answers > 0 && (writing === 0 || counts.writes > 0))
    over.abort()
    await Promise.all(running)
  }

  /** The same until something old was served. */
  async runUntilOld(milliseconds: number): Promise<void> {
    do await this.run(milliseconds)
    while (this.oracle.wrong.length === 0)
  }

  /** Waits until every process has what is due, by strong reads, and looks at what it then has. */
  async settle(): Promise<void> {
    await Promise.all(
      this.processes.map(async (_, process) => {
        const isAttached = async () => (await this.get(process, { key: "l0", isStrong: true })).failure === undefined
        await eventually(`process ${process} is attached`, isAttached)
        await this.readAll(process, true)
      })
    )
  }

  /** Reads every key in every process. */
  async readEverywhere(): Promise<void> {
    await Promise.all(this.processes.map((_, process) => this.readAll(process, false)))
  }

  /** Changes one leaf, and invalidates it. */
  async invalidate(process: number, leaf: Leaf): Promise<void> {
    await this.change(process, leaf, "key")
  }

  /** Reads every key in a process. */
  async readAll(process: number, isStrong: boolean): Promise<void> {
    await Promise.all(keys.map((key) => this.get(process, { key, isStrong })))
  }

  /** After a failover: everything is due again within the bound, once all processes have the new server. */
  async settleAfterFailover(): Promise<void> {
    await this.settle()
    this.oracle.failoverEnds()
  }

  /** What was done, for people. Fails if anything old was served. */
  report(name: string, isOldExpected = false): void {
    const { answers, cold, nothing, queued, strong, unavailable, writes } = this.counts
    const wrong = this.oracle.wrong.slice(this.reported)
    this.reported = this.oracle.wrong.length
    console.log(
      `${name}: ${answers} answers (${strong} strong, ${cold} from Redis alone), ${nothing} without any, ` +
        `${unavailable} unavailable, ${writes} writes (${queued} queued), ${wrong.length} old`
    )
    for (const name of Object.keys(this.counts) as Array<keyof typeof this.counts>) this.counts[name] = 0
    assert.isAbove(answers, 0)
    assert.isAbove(writes, 0)
    if (isOldExpected) assert.isAbove(wrong.length, 0)
    else assert.strictEqual(wrong.length, 0, wrong.slice(0, 20).join("\n"))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.processes) child.kill("SIGKILL")
    await Promise.all(
      this.processes.map((child) =>
        child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
      )
    )
  }

  private read(process: number): Promise<unknown> {
    const key = pick(keys)
    if (process === reader) return this.get(process, { key, isFind: true })
    return this.get(process, {
      key,
      isStrong: chance(0.3),
      isFind: chance(0.2),
      stopAfter: chance(0.08) ? Math.floor(Math.random() * 10) : undefined
    })
  }

  private async get(
    process: number,
    { isFind = false, isStrong = false, key, stopAfter }: { readonly key: string } & Partial<Get>
  ): Promise<Extract<Reply, { _tag: "Got" }>> {
    const isFresh = isStrong || process === reader
    const what = `${isStrong ? "strong" : "bounded"} ${key} of process ${process}`
    const expectation = this.oracle.expect(what, process, isFresh, this.isCheckedWithin)
    const id = ++this.lastId
    const reply = (await this.send(process, { _tag: "Get", id, key, isStrong, isFind, stopAfter })) as Extract<
      Reply,
      { _tag: "Got" }
    >
    const { counts } = this
    if (reply.versions !== undefined) {
      counts.answers++
      if (isStrong) counts.strong++
      if (process === reader) counts.cold++
      this.oracle.look(expectation, reply.versions, reply.source ?? "")
    } else if (reply.failure === undefined) counts.nothing++
    else if (reply.failure === "StoreUnavailable" && isStrong) counts.unavailable++
    else this.oracle.wrong.push(`${what} failed: ${reply.failure}`)
    return reply
  }

  /**
   * A value that is set was known before Redis is asked, so that only its own process can tell what is newer: the leaf that is
   * set has one writer.
   */
  private async write(process: number): Promise<void> {
    const leaf = pick(process === 0 ? leaves : leaves.slice(0, 2))
    const by = pick(
      leaf === "l2" ? (["key", "tag", "all", "set"] as const) : (["key", "key", "tag", "tag", "all"] as const)
    )
    await this.change(process, leaf, by)
  }

  private async change(process: number, leaf: Leaf, by: Write["by"]): Promise<void> {
    const version = ++this.oracle.source[leaf]!
    const id = ++this.lastId
    const command: Write = { _tag: "Write", id, leaf, by, version }
    const reply = (await this.send(process, command)) as Extract<Reply, { _tag: "Wrote" }>
    this.counts.writes++
    if (reply.failure !== undefined)
      this.oracle.wrong.push(`${by} ${leaf} of process ${process} failed: ${reply.failure}`)
    else this.oracle.returned(process, leaf, version, reply.isDone)
    if (!reply.isDone && by !== "set") this.counts.queued++
  }

  private send(process: number, command: Get | Write): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const child = this.processes[process]!
      if (!child.connected) return reject(new Error(`Process ${process} has ended`))
      this.waiting.set(command.id, resolve)
      child.send(command)
    })
  }

  private hear(child: ChildProcess, report: Report): void {
    if (report._tag === "Ready") return
    if (report._tag !== "Source") {
      this.waiting.get(report.id)?.(report)
      this.waiting.delete(report.id)
      return
    }
    // What is read now arrives a little later: whoever asks for it may be outdated by then.
    const { id, leaf } = report
    const version = this.oracle.source[leaf]!
    void setTimeout(Math.random() * 5).then(
      () => child.connected && child.send({ _tag: "Source", id, version } satisfies Command)
    )
  }
}
