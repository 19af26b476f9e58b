import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Serialization, SerializationLayer } from "effect-serialization"
import { layerInline } from "effect-serialization/testing"
import { vi } from "vitest"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import type { Route } from "../../src/internal/routing/routeCosts.ts"
import { Lane } from "../../src/internal/routing/lane.ts"
import { Router, type Sample } from "../../src/internal/routing/router.ts"

const frame = (size = 32_768, extra: Partial<Sample> = {}): Sample => ({
  size,
  numbers: 0,
  containers: 0,
  task: { gap: "" },
  ...extra
})

const text = frame()
const records = frame(32_768, { containers: 500 })
const numbers = frame(32_768, { numbers: 4000, containers: 1 })

/** Milliseconds that a frame costs on each route. */
interface Costs {
  readonly worker: number
  readonly sliced: number
}

/** Sends so many frames the way a call does; gives the route of each. */
const run = (router: Router, given: Sample, costs: Costs, count: number, threads = 1): Array<Route> =>
  Array.from({ length: count }, () => {
    const route = router.wantsWorker(threads) ? router.route(given, "string", threads) : "sliced"
    router.observe(given, "string", route, costs[route])
    return route
  })

const share = (routes: ReadonlyArray<Route>, route: Route) =>
  routes.filter((other) => other === route).length / routes.length

