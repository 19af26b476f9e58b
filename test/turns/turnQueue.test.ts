import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import {
  charge,
  holdProcess,
  longestHold,
  releaseProcess,
  schedule,
  type Task,
  timeLeft
} from "../../src/internal/turns/turnQueue.ts"

// One piece of work takes one millisecond of a clock that only work moves.
let now = 0
const log: Array<string> = []

class Work implements Task {
  readonly name: string
  readonly budget: number
  pieces: number
  onStep: (() => void) | undefined

  constructor(name: string, pieces: number, budget = 3) {
    this.name = name
    this.pieces = pieces
    this.budget = budget
  }

  step(): boolean {
    now++
    log.push(this.name)
    this.onStep?.()
    return --this.pieces > 0
  }

  fail(thrown: unknown): void {
    log.push(`${this.name}: ${String(thrown)}`)
  }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** The pieces done in each turn, until nothing is done in one. */
const turns = async (): Promise<Array<string>> => {
  const done: Array<string> = []
  for (;;) {
    log.length = 0
    await turn()
    if (log.length === 0) return done
    done.push(log.join(""))
  }
}

beforeEach(async () => {
  // What earlier tests have left in the turn is over.
  await turn()
  await turn()
  log.length = 0
  now = 1000
  vi.spyOn(realTimers, "now").mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

describe("a turn", () => {
  it("ends when its budget is spent", async () => {
    schedule(new Work("a", 8))
    assert.deepStrictEqual(await turns(), ["aaa", "aaa", "aa"])
  })

  it("is shared: many hold the loop no longer than one", async () => {
    for (const name of "abcdef") schedule(new Work(name, 2))
    assert.deepStrictEqual(await turns(), ["abc", "def", "abc", "def"])
  })

  it("goes on where the last one stopped, so that nobody is served twice before the others", async () => {
    for (const name of "ab") schedule(new Work(name, 4))
    assert.deepStrictEqual(await turns(), ["aba", "bab", "ab"])
  })

  it("a long call does not keep short ones waiting", async () => {
    schedule(new Work("L", 20))
    for (const name of "abc") schedule(new Work(name, 1))
    const done = await turns()
    assert.deepStrictEqual(done.slice(0, 3), ["Lab", "cLL", "LLL"])
  })

  it("each has its own budget", async () => {
    schedule(new Work("s", 3, 1))
    schedule(new Work("l", 5, 4))
    const done = await turns()
    assert.strictEqual(done.join("").length, 8)
    assert.isTrue(done.every((pieces) => pieces.length <= 4))
    // The one with the small budget comes to its turn nevertheless.
    assert.strictEqual(done.join("").replaceAll("l", ""), "sss")
  })

  it("does at least one piece, however large", async () => {
    const work = new Work("a", 2, 0.5)
    work.onStep = () => void (now += 100)
    schedule(work)
    assert.deepStrictEqual(await turns(), ["a", "a"])
  })

  it("what is scheduled in it comes in the next one", async () => {
    const first = new Work("a", 1)
    first.onStep = () => schedule(new Work("b", 1))
    schedule(first)
    assert.deepStrictEqual(await turns(), ["a", "b"])
  })

  it("is one, even if work is scheduled while it goes on: the next does not spend its budget twice", async () => {
    const first = new Work("a", 4)
    first.onStep = () => {
      if (first.pieces === 4) schedule(new Work("b", 4))
    }
    schedule(first)
    assert.deepStrictEqual(await turns(), ["aaa", "abb", "bb"])
  })
})

describe("a step that throws", () => {
  const throwing = (name: string, pieces: number) => {
    const work = new Work(name, 9)
    work.onStep = () => {
      if (work.pieces === 9 - pieces + 1) throw new Error("no memory")
    }
    return work
  }

  it("is the last of its task, which is told; the others go on", async () => {
    schedule(new Work("a", 3))
    schedule(throwing("b", 2))
    schedule(new Work("c", 3))
    assert.deepStrictEqual(await turns(), ["abc", "abb: Error: no memoryc", "ac"])
  })

  it("takes no later work with it", async () => {
    schedule(throwing("a", 1))
    assert.deepStrictEqual(await turns(), ["aa: Error: no memory"])
    schedule(new Work("b", 4))
    assert.deepStrictEqual(await turns(), ["bbb", "b"])
    assert.strictEqual(timeLeft(3), 3)
  })

  it("whose task throws once more when it is told is the process's, and the queue goes on", async () => {
    const uncaught: Array<unknown> = []
    const listeners = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => uncaught.push(error))
    try {
      const work = throwing("a", 1)
      const again = new Error("told")
      work.fail = () => {
        throw again
      }
      schedule(work)
      schedule(new Work("b", 2))
      assert.deepStrictEqual(await turns(), ["abb"])
      assert.deepStrictEqual(uncaught, [again])
    } finally {
      process.removeAllListeners("uncaughtException")
      for (const listener of listeners) process.on("uncaughtException", listener)
    }
  })
})

describe("a caller's own turn", () => {
  it("has the budget to itself, once", async () => {
    assert.strictEqual(timeLeft(3), 3)
    charge(2)
    assert.strictEqual(timeLeft(3), 1)
    assert.strictEqual(timeLeft(5), 3)
    charge(1)
    assert.strictEqual(timeLeft(3), 0)
    await turn()
    await turn()
    assert.strictEqual(timeLeft(3), 3)
  })

  it("counts what a turn has done until the next one", async () => {
    schedule(new Work("a", 2))
    await turn()
    // Still in the same turn: promises come before the next.
    assert.strictEqual(timeLeft(3), 1)
    await turn()
    await turn()
    assert.strictEqual(timeLeft(3), 3)
  })

  it("within a step does not begin a turn anew", async () => {
    const work = new Work("a", 8)
    const left: Array<number> = []
    work.onStep = () => void left.push(timeLeft(3))
    schedule(work)
    assert.deepStrictEqual(await turns(), ["aaa", "aaa", "aa"])
    assert.deepStrictEqual(left, [3, 2, 1, 3, 2, 1, 3, 2])
  })

  it("longestHold is the longest of all pieces together", async () => {
    const before = longestHold()
    charge(before + 5)
    assert.strictEqual(longestHold(), before + 5)
    const work = new Work("a", 1)
    work.onStep = () => void (now += before + 100)
    schedule(work)
    await turns()
    assert.strictEqual(longestHold(), before + 101)
    charge(1)
    assert.strictEqual(longestHold(), before + 101)
  })
})

describe("the process", () => {
  const immediates = () => process.getActiveResourcesInfo().filter((type) => type === "Immediate").length
  const timeouts = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length

  it("is not kept alive by turns without work", async () => {
    const before = immediates()
    timeLeft(3)
    assert.strictEqual(immediates(), before)
    schedule(new Work("a", 1))
    assert.strictEqual(immediates(), before + 1)
    await turns()
    assert.strictEqual(immediates(), before)
  })

  it("is kept alive while anybody waits for a thread", () => {
    const before = timeouts()
    holdProcess()
    holdProcess()
    assert.strictEqual(timeouts(), before + 1)
    releaseProcess()
    assert.strictEqual(timeouts(), before + 1)
    releaseProcess()
    assert.strictEqual(timeouts(), before)
  })
})
