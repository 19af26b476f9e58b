/**
 * Caches under every order of events that a scheduler can think of, and an oracle that knows what must not be served.
 *
 * The source has a version for each leaf. A write raises it, and invalidates. Keys are built from keys, three deep, and each text
 * tells the versions that it was built from. Once an invalidation has returned, no call that begins later may get an older one.
 */
import { Cause, Clock, Context, Effect, Exit, Layer, Option, Scope, Stream } from "effect"
import * as fc from "fast-check"
import { IsFenced } from "../../../src/cache/internal/make.ts"
import { makeStore, wrapStore } from "../../../src/cache/internal/storeTesting.ts"
import { type Cached, CacheStore, SerializedCache } from "../../../src/cache/index.ts"
import { serialization } from "./layers.ts"
import { SchedulerClock } from "./schedulerClock.ts"

type Cache = SerializedCache["Service"]
type Versions = Record<string, number>

const leaves = ["l0", "l1", "l2"]
const parts: Record<string, ReadonlyArray<string>> = { mid: ["l0", "l1"], top: ["mid", "l2"] }
const keys = [...leaves, "mid", "top"]

/** Orders of events. The event loop goes round after each: a heartbeat alone would keep it in promises for ever. */
export const scheduler = (): fc.Arbitrary<fc.Scheduler> =>
  fc.scheduler({
    act: async (f) => {
      await f()
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

/** One thing that happens. */
export type Step =
  | {
      readonly _tag: "Get"
      readonly process: number
      readonly key: string
      readonly isStrong: boolean
      readonly isAborted: boolean
      /** It computes nothing. */
      readonly isFind: boolean
    }
  | {
      readonly _tag: "Write"
      readonly process: number
      readonly leaf: string
      readonly by: "key" | "tag" | "all" | "set"
    }
  /** Everything that waits for a time is told that it is over: round trips, leases. */
  | { readonly _tag: "Stall" }
  /** The clocks jump ahead. */
  | { readonly _tag: "Freeze" }
  /** Messages that are on their way are lost. */
  | { readonly _tag: "Lose" }

type GetStep = Pick<Extract<Step, { _tag: "Get" }>, "key" | "isStrong" | "isAborted" | "isFind">

export interface Faults {
  readonly stalls: boolean
  readonly losses: boolean
}

export const stepsOf = (processes: number, faults: Faults): fc.Arbitrary<ReadonlyArray<Step>> => {
  const process = fc.nat(processes - 1)
  const kinds: Array<{ weight: number; arbitrary: fc.Arbitrary<Step> }> = [
    {
      weight: 8,
      arbitrary: fc.record({
        _tag: fc.constant("Get" as const),
        process,
        key: fc.constantFrom(...keys),
        isStrong: fc.boolean(),
        isAborted: fc.nat(9).map((n) => n === 0),
        isFind: fc.nat(4).map((n) => n === 0)
      })
    },
    {
      weight: 5,
      arbitrary: process.chain((process) => writesOf(process, processes))
    }
  ]
  if (faults.stalls) kinds.push({ weight: 1, arbitrary: fc.constantFrom<Step>({ _tag: "Stall" }, { _tag: "Freeze" }) })
  if (faults.losses) kinds.push({ weight: 1, arbitrary: fc.constant<Step>({ _tag: "Lose" }) })
  return fc.array(fc.oneof(...kinds), { minLength: 3, maxLength: 24 })
}

/**
 * A value that is set was known before the store is asked, so that only its own process can tell what is newer: with several
 * processes one leaf has one writer, who sets.
 */
const writesOf = (process: number, processes: number): fc.Arbitrary<Step> =>
  fc
    .record({
      _tag: fc.constant("Write" as const),
      process: fc.constant(process),
      leaf: fc.constantFrom(...(process === 0 ? leaves : leaves.slice(0, 2))),
      by: fc.constantFrom("key" as const, "tag" as const, "all" as const, "set" as const)
    })
    .map((step) => (step.by === "set" && processes > 1 && step.leaf !== "l2" ? { ...step, by: "key" } : step))

/** Time is in the scheduler's hands. Short pauses end when it says so, long ones when the world stalls. */
class TestTime extends SchedulerClock {
  isOver = false
  private readonly long = new Set<() => void>()
  private readonly scheduler: fc.Scheduler

  constructor(scheduler: fc.Scheduler) {
    super()
    this.scheduler = scheduler
  }

  sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.callback<void>((resume) => {
      const end = () => resume(Effect.void)
      const milliseconds = Number(duration.value._tag === "Millis" ? duration.value.millis : 0)
      if (milliseconds > 2_000 && !this.isOver) this.long.add(end)
      else void this.scheduler.schedule(Promise.resolve(), "pause").then(() => ((this.now += milliseconds), end()))
      return Effect.sync(() => this.long.delete(end))
    })

  stall(): void {
    for (const end of Array.from(this.long)) end()
    this.long.clear()
  }
}

export interface Race {
  readonly scheduler: fc.Scheduler
  readonly steps: ReadonlyArray<Step>
  readonly processes: number
  readonly hasStore: boolean
  readonly isFenced: boolean
}

/** How many answers were looked at, over all races, and how many of them were old. */
export const seen = { answers: 0, old: 0 }

/** Lets a race run, and gives what was served although it was outdated. */
export const race = async ({
  hasStore,
  isFenced,
  processes,
  scheduler,
  steps
}: Race): Promise<ReadonlyArray<string>> => {
  const time = new TestTime(scheduler)
  const shared = makeStore(isFenced)
  const pause = Effect.promise(() => scheduler.schedule(Promise.resolve(), "store"))
  const slow = wrapStore(shared.store, (_, effect) =>
    Effect.andThen(
      pause,
      Effect.tap(effect, () => pause)
    )
  )
  // Messages that were sent, and how many of them each cache has heard.
  const heard: Array<number> = []
  let told = 0
  const store = Layer.succeed(CacheStore, {
    ...slow,
    messages: (namespace) => {
      const listener = heard.push(0) - 1
      return shared.store.messages(namespace).pipe(
        Stream.tap(() => pause),
        Stream.tap(() => Effect.sync(() => heard[listener]!++))
      )
    }
  })
  const options = {
    entry: { timeToLive: "1 hour", jitter: 0 },
    storeTimeout: "5 seconds",
    lease: "10 seconds",
    leaseWait: "1 minute",
    heartbeat: "1 second"
  } as const
  const layer = hasStore
    ? Layer.provide(SerializedCache.layerNoStore(options), [store, serialization])
    : Layer.provide(SerializedCache.layer(options), serialization)
  const scope = Scope.makeUnsafe()
  Effect.runFork(
    Stream.runForEach(shared.store.messages("default:1"), () => Effect.sync(() => told++)).pipe(
      Effect.forkIn(scope, { startImmediately: true })
    )
  )
  const services = Context.make(Clock.Clock, time).pipe(Context.add(IsFenced, isFenced))
  const run = Effect.runPromiseWith(services)
  const build = () =>
    run(Layer.buildWithScope(Layer.fresh(layer), scope)).then((context) => Context.get(context, SerializedCache))

  const source: Versions = Object.fromEntries(leaves.map((leaf) => [leaf, 0]))
  const floors = Array.from({ length: processes + 1 }, (): Versions => ({ ...source }))
  const floorOfAll: Versions = { ...source }
  const wrong: Array<string> = []

  const compute = (cache: Cache, key: string): Effect.Effect<unknown, unknown> =>
    leaves.includes(key)
      ? Effect.suspend(() => {
          const versions = { [key]: source[key]! }
          return Effect.as(pause, versions)
        })
      : Effect.map(
          Effect.forEach(parts[key]!, (part) =>
            Effect.flatMap(cache.getOrCompute(part, compute(cache, part), optionsOf(part)), (entry) => entry.json)
          ),
          (found) => Object.assign({}, ...(found as Array<Versions>)) as unknown
        )

  const look = (what: string, versions: Versions, floor: Versions): void => {
    seen.answers++
    for (const [leaf, version] of Object.entries(versions)) {
      if (version >= floor[leaf]!) continue
      seen.old++
      wrong.push(`${what}: ${leaf} is ${version}, and ${floor[leaf]} was due`)
    }
  }

  const get = async (
    cache: Cache,
    process: number,
    { isAborted, isFind, isStrong, key }: GetStep,
    isSettled = false
  ) => {
    const floor = { ...floors[process]! }
    if (isStrong || isSettled) for (const leaf of leaves) floor[leaf] = Math.max(floor[leaf]!, floorOfAll[leaf]!)
    const controller = new AbortController()
    if (isAborted) void scheduler.schedule(Promise.resolve(), "abort").then(() => controller.abort())
    const options = { consistency: isStrong ? "strong" : "bounded" } as const
    const found: Effect.Effect<Option.Option<Cached>, unknown> = isFind
      ? cache.get(key, options)
      : Effect.asSome(cache.getOrCompute(key, compute(cache, key), { ...optionsOf(key), ...options }))
    const exit = await Effect.runPromiseExitWith(services)(found, { signal: controller.signal })
    if (Exit.isSuccess(exit)) {
      if (Option.isNone(exit.value)) return
      const { json, source } = exit.value.value
      look(`${options.consistency} ${key} of process ${process}, ${source}`, (await run(json)) as Versions, floor)
    } else if (!Cause.hasInterrupts(exit.cause) && !String(Cause.squash(exit.cause)).includes("does not answer")) {
      wrong.push(`${key} failed: ${Cause.pretty(exit.cause)}`)
    }
  }

  const write = async (
    cache: Cache,
    process: number,
    leaf: string,
    by: "key" | "tag" | "all" | "set"
  ): Promise<void> => {
    const version = ++source[leaf]!
    const status = await run(
      by === "key"
        ? cache.invalidate(leaf)
        : by === "tag"
          ? cache.invalidateTags(`tag-${leaf}`)
          : by === "all"
            ? cache.invalidateAll()
            : Effect.as(cache.set(leaf, { [leaf]: version }, optionsOf(leaf)), undefined)
    )
    floors[process]![leaf] = Math.max(floors[process]![leaf]!, version)
    if (status?.status === "done") floorOfAll[leaf] = Math.max(floorOfAll[leaf]!, version)
    // What was read from the store while the invalidation was on its way must not have stayed in memory.
    return get(cache, process, simply(leaf, false))
  }

  const perform = async (caches: ReadonlyArray<Cache>, step: Step): Promise<void> => {
    switch (step._tag) {
      case "Get":
        return get(caches[step.process]!, step.process, step)
      case "Write":
        return write(caches[step.process]!, step.process, step.leaf, step.by)
      case "Stall":
        return time.stall()
      case "Freeze":
        time.now += 10_000
        return
      case "Lose":
        await run(shared.pause)
        await scheduler.schedule(Promise.resolve(), "lose")
        await run(Effect.andThen(shared.drop, shared.resume))
    }
  }

  const all = async (): Promise<void> => {
    const caches: Array<Cache> = []
    for (let i = 0; i < processes; i++) caches.push(await build())
    await Promise.all(
      steps.map((step) => scheduler.schedule(Promise.resolve(), step._tag).then(() => perform(caches, step)))
    )
    // Once all that was told has been heard, nothing old is in any memory.
    while (Array.from(heard).some((count) => count < told)) await scheduler.schedule(Promise.resolve(), "drain")
    await scheduler.schedule(Promise.resolve(), "drain")
    if (!steps.some(({ _tag }) => _tag === "Lose")) {
      for (const key of keys) {
        for (const [process, cache] of caches.entries()) {
          await get(cache, process, { ...simply(key, false), isFind: true }, true)
        }
      }
    }
    // What is left behind: nothing old is stored, neither here nor there.
    for (const key of keys) {
      for (const [process, cache] of caches.entries()) await get(cache, process, simply(key, hasStore))
    }
    if (!hasStore) return
    const cold = await build()
    for (const key of keys) {
      const found = await run(Effect.option(cold.get(key)))
      const entry = Option.flatten(found)
      if (Option.isSome(entry)) look(`cold ${key}`, (await run(entry.value.json)) as Versions, floorOfAll)
    }
  }
  // What is under way when the caches end has its times run out, with which it ends.
  const end = (): Promise<void> => {
    time.isOver = true
    time.stall()
    return run(Scope.close(scope, Exit.void))
  }
  await scheduler.waitFor(all().then(end))
  return wrong
}

const simply = (key: string, isStrong: boolean): GetStep => ({ key, isStrong, isAborted: false, isFind: false })

const optionsOf = (key: string) => (leaves.includes(key) ? { tags: [`tag-${key}`] } : {})
