/**
 * What a store promises, asked of the one in memory. Another store runs the same cases.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { CacheStore, type CommitRequest, type StoredHead, type StoreMessage } from "../../src/cache/CacheStore.ts"
import { makeStoreMemory } from "../../src/cache/testing.ts"

const ns = "test:1"
const bytes = new TextEncoder().encode("[1]")

const head = (fields: Partial<StoredHead> = {}): StoredHead => ({
  id: "id1",
  kind: "value",
  etag: '"e"',
  size: 3,
  parts: 1,
  truncated: false,
  compression: "none",
  timeToLive: 60_000,
  grace: 0,
  ...fields
})

const begin = Effect.fnUntraced(function* (token: string, names: ReadonlyArray<string> = ["*", "k:a", "t:x"]) {
  const store = yield* CacheStore
  return yield* store.begin(ns, { key: "a", purpose: "compute", names, token, lease: 10_000 })
})

const leased = Effect.fnUntraced(function* (token: string, names?: ReadonlyArray<string>) {
  const reply = yield* begin(token, names)
  assert(reply._tag === "Leased", reply._tag)
  return reply
})

const commit = Effect.fnUntraced(function* (token: string, fields: Partial<CommitRequest>) {
  const store = yield* CacheStore
  return yield* store.commit(ns, {
    key: "a",
    token,
    head: head(),
    body: bytes,
    stamp: {},
    late: [],
    begun: { epoch: "", sequence: 0 },
    isWrite: false,
    origin: "test",
    ...fields
  })
})

const stored = Effect.fnUntraced(function* (token: string, fields: Partial<CommitRequest> = {}) {
  const { generations, position } = yield* leased(token)
  return yield* commit(token, { stamp: generations, begun: position, ...fields })
})

const invalidate = (names: ReadonlyArray<string>, mode: "remove" | "stale" = "remove") =>
  CacheStore.use((store) => store.invalidate(ns, { names, mode, origin: "test" }))

const provideStore = Effect.provide(Layer.unwrap(Effect.sync(() => makeStoreMemory().layer)))

describe("a store", () => {
  it.effect("gives what was committed, and the body with it", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* stored("one"))._tag, "Stored")
      const reply = yield* begin("two")
      assert(reply._tag === "Hit")
      assert.deepStrictEqual(reply.entry.body, bytes)
      assert.strictEqual(reply.entry.timeLeft, 60_000)
      assert.hasAllKeys(reply.entry.stamp, ["*", "k:a", "t:x"])
    }).pipe(provideStore)
  )

  for (const name of ["k:a", "t:x", "*"]) {
    it.effect(`an invalidation of ${name} fences a computation in flight`, () =>
      Effect.gen(function* () {
        const { generations, position } = yield* leased("one")
        yield* invalidate([name])
        assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
        assert.strictEqual((yield* begin("two"))._tag, "Leased")
      }).pipe(provideStore)
    )

    it.effect(`an invalidation of ${name} hides the entry`, () =>
      Effect.gen(function* () {
        yield* stored("one")
        yield* invalidate([name])
        assert.strictEqual((yield* begin("two"))._tag, "Leased")
      }).pipe(provideStore)
    )

    it.effect(`a soft invalidation of ${name} leaves the entry, stale`, () =>
      Effect.gen(function* () {
        yield* stored("one", { head: head({ grace: 5_000 }) })
        yield* invalidate([name], "stale")
        const reply = yield* leased("two")
        assert.isAtMost(reply.stale!.timeLeft, 0)
        // Its stale window began when it was found.
        yield* TestClock.adjust(5_000)
        assert.isUndefined((yield* leased("two")).stale)
      }).pipe(provideStore)
    )
  }

  it.effect("one computes at a time; another takes over when the lease is out", () =>
    Effect.gen(function* () {
      const one = yield* leased("one")
      assert.strictEqual((yield* begin("two"))._tag, "Busy")
      yield* TestClock.adjust(10_000)
      const two = yield* leased("two")
      assert.strictEqual((yield* commit("two", { stamp: two.generations, begun: two.position }))._tag, "Stored")
      const late = yield* commit("one", { stamp: one.generations, begun: one.position, head: head({ id: "id2" }) })
      assert.strictEqual(late._tag, "Superseded")
    }).pipe(provideStore)
  )

  it.effect("a lost lease with nothing there: stored all the same", () =>
    Effect.gen(function* () {
      const { generations, position } = yield* leased("one")
      yield* TestClock.adjust(11_000)
      assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Stored")
    }).pipe(provideStore)
  )

  it.effect("generations are forgotten after a minute that nobody renews", () =>
    Effect.gen(function* () {
      const store = yield* CacheStore
      const { generations, position } = yield* leased("one")
      const names = Object.keys(generations)
      for (let i = 0; i < 20; i++) {
        yield* TestClock.adjust(5_000)
        assert.isTrue(yield* store.renew(ns, { key: "a", token: "one", lease: 10_000, names }))
      }
      assert.strictEqual(yield* store.validate(ns, generations), "current")
      yield* TestClock.adjust(61_000)
      assert.strictEqual(yield* store.validate(ns, generations), "gone")
      assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
      assert.isFalse(yield* store.renew(ns, { key: "a", token: "one", lease: 10_000, names }))
    }).pipe(provideStore)
  )

  it.effect("an abandoned lease is free at once, and those who wait are told", () =>
    Effect.gen(function* () {
      const store = yield* CacheStore
      const messages: Array<StoreMessage> = []
      yield* store.messages(ns).pipe(
        Stream.runForEach((message) => Effect.sync(() => messages.push(message))),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* leased("one")
      yield* begin("two")
      yield* store.abandon(ns, { key: "a", token: "other" })
      assert.strictEqual((yield* begin("two"))._tag, "Busy")
      yield* store.abandon(ns, { key: "a", token: "one" })
      assert.strictEqual((yield* begin("two"))._tag, "Leased")
      yield* Effect.yieldNow
      assert.deepStrictEqual(messages, [{ _tag: "Ready" }, { _tag: "Done", key: "a" }])
    }).pipe(provideStore)
  )

  it.effect("a late tag is taken if nothing was invalidated, and refused if it may have been", () =>
    Effect.gen(function* () {
      const one = yield* stored("one", { late: ["t:late"] })
      assert(one._tag === "Stored")
      assert.property(one.stamp, "t:late")

      // It has a generation, made before this computation began.
      yield* invalidate(["k:a"])
      const two = yield* leased("two")
      yield* invalidate(["t:unrelated"])
      assert.strictEqual(
        (yield* commit("two", { stamp: two.generations, begun: two.position, late: ["t:late"] }))._tag,
        "Stored"
      )

      // It has none, and something was invalidated: who knows.
      yield* invalidate(["k:a"])
      const three = yield* leased("three")
      yield* invalidate(["t:other"])
      const refused = yield* commit("three", { stamp: three.generations, begun: three.position, late: ["t:new"] })
      assert.strictEqual(refused._tag, "Fenced")

      // It was invalidated, softly.
      const four = yield* leased("four")
      yield* invalidate(["t:late"], "stale")
      const soft = yield* commit("four", { stamp: four.generations, begun: four.position, late: ["t:late"] })
      assert.strictEqual(soft._tag, "Fenced")
    }).pipe(provideStore)
  )

  it.effect("a write invalidates and stores at once; who computed meanwhile is fenced", () =>
    Effect.gen(function* () {
      const store = yield* CacheStore
      const computing = yield* leased("computing")
      const write = yield* store.begin(ns, {
        key: "a",
        purpose: "write",
        names: ["*", "k:a"],
        token: "writer",
        lease: 10_000
      })
      assert(write._tag === "Leased")
      const reply = yield* commit("writer", {
        stamp: write.generations,
        begun: write.position,
        head: head({ id: "written" }),
        isWrite: true
      })
      assert(reply._tag === "Stored")
      assert.strictEqual(reply.position.sequence, write.position.sequence + 1)
      assert.strictEqual(
        (yield* commit("computing", { stamp: computing.generations, begun: computing.position }))._tag,
        "Fenced"
      )
      const hit = yield* begin("reader")
      assert(hit._tag === "Hit")
      assert.strictEqual(hit.entry.head.id, "written")
    }).pipe(provideStore)
  )

  it.effect("an entry that is due for a refresh goes to one who refreshes, and to the others as it is", () =>
    Effect.gen(function* () {
      const store = yield* CacheStore
      yield* stored("one")
      const request = {
        key: "a",
        purpose: "compute",
        names: ["*", "k:a"],
        lease: 10_000,
        refreshBelow: 60_000
      } as const
      const first = yield* store.begin(ns, { ...request, token: "first" })
      assert(first._tag === "Leased" && first.stale !== undefined)
      assert.strictEqual((yield* store.begin(ns, { ...request, token: "second" }))._tag, "Hit")
    }).pipe(provideStore)
  )

  it.effect("parts of a fenced text are gone", () =>
    Effect.gen(function* () {
      const store = yield* CacheStore
      const { generations, position } = yield* leased("one")
      for (const index of [0, 1])
        yield* store.putPart(ns, { id: "id1", index, bytes, timeToLive: 60_000, compression: "none" })
      yield* invalidate(["k:a"])
      yield* commit("one", { stamp: generations, begun: position, head: head({ parts: 2 }), body: undefined })
      assert.isUndefined(yield* store.part(ns, { id: "id1", index: 0 }))
    }).pipe(provideStore)
  )

  it("an emptied store has another epoch: what was begun before is refused", () => {
    const shared = makeStoreMemory()
    return Effect.runPromise(
      Effect.gen(function* () {
        const { generations, position } = yield* leased("one")
        yield* shared.flush
        assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
        const again = yield* leased("two")
        assert.notStrictEqual(again.position.epoch, position.epoch)
      }).pipe(Effect.provide(shared.layer))
    )
  })

  it("caches of other names share nothing", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* CacheStore
        yield* stored("one")
        const names = ["*", "k:a"]
        const other = yield* store.begin("other:1", { key: "a", purpose: "read", names, token: "t", lease: 1 })
        assert.strictEqual(other._tag, "Absent")
      }).pipe(provideStore)
    ))

  it("messages can be held back, let go, and lost", () => {
    const shared = makeStoreMemory()
    return Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* CacheStore
        const sequences: Array<number> = []
        yield* store.messages(ns).pipe(
          Stream.runForEach((message) =>
            Effect.sync(() => message._tag === "Invalidated" && sequences.push(message.sequence))
          ),
          Effect.forkScoped({ startImmediately: true })
        )
        yield* invalidate(["t:a"])
        yield* shared.pause
        yield* invalidate(["t:a"])
        yield* shared.drop
        yield* invalidate(["t:a"])
        yield* shared.resume
        yield* Effect.yieldNow
        assert.deepStrictEqual(sequences, [1, 3])
      }).pipe(Effect.scoped, Effect.provide(shared.layer))
    )
  })
})
