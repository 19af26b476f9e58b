import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { engineSettings } from "../../src/internal/engine/layerOptions.ts"
import { checkSerializeOptions, checkStreamOptions } from "../../src/internal/options/validate.ts"
import { poolSettings } from "../../src/internal/pool/poolOptions.ts"

const any = (u: unknown): any => u

describe("options of a call", () => {
  for (const options of [
    undefined,
    {},
    { maxSize: 0 },
    { maxSize: Infinity },
    { maxSize: undefined, truncate: undefined, pretty: undefined, routing: undefined },
    { pretty: true, truncate: true, routing: "sync" },
    // As odd as `JSON.stringify` takes them.
    { space: any({}), replacer: any(1) },
    { space: NaN, replacer: any("x") },
    { space: any(1n), replacer: null }
  ] as const) {
    it(`in order: ${
      Object.entries(options ?? {})
        .map(String)
        .join(" ") || options
    }`, () => {
      assert.isUndefined(checkSerializeOptions(options))
      assert.isUndefined(checkStreamOptions(options))
    })
  }

  for (const [options, message] of [
    [null, "Expected `options` to be an object, but it is null"],
    ["pretty", 'Expected `options` to be an object, but it is "pretty"'],
    [{ maxSize: -1 }, "Expected `maxSize` to be a whole number from 0 up, or Infinity, but it is -1"],
    [{ maxSize: NaN }, "Expected `maxSize` to be a whole number from 0 up, or Infinity, but it is NaN"],
    [{ maxSize: 1.5 }, "Expected `maxSize` to be a whole number from 0 up, or Infinity, but it is 1.5"],
    [{ maxSize: "10" }, 'Expected `maxSize` to be a whole number from 0 up, or Infinity, but it is "10"'],
    [{ maxSize: 10n }, "Expected `maxSize` to be a whole number from 0 up, or Infinity, but it is 10n"],
    [{ pretty: 2 }, "Expected `pretty` to be true or false, but it is 2"],
    [{ truncate: "yes" }, 'Expected `truncate` to be true, false or a shape, but it is "yes"'],
    [{ routing: "fast" }, 'Expected `routing` to be one of "adaptive", "worker", "sliced", "sync", but it is "fast"'],
    [{ routing: null }, 'Expected `routing` to be one of "adaptive", "worker", "sliced", "sync", but it is null']
  ] as const) {
    it(message, () => {
      assert.strictEqual(checkSerializeOptions(any(options)), message)
      assert.strictEqual(checkStreamOptions(any(options)), message)
    })
  }

  for (const [options, message] of [
    [{ chunkSize: 0 }, "Expected `chunkSize` to be a whole number from 1 to 16777216 (16 MiB), but it is 0"],
    [
      { chunkSize: 2 ** 24 + 1 },
      "Expected `chunkSize` to be a whole number from 1 to 16777216 (16 MiB), but it is 16777217"
    ],
    [
      { chunkSize: Infinity },
      "Expected `chunkSize` to be a whole number from 1 to 16777216 (16 MiB), but it is Infinity"
    ],
    [{ onEnd: {} }, "Expected `onEnd` to be a function, but it is an object"]
  ] as const) {
    it(message, () => assert.strictEqual(checkStreamOptions(any(options)), message))
  }
})

