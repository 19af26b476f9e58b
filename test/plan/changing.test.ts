/** Frames of values that change while they are planned, printed, and printed again: the text is JSON, or native code throws. */
import { afterEach, assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import { encodeText } from "../../src/internal/frame/encodeFrame.ts"
import type { FrameResult } from "../../src/internal/frame/frame.ts"
import { FrameJoiner } from "../../src/internal/frame/joinFrames.ts"
import { characters, meterOf } from "../../src/internal/limit/meter.ts"
import { Limit } from "../../src/internal/limit/sizeLimit.ts"
import { readArguments } from "../../src/internal/options/stringifyArguments.ts"
import { decode, StringSink } from "../../src/internal/output/sink.ts"
import type { PlannedFrame } from "../../src/internal/frame/plannedFrame.ts"
import { Plan } from "../../src/internal/plan/planner.ts"
import type { PlanOptions } from "../../src/internal/plan/planOptions.ts"
import { runs } from "../support/arbitraries.ts"
import { isForeign, World } from "../support/changing.ts"
import { aChange, type Change, type Shape, shapes } from "../support/changingShapes.ts"
import { generated } from "../support/tier.ts"

interface Run {
  readonly shape: Shape
  /** Between frames. */
  readonly changes: ReadonlyArray<Change>
  readonly budget: number
  /** Frames that are printed only when so many others are there, from the value as it is by then. */
  readonly late: number
  readonly gap: string
  readonly list: ReadonlyArray<string> | null
  readonly replaces: boolean
  readonly exactFirst: number
  readonly output: "string" | "bytes"
  readonly maxSize: number
}

const aRun: fc.Arbitrary<Run> = fc.record({
  shape: shapes,
  changes: fc.array(aChange, { maxLength: 6 }),
  budget: fc.constantFrom(64, 300, 2_000, 30_000),
  late: fc.constantFrom(0, 0, 3, 1_000),
  gap: fc.constantFrom("", "", " ", "\n\t"),
  list: fc.constantFrom(null, null, null, ["p0", "p1", "k1", "id", "name", "x"]),
  replaces: fc.constantFrom(false, false, false, true),
  exactFirst: fc.constantFrom(0, 0, 500),
  output: fc.constantFrom("string", "bytes"),
  maxSize: fc.constantFrom(Infinity, Infinity, 50, 1_000, 20_000)
})

/** What is wrong with what came of it. */
const wrongWith = (run: Run): string | undefined => {
  const { budget, changes, gap, late, list, maxSize, output, replaces, shape } = run
  const world = new World(shape)
  const plan = new Plan(world.root, {
    ...readArguments({ replacer: replaces ? (_, value: unknown) => value : list, space: gap }),
    output,
    exactFirst: run.exactFirst,
    tracksLevels: maxSize !== Infinity
  })
  const sink = new StringSink()
  const limit = maxSize === Infinity ? undefined : new Limit(sink, maxSize, meterOf(output), true, gap)
  const joiner = new FrameJoiner(plan.gap)
  const waiting: Array<{ readonly frame: PlannedFrame; readonly answer: FrameResult | undefined }> = []
  let isCut = false
  let wrongThrow: string | undefined
  const print = (frame: PlannedFrame): FrameResult | undefined => {
    try {
      const result = encodeText(frame.task)
      return output === "string" ? result : { ...result, text: undefined, bytes: Buffer.from(result.text) }
    } catch (thrown) {
      if (!isForeign(thrown)) wrongThrow = `threw: ${String(thrown)}`
      return undefined
    }
  }
  // False where native code has thrown, or the limit is passed.
  const take = (): boolean => {
    const { frame, answer = print(frame) } = waiting.shift()!
    if (answer === undefined) return false
    const joined = joiner.join(answer)
    if (limit === undefined) sink.text(joined.text ?? decode(joined.bytes!))
    else {
      const verdict = limit.frame(frame, joined)
      isCut = verdict === "truncated"
      return verdict === "within"
    }
    return true
  }
  let step = 0
  while (!plan.isDone) {
    const frame = plan.next(budget)
    const isLate = late > 0 && step % 2 === 0
    waiting.push({ frame, answer: isLate ? undefined : print(frame) })
    if (step < changes.length) world.change(changes[step]!)
    step++
    while (waiting.length > late) {
      if (!take()) return isCut ? wrongText(sink.result, maxSize, output) : wrongThrow
    }
  }
  while (waiting.length > 0) if (!take()) return isCut ? wrongText(sink.result, maxSize, output) : wrongThrow
  const reason = plan.failure?.reason
  if (reason !== undefined) {
    if (limit?.beforeFailure() === "truncated") return wrongText(sink.result, maxSize, output)
    return reason._tag === "UserCodeFailed" && !isForeign(reason.cause)
      ? `names user code: ${String(reason.cause)}`
      : undefined
  }
  limit?.end()
  return joiner.isEmpty ? undefined : wrongText(sink.result, maxSize, output)
}

const wrongText = (text: string, maxSize: number, output: "string" | "bytes"): string | undefined => {
  const size = output === "bytes" ? Buffer.byteLength(text) : text.length
  if (size > maxSize) return `over the limit: ${size}`
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `${String(error)}: ...${text.slice(-200)}`
  }
}

