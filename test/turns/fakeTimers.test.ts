/** Fake timers, as tests of applications use them, before and after this library is loaded. */
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { mock } from "node:test"
import { vi } from "vitest"
import { makeSerializer } from "../../src/Async.ts"
import type { Routing } from "../../src/Serialization.ts"
import { realTimers } from "../../src/internal/turns/realTimers.ts"
import { collect, records } from "../support/values.ts"

const value = records(20_000)
const text = JSON.stringify(value)

const routings: ReadonlyArray<Routing> = ["sliced", "worker", "adaptive"]

/** Fakes that never fire. `nextTick` cannot be faked in a process of its own, as Vitest says. */
const fakes: { readonly [name: string]: () => () => void } = {
  "of Vitest": () => {
    const all = [
      "setImmediate",
      "setTimeout",
      "setInterval",
      "queueMicrotask",
      "performance",
      "hrtime",
      "Date"
    ] as const
    vi.useFakeTimers({ toFake: [...all, "clearImmediate", "clearTimeout", "clearInterval"] })
    return () => void vi.useRealTimers()
  },
  "of node:test": () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate", "Date"] })
    return () => mock.timers.reset()
  }
}

for (const [name, install] of Object.entries(fakes)) {
  describe(`fake timers ${name}`, () => {
    for (const routing of routings) {
      it(`${routing}: calls end before, while they are in place, and after that`, async () => {
        await using serializer = makeSerializer({ maxThreads: 1, routing })
        const all = async () => {
          const { serialized } = await serializer.serialize(value)
          assert.isTrue(serialized === text)
          const { bytes } = await serializer.serializeToBytes(value)
          assert.isTrue(Buffer.from(bytes).toString() === text)
          const chunks = await collect(serializer.serializeToReadableStream(value))
          assert.isTrue(Buffer.concat(chunks).toString() === text)
        }
        await all()
        const uninstall = install()
        try {
          await all()
        } finally {
          uninstall()
        }
        await all()
      })
    }

    it("put while a call is in flight do not stop it", async () => {
      await using serializer = makeSerializer({ routing: "sliced" })
      const call = serializer.serialize(value)
      const uninstall = install()
      try {
        assert.isTrue((await call).serialized === text)
      } finally {
        uninstall()
      }
    })
  })
}

describe("a library that is loaded when timers are fakes already", () => {
  const never = () => ({ ref: () => {}, unref: () => {} })

  beforeEach(() => {
    vi.resetModules()
    // The globals, and what `node:timers` exports.
    vi.useFakeTimers()
    vi.doMock("node:timers", async (original) => ({ ...(await original<object>()), setImmediate: never }))
  })
  afterEach(() => {
    vi.doUnmock("node:timers")
    vi.useRealTimers()
  })

  for (const routing of routings) {
    it(`${routing}: calls end`, async () => {
      const timers = (await import("../../src/internal/turns/realTimers.ts")).realTimers
      assert.notStrictEqual(timers, realTimers)
      assert.strictEqual(timers.setImmediate as unknown, never)
      const { makeSerializer } = await import("../../src/Async.ts")
      const serializer = makeSerializer({ maxThreads: 1, routing })
      try {
        for (let i = 0; i < 3; i++) assert.isTrue((await serializer.serialize(value)).serialized === text)
        vi.useRealTimers()
        assert.isTrue((await serializer.serialize(value)).serialized === text)
      } finally {
        await serializer.shutdown()
      }
    })
  }
})