describe("options of a layer", () => {
  it("have defaults", () => {
    const settings = poolSettings()
    assert.isNotString(settings)
    const { maxThreads, ...others } = settings as Exclude<typeof settings, string>
    assert.isAtLeast(maxThreads, 2)
    assert.deepStrictEqual(others, {
      minThreads: 0,
      idleTimeout: 30_000,
      maxQueue: 256,
      taskTimeout: 10_000,
      shutdownTimeout: 5_000,
      resourceLimits: undefined,
      workerUrl: undefined
    })
    assert.deepStrictEqual(engineSettings(), {
      name: "default",
      syncThreshold: 1024,
      routing: "adaptive",
      fallback: true,
      turnBudget: 1,
      rollout: 1,
      shadow: 0
    })
  })

  it("are taken as they are given, times as any duration", () => {
    assert.deepStrictEqual(
      poolSettings({
        maxThreads: 4,
        minThreads: 4,
        idleTimeout: "Infinity",
        maxQueue: Infinity,
        taskTimeout: Duration.seconds(1),
        shutdownTimeout: 0,
        resourceLimits: { maxOldGenerationSizeMb: 64 },
        workerUrl: "/some where/worker.js"
      }),
      {
        maxThreads: 4,
        minThreads: 4,
        idleTimeout: Infinity,
        maxQueue: Infinity,
        taskTimeout: 1000,
        shutdownTimeout: 0,
        resourceLimits: { maxOldGenerationSizeMb: 64 },
        workerUrl: "file:///some%20where/worker.js"
      }
    )
    const url = new URL("file:///worker.js")
    for (const workerUrl of [url, url.href]) assert.include(poolSettings({ workerUrl }), { workerUrl: url.href })
    assert.include(engineSettings({ turnBudget: "500 micros" }), { turnBudget: 0.5 })
  })

  for (const [options, message] of [
    [null, "Expected `options` to be an object, but it is null"],
    [{ maxThreads: 0 }, "Expected `maxThreads` to be a whole number from 1 up, but it is 0"],
    [{ maxThreads: null }, "Expected `maxThreads` to be a whole number from 1 up, but it is null"],
    [{ minThreads: -1 }, "Expected `minThreads` to be a whole number from 0 up, but it is -1"],
    [{ maxThreads: 2, minThreads: 3 }, "Expected `minThreads` to be at most `maxThreads` (2), but it is 3"],
    [{ maxQueue: NaN }, "Expected `maxQueue` to be a whole number from 0 up, or Infinity, but it is NaN"],
    [{ idleTimeout: NaN }, /`idleTimeout` to be a duration.*is NaN/],
    [{ idleTimeout: -1 }, /`idleTimeout` to be a duration.*is -1/],
    [{ idleTimeout: "soon" }, /`idleTimeout` to be a duration.*is "soon"/],
    [{ idleTimeout: null }, /`idleTimeout` to be a duration.*is null/],
    [{ taskTimeout: 0 }, /`taskTimeout` to be a duration.*more than zero.*is 0/],
    [{ taskTimeout: "-1 seconds" }, /`taskTimeout`.*is "-1 seconds"/],
    [{ shutdownTimeout: Duration.negativeInfinity }, /`shutdownTimeout` to be a duration.*an object/],
    [{ resourceLimits: 64 }, /`resourceLimits` to be an object.*is 64/],
    [
      { resourceLimits: { maxOldGenerationSizeMb: 1 } },
      "Expected `resourceLimits.maxOldGenerationSizeMb` to be a number from 8 up, but it is 1"
    ],
    [{ resourceLimits: { stackSizeMb: "4" } }, /`resourceLimits\.stackSizeMb`.*is "4"/],
    [
      { workerUrl: "./worker.js" },
      'Expected `workerUrl` to be a file: URL or an absolute path, but it is "./worker.js"'
    ],
    [{ workerUrl: new URL("https://example.com/worker.js") }, /`workerUrl`.*is https:\/\/example\.com\/worker\.js/],
    [{ workerUrl: 1 }, /`workerUrl`.*is 1/]
  ] as const) {
    it(String(message), () => {
      const given = poolSettings(any(options))
      assert.isString(given)
      if (typeof message === "string") assert.strictEqual(given, message)
      else assert.match(given as string, message)
    })
  }

  for (const [options, message] of [
    [null, /`options`/],
    [{ name: "" }, 'Expected `name` to be a string that is not empty, but it is ""'],
    [{ syncThreshold: -1 }, /`syncThreshold`.*is -1/],
    [{ routing: "fast" }, /`routing`.*is "fast"/],
    [{ fallback: 0 }, /`fallback`.*is 0/],
    [{ turnBudget: 0 }, /`turnBudget`.*more than zero and finite.*is 0/],
    [{ turnBudget: Infinity }, /`turnBudget`.*finite/]
  ] as const) {
    it(String(message), () => {
      const given = engineSettings(any(options))
      assert.isString(given)
      if (typeof message === "string") assert.strictEqual(given, message)
      else assert.match(given as string, message)
    })
  }
})
