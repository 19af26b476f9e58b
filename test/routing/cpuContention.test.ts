import { assert, describe, it } from "@effect/vitest"
import { Crowding, crowding, type Times } from "../../src/internal/routing/cpuContention.ts"
import { Lane } from "../../src/internal/routing/lane.ts"
import { Router, type Sample } from "../../src/internal/routing/router.ts"

/** What a period of 50 ms looks like. */
interface Period {
  readonly idle?: number
  /** Milliseconds that the thread was active for and did not get. */
  readonly missing: number
  /** Milliseconds of all other threads of the process. */
  readonly others: number
  /** Frames that workers are sent. */
  readonly frames: number
  readonly time?: number
}

/** A machine whose times are what the test says. */
const machine = () => {
  let times: Times = { clock: 1000, idle: 0, thread: 100, process: 200 }
  const crowding = new Crowding(() => times)
  crowding.observe(false, times.clock)
  return {
    crowding,
    run(count: number, { frames, idle = 0, missing, others, time = 50 }: Period) {
      for (let i = 0; i < count; i++) {
        // Too early to look.
        for (let j = 0; j < frames; j++) crowding.observe(true, times.clock + 1)
        const got = time - idle - missing
        times = {
          clock: times.clock + time,
          idle: times.idle + idle,
          thread: times.thread + got,
          process: times.process + got + others
        }
        crowding.observe(false, times.clock)
      }
      return crowding.price
    }
  }
}

describe("crowding", () => {
  it("has no price where workers have cores of their own", () => {
    assert.strictEqual(machine().run(40, { missing: 2, others: 60, frames: 200 }), 0)
  })

  it("has the full price where a good part of what workers get is missing here", () => {
    assert.strictEqual(machine().run(40, { missing: 20, others: 50, frames: 60 }), 1)
  })

  it("goes from the one to the other in between", () => {
    const price = machine().run(40, { missing: 2.5 + 50 * 0.16, others: 50, frames: 60 })
    assert.isAbove(price, 0.3)
    assert.isBelow(price, 0.7)
  })

  it("time spent waiting for events is not missing", () => {
    assert.strictEqual(machine().run(40, { idle: 40, missing: 1, others: 80, frames: 60 }), 0)
  })

  it("does not charge workers with what is missing without them", () => {
    const { run } = machine()
    run(100, { missing: 15, others: 5, frames: 0 })
    assert.strictEqual(run(40, { missing: 16, others: 60, frames: 60 }), 0)
  })

  it("is not learnt from a few frames, nor from a pause between two calls", () => {
    const { run } = machine()
    assert.strictEqual(run(40, { missing: 20, others: 50, frames: 8 }), 0)
    assert.strictEqual(run(40, { missing: 500, others: 600, frames: 600, time: 1000 }), 0)
  })

  it("halves in twenty seconds without workers, and is known again soon", () => {
    const { run } = machine()
    run(40, { missing: 20, others: 50, frames: 60 })
    assert.approximately(run(400, { missing: 2, others: 1, frames: 0 }), 0.5, 0.01)
    assert.strictEqual(run(2, { missing: 20, others: 50, frames: 60 }), 1)
    assert.strictEqual(run(30, { missing: 2, others: 90, frames: 60 }), 0)
  })

  it("is forgotten where calls are rare, too", () => {
    const { run } = machine()
    run(40, { missing: 20, others: 50, frames: 60 })
    assert.isBelow(run(10, { missing: 1, others: 1, frames: 8, time: 20_000 }), 0.001)
  })

  it("after a while without workers, what is new counts for more than what was", () => {
    const { run } = machine()
    run(40, { missing: 20, others: 50, frames: 60 })
    run(400, { missing: 2, others: 1, frames: 0 })
    assert.isBelow(run(3, { missing: 2, others: 90, frames: 60 }), 0.05)
  })

  it("a thread that had more than the loop says misses nothing", () => {
    const { run } = machine()
    run(100, { missing: -200, others: 5, frames: 0 })
    assert.strictEqual(run(40, { missing: 2, others: 60, frames: 60 }), 0)
  })

  it("has no price where the system cannot tell", () => {
    let times: Times | undefined = { clock: 0, idle: 0, thread: 0, process: 0 }
    const crowding = new Crowding(() => times)
    crowding.observe(true, 0)
    times = undefined
    for (let clock = 60; clock < 1000; clock += 60) crowding.observe(true, clock)
    assert.strictEqual(crowding.price, 0)
  })

  it("reads the times of the thread that it is on", () => {
    const sliceFor = (milliseconds: number) => {
      const until = performance.now() + milliseconds
      while (performance.now() < until) crowding.observe(false, performance.now())
    }
    // Frames that tests before this one have sent count in the period that they were in.
    sliceFor(60)
    const before = crowding.price
    sliceFor(120)
    assert.isAtMost(crowding.price, before)
    assert.isAtLeast(crowding.price, 0)
  })
})

describe("adaptive routing where cores are crowded", () => {
  const text: Sample = { size: 32_768, numbers: 0, containers: 0, task: { gap: "" } }
  const costs = { worker: 0.05, sliced: 0.25 }

  it("counts a worker's time by its price", () => {
    const cores = { price: 0, observe: () => {} }
    const router = new Router(cores)
    const share = (count: number) => {
      let sliced = 0
      for (let i = 0; i < count; i++) {
        const route = router.route(text, "string", 1)
        router.observe(text, "string", route, costs[route])
        if (route === "sliced") sliced++
      }
      return sliced / count
    }
    share(100)
    assert.isBelow(share(500), 0.1)
    cores.price = 1
    assert.isAbove(share(500), 0.9)
    const { sliced, worker } = router.costs.get("text/large/string")!
    assert.isAbove(worker.total, sliced.total)
    cores.price = 0.2
    assert.isBelow(share(500), 0.1)
  })

  it("is told of every frame of any routing, and whether it went to a worker", () => {
    const told: Array<boolean> = []
    const cores = { price: 0, observe: (isSent: boolean) => void told.push(isSent) }
    const adaptive = new Lane(new Router(cores), cores)
    adaptive.observe(text, "bytes", "worker", 0.1, 0)
    adaptive.observe(text, "bytes", "sliced", 0.1, 0)
    new Lane(undefined, cores).observe(text, "bytes", "worker", 0.1, 0)
    assert.deepStrictEqual(told, [true, false, true])
  })
})