afterEach(() => World.restore())

it("a value that changes while it is read gives JSON, a mix of before and after, or an error", () => {
  fc.assert(
    fc.property(aRun, (run) => {
      try {
        assert.strictEqual(wrongWith(run), undefined)
      } finally {
        World.restore()
      }
    }),
    runs(generated(3_000))
  )
})

const plainOptions: PlanOptions = {
  replacer: null,
  list: null,
  gap: "",
  output: "string",
  exactFirst: 0,
  tracksLevels: true
}

it("a limit knows that an object has no entry after all", () => {
  const value: Record<string, object | string> = { a: { n: "a".repeat(80) }, long: "x".repeat(300) }
  const plan = new Plan(value, plainOptions)
  const frames = [plan.next(10), plan.next(10_000)]
  assert.isTrue(plan.isDone)
  Object.assign(value["a"]!, { toJSON: () => undefined })
  const sink = new StringSink()
  const limit = new Limit(sink, 20, characters, true, "")
  const joiner = new FrameJoiner("")
  const verdicts = frames.map((frame) => limit.frame(frame, joiner.join(encodeText(frame.task))))
  assert.deepStrictEqual(verdicts, ["within", "truncated"])
  assert.strictEqual(sink.result, '{"long":"xxxxxxxx…"}')
})

it("looks at no child that an object does not have any more", () => {
  const value: Record<string, unknown> = {}
  const child = {
    get toJSON() {
      delete value["child"]
      return () => 1
    }
  }
  Object.defineProperty(value, "undefined", { value: { toJSON: () => assert.fail("looked at") }, enumerable: false })
  value["child"] = child
  const plan = new Plan([value], plainOptions)
  let text = ""
  while (!plan.isDone) text += encodeText(plan.next(1_000).task).text
  assert.isUndefined(plan.failure)
  assert.strictEqual(text, "[{}]")
})

class List extends Array<unknown> {}

for (const Kind of [Array, List]) {
  it(`an array that a toJSON empties ends there: ${Kind.name}`, () => {
    const list: Array<unknown> = Kind.from({ length: 100_000 }, (_, i) => i)
    list[1] = { toJSON: () => (list.length = 0) }
    const plan = new Plan([list, "after"], plainOptions)
    let text = ""
    while (!plan.isDone) text += encodeText(plan.next(30_000).task).text
    assert.isUndefined(plan.failure)
    assert.strictEqual(text, '[[0],"after"]')
  })
}

it("a getter that empties its object while the visit is in what it gave leaves an empty object", () => {
  const root = { list: [{}] }
  const holder = root.list[0]!
  const inside = Array.from({ length: 400 }, (_, i) => i)
  const get = () => {
    Reflect.deleteProperty(holder, "gone")
    return inside
  }
  Object.defineProperty(holder, "gone", { enumerable: true, configurable: true, get })
  const plan = new Plan(root, plainOptions)
  let text = ""
  while (!plan.isDone) text += encodeText(plan.next(64).task).text
  assert.isUndefined(plan.failure)
  assert.strictEqual(text, '{"list":[{}]}')
})
