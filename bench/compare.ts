/**
 * Compares ways of serializing on the same values, in this process: texts first, then rounds in which each runs once, in
 * turn, next to an idle control. What counts is the ratio within a round, so that a slow moment of the machine hits both
 * sides.
 */
import { makeContender } from "./contenders.ts"
import { idle, immediate, measure, settle } from "./hold.ts"
import type { Lane } from "./lanes.ts"
import { type CallOptions, type Contender, use } from "./peers/contender.ts"
import { nativeText } from "./peers/native.ts"
import { verify } from "./verify.ts"

export interface CompareOptions {
  /** Rounds at most. */
  readonly rounds: number
  /** Rounds before those that count: compilers warm up, the adaptive route learns. Default 3. */
  readonly warmup?: number
  /** No further round begins after so many seconds, once there are `atLeast` (default 3). */
  readonly seconds?: number
  readonly atLeast?: number
  readonly call?: CallOptions
  /**
   * Text of a sample's calls together; a larger value is one call. Default 12 MB. With several times the size of a large value, each
   * sample pays for garbage collection what its calls cause: V8 begins a full one with every 64 MB or so outside its heap, and of two
   * single calls of 20 MB one has it and one has not.
   */
  readonly sampleBytes?: number
  /** Calls in flight at once. Default 1. */
  readonly flight?: number
  /** Measures the first call after a full garbage collection, not the ones that follow. */
  readonly cold?: boolean
  /** Makes the values anew before each sample: for values that are not the same after they were read once. */
  readonly fresh?: () => ReadonlyArray<unknown>
}

export interface Sample {
  readonly wall: number
  readonly busy: number
  readonly cpu: number
  readonly hold: number
  readonly over5: number
}

export interface Outcome extends Lane {
  /** Why there are no figures: it threw, or its text was wrong. */
  readonly failure?: string
  readonly paths: ReadonlyArray<string>
  /** One a round: wall, busy and cpu are of one call, the rest of the sample. A very slow way takes part in the first round only. */
  readonly samples: ReadonlyArray<Sample>
}

export interface Comparison {
  /** Bytes of one value's text, on average. */
  readonly bytes: number
  readonly calls: number
  readonly flight: number
  readonly idleHolds: ReadonlyArray<number>
  readonly outcomes: ReadonlyArray<Outcome>
}

interface Entry {
  readonly lane: Lane
  readonly contender: Contender
  failure: string | undefined
  /** One run takes so long that it is not repeated. */
  slow: boolean
  readonly paths: Set<string>
  readonly samples: Array<Sample>
}

const slowRun = 4000

/** Calls per sample: one of a large value, so many of smaller ones that the sample is long enough to be timed. */
const callsFor = (bytes: number, flight: number, sampleBytes: number): number =>
  flight * Math.max(1, Math.min(20_000, Math.floor(sampleBytes / bytes / flight)))

/**
 * Samples of this many calls are not preceded by a full collection: they pay for their own garbage, and the slow start after a
 * collection would distort short calls.
 */
const manyCalls = 50

const takeSample = async (
  { contender, lane }: Entry,
  values: ReadonlyArray<unknown>,
  calls: number,
  options: CompareOptions
) => {
  const paths = new Set<string>()
  const flight = options.flight ?? 1
  // Small values are often done without a yield: let the loop turn between them, for every contender alike.
  const stretch = flight > 1 ? flight : calls > 250 ? 16 : 1
  const one = async (i: number) =>
    paths.add(await contender.run(values[i % values.length], lane.output, use, options.call))
  if (calls < manyCalls) await settle()
  // After a full collection V8's young generation is small again and its caches of lookups are empty. A server has that once in
  // many calls, so nobody's sample begins with it.
  if (options.cold !== true) await contender.run((options.fresh?.() ?? values)[0], lane.output, use, options.call)
  const reading = await measure(async () => {
    for (let i = 0; i < calls; i += flight) {
      if (flight === 1) await one(i)
      else await Promise.all(Array.from({ length: flight }, (_, k) => one(i + k)))
      if (calls > 1 && (i + flight) % stretch === 0) await immediate()
    }
  })
  const { wall, busy, cpu, hold, over5 } = reading
  return { paths, sample: { wall: wall / calls, busy: busy / calls, cpu: cpu / calls, hold, over5 } }
}

const prepare = async (
  lanes: ReadonlyArray<Lane>,
  values: ReadonlyArray<unknown>,
  options: CompareOptions
): Promise<ReadonlyArray<Entry>> => {
  const contenders = new Map<string, Contender>()
  const entries: Array<Entry> = []
  for (const lane of lanes) {
    const contender = contenders.get(lane.name) ?? (await makeContender(lane.name))
    contenders.set(lane.name, contender)
    const start = performance.now()
    const failure = await verify(contender, options.fresh?.() ?? values, lane.output, options.call)
    const slow = values.length === 1 && performance.now() - start > slowRun
    entries.push({ lane, contender, failure, slow, paths: new Set(), samples: [] })
  }
  return entries
}

export const compare = async (
  values: ReadonlyArray<unknown>,
  lanes: ReadonlyArray<Lane>,
  options: CompareOptions
): Promise<Comparison> => {
  const sizes = values.map((value) => Buffer.byteLength(nativeText(value, options.call)))
  const bytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  const flight = options.flight ?? 1
  const calls = callsFor(bytes, flight, options.sampleBytes ?? 12_000_000)
  const entries = await prepare(lanes, values, options)
  const idleHolds: Array<number> = []
  const warmup = options.warmup ?? 3
  const end = performance.now() + 1000 * (options.seconds ?? Infinity)
  for (let round = -warmup; round < options.rounds; round++) {
    if (round >= (options.atLeast ?? 3) && performance.now() > end) break
    // Another one starts each round, and every second round goes backwards, so that nobody always comes after the same neighbour.
    const turn = round + warmup
    await settle()
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[((turn % 2 === 0 ? i : entries.length - 1 - i) + turn) % entries.length]!
      if (entry.failure !== undefined || (entry.slow && round !== 0)) continue
      const taken = await takeSample(entry, options.fresh?.() ?? values, calls, options)
      if (round < 0) continue
      entry.samples.push(taken.sample)
      for (const path of taken.paths) entry.paths.add(path)
    }
    if (round >= 0) idleHolds.push((await idle(40)).hold)
  }
  await Promise.all(new Set(entries.map((entry) => entry.contender)).values().map((contender) => contender.close()))
  const outcomes = entries.map(({ lane, failure, paths, samples }) => ({
    ...lane,
    ...(failure === undefined ? {} : { failure }),
    paths: [...paths],
    samples
  }))
  return { bytes, calls, flight, idleHolds, outcomes }
}