let now = 0
beforeEach(() => {
  now = 1e6
  vi.spyOn(realTimers, "now").mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

const workerIsCheaper = { worker: 0.05, sliced: 0.5 }
const slicedIsCheaper = { worker: 0.5, sliced: 0.05 }

describe("fixed routing", () => {
  it("sends all that may go", () => {
    const lane = new Lane()
    assert.isTrue(lane.wantsWorker(0))
    for (let i = 0; i < 200; i++) {
      assert.strictEqual(lane.route(text, "string", 0), "worker")
      lane.observe(text, "string", "worker", 0.5, 0)
    }
  })
})

describe("adaptive routing", () => {
  it("sends to workers as long as nothing is known", () => {
    const router = new Router()
    assert.isTrue(router.wantsWorker(1))
    assert.strictEqual(router.route(text, "string", 1), "worker")
  })

  it("slices while no thread is ready, and has one started after 300 frames", () => {
    const router = new Router()
    assert.isFalse(router.wantsWorker(0))
    assert.strictEqual(router.route(text, "string", 0), "sliced")
    const asks = Array.from({ length: 700 }, () => {
      router.observe(text, "string", "sliced", 0.1)
      return router.wantsThread(text, "string")
    })
    assert.deepStrictEqual(
      asks.flatMap((ask, i) => (ask ? [i + 1] : [])),
      [300, 600]
    )
  })

  it("has no thread started for frames whose slices are cheaper, nor for text that is there", () => {
    const router = new Router()
    run(router, text, slicedIsCheaper, 36)
    now += 120_000
    assert.isFalse(Array.from({ length: 700 }, () => router.wantsThread(text, "string")).includes(true))
    assert.isFalse(
      Array.from({ length: 700 }, () => router.wantsThread(frame(32_768, { isText: true }), "string")).includes(true)
    )
  })

  for (const [cheaper, costs] of [
    ["worker", workerIsCheaper],
    ["sliced", slicedIsCheaper]
  ] as const) {
    it(`takes the cheaper route, ${cheaper}, within a few dozen frames`, () => {
      const router = new Router()
      run(router, text, costs, 36)
      assert.isAtLeast(share(run(router, text, costs, 500), cheaper), 0.95)
    })

    it(`tries the other route now and then, while threads run: ${cheaper}`, () => {
      const router = new Router()
      run(router, text, costs, 36)
      assert.isBelow(share(run(router, text, costs, 5000), cheaper), 1)
    })
  }

  it("follows a change in the data", () => {
    const router = new Router()
    run(router, text, workerIsCheaper, 200)
    // The worker's frames now cost ten times as much, which is seen at once.
    assert.isAtLeast(share(run(router, text, slicedIsCheaper, 200), "sliced"), 0.5)
    assert.isAtLeast(share(run(router, text, slicedIsCheaper, 500), "sliced"), 0.9)
  })

  it("knows kinds of frames apart", () => {
    const router = new Router()
    for (let i = 0; i < 40; i++) {
      run(router, text, workerIsCheaper, 5)
      run(router, records, slicedIsCheaper, 5)
      run(router, numbers, workerIsCheaper, 5)
    }
    assert.strictEqual(router.route(text, "string", 1), "worker")
    assert.strictEqual(router.route(records, "string", 1), "sliced")
    assert.strictEqual(router.route(numbers, "string", 1), "worker")
    assert.deepStrictEqual([...router.costs.keys()].sort(), [
      "numbers/large/string",
      "records/large/string",
      "text/large/string"
    ])
    const { sliced, worker } = router.costs.get("records/large/string")!
    assert.isAbove(worker.total, sliced.total)
  })

  it("knows sizes, outputs and indentation apart", () => {
    const router = new Router()
    router.observe(frame(2000), "string", "worker", 0.1)
    router.observe(frame(8000), "bytes", "worker", 0.1)
    router.observe(frame(32_000, { task: { gap: "  " } }), "bytes", "sliced", 0.1)
    assert.deepStrictEqual(
      [...router.costs.keys()],
      ["text/small/string", "text/medium/bytes", "text/large/bytes/pretty"]
    )
  })

  it("starts a thread only to explore at most once a minute", () => {
    const router = new Router()
    run(router, text, slicedIsCheaper, 100)
    const starts = () => {
      let count = 0
      for (let i = 0; i < 3000; i++) {
        router.observe(text, "string", "sliced", slicedIsCheaper.sliced)
        if (router.wantsThread(text, "string")) count++
      }
      return count
    }
    assert.strictEqual(starts(), 1)
    now += 59_000
    assert.strictEqual(starts(), 0)
    now += 2_000
    assert.strictEqual(starts(), 1)
    // On a thread that runs it explores at once.
    assert.include(run(router, text, slicedIsCheaper, 3000), "worker")
  })

  it("frames without text teach nothing", () => {
    const router = new Router()
    new Lane(router).observe(frame(0), "string", "sliced", 5, 0)
    assert.strictEqual(router.costs.size, 0)
  })
})

describe("trying the dearer route", () => {
  it("does it for some frames in a row, and the first do not count, since their code is cold", () => {
    const router = new Router()
    run(router, text, { worker: 0.5, sliced: 0.15 }, 200)
    const before = router.costs.get("text/large/string")!.worker.total
    const routes: Array<Route> = []
    // Cold, a frame on a worker costs 3 ms; warm, less than a slice.
    let inRow = 0
    while (routes.filter((route) => route === "worker").length < 40) {
      const route = router.route(text, "string", 1)
      inRow = route === "worker" ? inRow + 1 : 0
      router.observe(text, "string", route, route === "sliced" ? 0.15 : inRow <= 2 ? 3 : 0.01)
      routes.push(route)
    }
    const { sliced, worker } = router.costs.get("text/large/string")!
    assert.isBelow(worker.total, before)
    assert.isBelow(worker.total, sliced.total)
  })

  it("a trial that has found the cheaper route goes on there", () => {
    const router = new Router()
    run(router, text, { worker: 0.5, sliced: 0.15 }, 200)
    const next = () => router.route(text, "string", 1)
    while (next() === "sliced") router.observe(text, "string", "sliced", 0.15)
    // The first two are cold and do not count; these are warm, and bring the average down below that of slices.
    const { preferred, worker } = router.costs.get("text/large/string")!
    assert.strictEqual(preferred, "sliced")
    for (let i = 0; i < 60 && router.costs.get("text/large/string")!.preferred === "sliced"; i++) {
      router.observe(text, "string", "worker", 0.001)
    }
    assert.isBelow(worker.total, 0.15 / 32)
    assert.deepStrictEqual(Array.from({ length: 7 }, next), Array<Route>(7).fill("worker"))
  })

  it.effect("a call tells the router what each frame's text has cost to take in, by its route", () =>
    Effect.gen(function* () {
      const taken = vi.spyOn(Lane.prototype, "observeTaking")
      const { metrics, serialize } = yield* Serialization
      const value = Array.from({ length: 20_000 }, (_, id) => ({ id }))
      for (const route of ["worker", "sliced"] as const) {
        taken.mockClear()
        const before = yield* metrics
        yield* serialize(value, { routing: route })
        const after = yield* metrics
        const key = `${route}Frames` as const
        assert.isAbove(after[key] - before[key], 1)
        assert.strictEqual(taken.mock.calls.length, after[key] - before[key])
        assert.deepStrictEqual(new Set(taken.mock.calls.map(([, , of]) => of)), new Set([route]))
      }
    }).pipe(Effect.provide(SerializationLayer.layerNoPool().pipe(Layer.provide(layerInline))))
  )

  it("counts what taking the text in costs, on both routes", () => {
    const router = new Router()
    run(router, text, { worker: 0.03, sliced: 0.15 }, 100)
    const costs = router.costs.get("text/large/string")!
    assert.strictEqual(costs.preferred, "worker")
    for (let i = 0; i < 10; i++) router.observeTaking(text, "string", "worker", 0.1)
    assert.strictEqual(costs.preferred, "sliced")
    for (let i = 0; i < 10; i++) router.observeTaking(text, "string", "sliced", 0.1)
    assert.strictEqual(costs.preferred, "worker")
  })
})

describe("the size of frames", () => {
  for (const [name, time, least, most] of [
    ["shrinks where they take long", 2, 8192, 9000],
    ["grows where they are quick", 0.01, 45_000, 49_152],
    ["stays where a frame takes a quarter of a millisecond", 0.25, 30_000, 35_000]
  ] as const) {
    it(name, () => {
      const { frameSize } = new Lane()
      for (let i = 0; i < 100; i++) frameSize.observe(frameSize.current, (time * frameSize.current) / 32_768)
      assert.isAtLeast(frameSize.current, least)
      assert.isAtMost(frameSize.current, most)
    })
  }
})
