/**
 * What is in Redis: parts, their compression, heads of this format and of others; and what becomes of it when it is broken.
 */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type RedisClientType, createClient } from "redis"
import { zstdCompressSync } from "node:zlib"
import type { CacheOptions, EntryOptions, SerializedCache } from "../../../src/cache/index.ts"
import * as RedisStore from "../../../src/cache/RedisStore.ts"
import { makeCache, overStore } from "../support/layers.ts"
import { eventually } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { connected, patient } from "./support/patient.ts"
import { RedisServer } from "./support/redisServer.ts"

const large = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `ü${i * 7919}`.repeat(4) }))
const text = JSON.stringify(large)

describeRedis("what is in Redis", () => {
  let server: RedisServer
  let client: RedisClientType<{}, {}, {}, 3, { 36: typeof Buffer }>
  beforeAll(async () => {
    server = await RedisServer.start()
    const commandOptions = { typeMapping: { 36: Buffer } } as const
    client = await createClient<{}, {}, {}, 3, { 36: typeof Buffer }>({ url: server.url, commandOptions })
      .on("error", () => {})
      .connect()
  })
  afterAll(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  const cache = (options: CacheOptions) =>
    connected(makeCache(overStore(RedisStore.layer({ url: server.url }), { ...patient, ...options })))
  /** Computes a text, and waits until it is stored: who computes is answered before. */
  const store = Effect.fnUntraced(function* (
    cache: SerializedCache["Service"],
    key: string,
    value: unknown,
    options?: EntryOptions
  ) {
    const before = (yield* cache.metrics).stores.stored
    const cached = yield* cache.getOrCompute(key, Effect.succeed(value), options)
    assert.strictEqual(cached.source, "computed")
    yield* eventually(Effect.map(cache.metrics, ({ stores }) => stores.stored > before))
    return cached
  })
  const keysOf = (pattern: string) =>
    Effect.promise(() => client.keys(pattern)).pipe(Effect.map((keys) => keys.map(String).sort()))

  for (const compression of ["zstd", "gzip", "none"] as const) {
    it.live(`${compression}: a text in parts is read as it was`, () =>
      Effect.gen(function* () {
        const options = { name: `parts ${compression}`, compression }
        const one = yield* cache(options)
        const two = yield* cache(options)
        const written = yield* store(one, "large", large)
        const read = yield* two.getOrCompute("large", Effect.die("computed twice"))
        assert.strictEqual(read.source, "store")
        assert.strictEqual(read.etag, written.etag)
        assert.isTrue((yield* read.text) === text)
        const parts = yield* keysOf(`*parts%20${compression}:1}:p:*`)
        assert.strictEqual(parts.length, read.parts.length)
        assert.isAbove(parts.length, 4)
        const sizes = yield* Effect.forEach(parts, (key) => Effect.promise(() => client.strLen(key)))
        const stored = sizes.reduce((sum, size) => sum + size, 0)
        if (compression === "none") assert.strictEqual(stored, read.size)
        else assert.isBelow(stored, read.size / 2)
        // Nothing of it stays for ever.
        const lives = yield* Effect.forEach(yield* keysOf(`*parts%20${compression}:1}:[^m]*`), (key) =>
          Effect.promise(() => client.pTTL(key))
        )
        assert.isTrue(lives.every((life) => life > 0))
      })
    )
  }

  it.live("a part holds no more memory than it needs", () =>
    Effect.gen(function* () {
      const one = yield* cache({ name: "own" })
      const two = yield* cache({ name: "own" })
      for (const [key, value] of [
        ["small", { a: 1 }],
        ["body", "x".repeat(100_000)],
        ["large", large]
      ] as const) {
        yield* store(one, key, value)
        const { parts, size, source } = yield* two.getOrCompute(key, Effect.die("computed twice"))
        assert.strictEqual(source, "store")
        assert.strictEqual(new Set(parts.map((part) => part.buffer)).size, parts.length)
        assert.strictEqual(
          parts.reduce((sum, part) => sum + part.buffer.byteLength, 0),
          size
        )
      }
    })
  )

  it.live("a small text lies there as it is, in its head", () =>
    Effect.gen(function* () {
      const one = yield* cache({ name: "small" })
      yield* store(one, "a", { b: "é" })
      const head = yield* Effect.promise(() => client.hGetAll("{v1:small:1}:k:a"))
      assert.hasAllKeys(head, ["f", "h", "s", "g", "b"])
      assert.strictEqual(String(head["f"]), "1")
      assert.strictEqual(String(head["b"]), '{"b":"é"}')
    })
  )

  const oddKeys = ["{a}", "a}b{", "%7Ba%", "a\nb\r\n\0", "ключ 🗝", "__proto__", "*", "k:a", "x".repeat(1_024)]
  it.live("keys of any kind are apart, and can be invalidated", () =>
    Effect.gen(function* () {
      const options = { name: "odd {keys}%", version: "}1{" }
      const one = yield* cache(options)
      const two = yield* cache(options)
      for (const key of oddKeys) {
        yield* store(one, key, key, { tags: [key], dependsOn: oddKeys })
      }
      for (const key of oddKeys) {
        const read = yield* two.getOrCompute(key, Effect.die("computed twice"), { consistency: "strong" })
        assert.strictEqual(yield* read.json, key)
      }
      yield* one.invalidateTags(oddKeys[2]!)
      for (const key of oddKeys) {
        const found = yield* two.get(key, { consistency: "strong" })
        assert.strictEqual(Option.isSome(found), key !== oddKeys[2])
      }
      yield* one.invalidate(oddKeys[0]!)
      for (const key of oddKeys) assert.isTrue(Option.isNone(yield* two.get(key, { consistency: "strong" })))
      const tags = new Set((yield* keysOf("*odd*")).map((key) => /^\{(.*?)\}/.exec(key)![1]))
      assert.deepStrictEqual(Array.from(tags), ["v1:odd%20%7Bkeys%7D%25:%7D1%7B"])
    })
  )

  it.live("a server that forgot the scripts gets them again", () =>
    Effect.gen(function* () {
      const one = yield* cache({ name: "scripts" })
      yield* store(one, "a", 1)
      yield* Effect.promise(() => client.scriptFlush())
      const read = yield* one.getOrCompute("a", Effect.die("computed twice"), { consistency: "strong" })
      assert.strictEqual(read.source, "memory")
      yield* Effect.promise(() => client.scriptFlush())
      assert.strictEqual((yield* one.invalidate("a")).status, "done")
      yield* Effect.promise(() => client.scriptFlush())
      yield* store(one, "a", 2)
    })
  )

  // What is done to the stored text, given the keys of its head and of its parts.
  const damages: Record<string, (head: string, parts: ReadonlyArray<string>) => Promise<unknown>> = {
    "a part is gone": (_, parts) => client.del(parts[1]!),
    "a part is cut": async (_, parts) => {
      const part = (await client.get(parts[1]!))!
      return client.set(parts[1]!, part.subarray(0, part.length - 10), { expiration: "KEEPTTL" })
    },
    "a part has another byte": async (_, parts) => {
      const part = (await client.get(parts[1]!))!
      part[part.length >> 1]! ^= 1
      return client.set(parts[1]!, part, { expiration: "KEEPTTL" })
    },
    "a part is another text": (_, parts) => client.set(parts[1]!, zstdCompressSync("x".repeat(262_144))),
    "a part is far too long": (_, parts) => client.set(parts[1]!, zstdCompressSync(Buffer.alloc(50_000_000))),
    "a part is of another kind": async (_, parts) => {
      await client.del(parts[1]!)
      return client.hSet(parts[1]!, "a", "b")
    },
    "the head is of another format": (head) => client.hSet(head, "f", "2"),
    "the head is of another kind": async (head) => {
      await client.del(head)
      return client.set(head, "something else")
    }
  }
  for (const [name, damage] of Object.entries(damages)) {
    it.live(`${name}: it is computed anew, and stored`, () =>
      Effect.gen(function* () {
        const options = { name }
        const one = yield* cache(options)
        const two = yield* cache(options)
        const three = yield* cache(options)
        yield* store(one, "large", large)
        const parts = yield* keysOf(`*${encodeURIComponent(name)}:1}:p:*`)
        const [head] = yield* keysOf(`*${encodeURIComponent(name)}:1}:k:large`)
        yield* Effect.promise(() => damage(head!, parts))
        assert.isTrue(Option.isNone(yield* two.get("large")))
        yield* store(two, "large", large)
        const again = yield* three.getOrCompute("large", Effect.die("computed twice"))
        assert.strictEqual(again.source, "store")
        assert.isTrue((yield* again.text) === text)
      })
    )
  }

  it.live("a broken text of one part: it is computed anew, and stored", () =>
    Effect.gen(function* () {
      const options = { name: "broken" }
      const one = yield* cache(options)
      const two = yield* cache(options)
      const three = yield* cache(options)
      const value = "x".repeat(100_000)
      for (const bytes of [
        Buffer.from('"y"'),
        zstdCompressSync('"y"'),
        zstdCompressSync(JSON.stringify(value)).subarray(4)
      ]) {
        yield* one.set("a", value)
        yield* Effect.promise(() => client.hSet("{v1:broken:1}:k:a", "b", bytes))
        yield* store(two, "a", value, { consistency: "strong" })
        const read = yield* three.getOrCompute("a", Effect.die("computed twice"), { consistency: "strong" })
        assert.strictEqual(read.source, "store")
      }
    })
  )
})
