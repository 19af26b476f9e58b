/**
 * Shadow mode: `JSON.stringify` has answered, and the library repeats the same value to compare.
 *
 * It compares the text, and for how long each blocked the event loop. All of it runs in turns, as calls do. A value
 * with user code in it is skipped, because that code must not run twice. Values are also skipped while too many others
 * are checked, to bound what is kept alive.
 */
import { stringify } from "../value/intrinsics.ts"
import { spaceOf } from "../options/stringifyArguments.ts"
import { Counters } from "../telemetry/counters.ts"
import type { ShadowOutcome, ShadowStats, ShadowTally } from "../telemetry/engineStats.ts"
import type { Engine, ShadowedCalls } from "../engine/engine.ts"
import type { Job } from "../engine/job.ts"
import { Labels } from "../telemetry/labels.ts"
import type { SerializeOptions } from "../options/callOptions.ts"
import { CompareSink } from "./compareSink.ts"
import { PointerSearch } from "./pointerSearch.ts"
import { Rollout } from "../engine/rollout.ts"
import { schedule, type Task } from "../turns/turnQueue.ts"
import { UserCodeSearch } from "../walk/findUserCode.ts"

const mostAtOnce = 4
export const noLabel = "unlabelled"

export class Shadow implements ShadowStats, ShadowedCalls {
  readonly outcomes: Record<ShadowOutcome, number> = { same: 0, different: 0, skipped: 0, changed: 0, failed: 0 }
  readonly labels = new Labels<ShadowTally>(() => ({
    compared: 0,
    differences: 0,
    firstDifference: undefined,
    nativeHold: 0,
    libraryHold: 0
  }))
  /** Called for the first difference of each label. */
  onDifference: ((label: string, pointer: string) => void) | undefined = undefined
  readonly engine: Engine
  /** Its own counters, because these are nobody's calls. */
  readonly counters = new Counters()
  private readonly share: Rollout
  private running = 0

  constructor(engine: Engine, share: number) {
    this.engine = engine
    this.share = new Rollout(() => share)
  }

  /** Looks at a value that `JSON.stringify` has made `text` of, if its turn has come. */
  offer(value: unknown, options: SerializeOptions | undefined, text: string, nativeHold: number): void {
    if (!this.share.takes(undefined)) return
    if (this.running >= mostAtOnce) {
      this.outcomes.skipped++
      return
    }
    this.running++
    schedule(new Trial(this, value, options, text, nativeHold))
  }

  ended(trial: Trial, outcome: ShadowOutcome, pointer?: string): void {
    this.running--
    this.outcomes[outcome]++
    if (outcome === "skipped" || outcome === "changed") return
    const label = trial.label ?? noLabel
    const tally = this.labels.of(label)
    tally.compared++
    tally.nativeHold = Math.max(tally.nativeHold, trial.nativeHold)
    tally.libraryHold = Math.max(tally.libraryHold, trial.libraryHold)
    if (outcome === "same") return
    tally.differences++
    if (tally.firstDifference !== undefined) return
    tally.firstDifference = pointer ?? ""
    this.onDifference?.(label, tally.firstDifference)
  }
}

class Trial implements Task {
  readonly budget: number
  readonly label: string | undefined
  readonly nativeHold: number
  libraryHold = 0
  private readonly shadow: Shadow
  private readonly value: unknown
  private readonly options: SerializeOptions | undefined
  private readonly text: string
  private readonly search: UserCodeSearch
  private pointer: PointerSearch | undefined = undefined
  private isOver = false

  constructor(shadow: Shadow, value: unknown, options: SerializeOptions | undefined, text: string, nativeHold: number) {
    this.shadow = shadow
    this.budget = shadow.engine.budget
    this.label = options?.label
    this.nativeHold = nativeHold
    this.value = value
    this.options = options
    this.text = text
    this.search = new UserCodeSearch(value, options?.replacer as ReadonlyArray<string> | null | undefined)
  }

  step(): boolean {
    if (this.pointer !== undefined) return this.locate(this.pointer)
    if (this.search.step()) return true
    if (this.search.hasUserCode) this.end("skipped")
    else this.start()
    return false
  }

  fail(thrown: unknown): void {
    // Who is told of the difference has thrown.
    if (this.isOver) throw thrown
    this.end("failed")
  }

  private end(outcome: ShadowOutcome, pointer?: string): void {
    if (this.isOver) return
    this.isOver = true
    this.shadow.ended(this, outcome, pointer)
  }

  private start(): void {
    const { engine, counters } = this.shadow
    const sink = new CompareSink(this.text)
    const { options, value } = this
    const onEnd = (job: Job) => this.compare(job, sink)
    const job = engine.makeJob({
      value,
      options,
      output: "string",
      sink,
      counters,
      isHidden: false,
      first: undefined,
      onEnd
    })
    if ("start" in job) job.start()
    else this.end("failed")
  }

  private compare(job: Job, sink: CompareSink): void {
    this.libraryHold = job.longestHeld
    if (job.error !== undefined) this.end("failed")
    else if (sink.difference === undefined) this.end("same")
    else if (this.isChanged()) this.end("changed")
    else {
      this.pointer = new PointerSearch(this.text, sink.difference)
      schedule(this)
    }
  }

  // The program may have changed the value since its call was answered. This check blocks the loop once more, but only
  // here.
  private isChanged(): boolean {
    try {
      const { options } = this
      const space = options && (spaceOf(options) as string | undefined)
      return this.text !== stringify(this.value, options?.replacer as Array<string> | null, space)
    } catch {
      return true
    }
  }

  private locate(pointer: PointerSearch): boolean {
    if (pointer.step()) return true
    this.end("different", pointer.pointer)
    return false
  }
}
