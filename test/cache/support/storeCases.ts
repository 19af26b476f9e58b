/**
 * What a store promises, asked of any.
 */
import { assert, it } from "@effect/vitest"
import { Effect, type Scope, Stream } from "effect"
import type { CacheStoreShape, CommitRequest, StoredHead, StoreMessage } from "../../../src/cache/CacheStore.ts"
import { eventually, type StoreUnderTest } from "./storeUnderTest.ts"

const ns = "test:1"
const bytes = new TextEncoder().encode("[1]")

export const head = (fields: Partial<StoredHead> = {}): StoredHead => ({
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

/** The operations as most cases want them, on the key `a`. */
const shorthand = (store: CacheStoreShape) => {
  const begin = (token: string, names: ReadonlyArray<string> = ["*", "k:a", "t:x"]) =>
    store.begin(ns, { key: "a", purpose: "compute", names, token, lease: 10_000 })
  const leased = Effect.fnUntraced(function* (token: string, names?: ReadonlyArray<string>) {
    const reply = yield* begin(token, names)
    assert(reply._tag === "Leased", reply._tag)
    return reply
  })
  const commit = (token: string, fields: Partial<CommitRequest>) =>
    store.commit(ns, {
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
  const stored = Effect.fnUntraced(function* (token: string, fields: Partial<CommitRequest> = {}) {
    const { generations, position } = yield* leased(token)
    return yield* commit(token, { stamp: generations, begun: position, ...fields })
  })
  const invalidate = (names: ReadonlyArray<string>, mode: "remove" | "stale" = "remove") =>
    store.invalidate(ns, { names, mode, origin: "test" })
  const messages = Effect.gen(function* () {
    const heard: Array<StoreMessage> = []
    yield* store.messages(ns).pipe(
      Stream.runForEach((message) => Effect.sync(() => heard.push(message))),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* eventually(Effect.sync(() => heard.length > 0))
    return heard
  })
  return { begin, leased, commit, stored, invalidate, messages }
}

/** The cases, of a store that is made anew for each. */
export const storeCases = (make: Effect.Effect<StoreUnderTest, never, Scope.Scope>): void => {
  const tools = Effect.map(make, (under) => ({ ...under, ...shorthand(under.store) }))

  it.effect("gives what was committed, and the body with it", () =>
    Effect.gen(function* () {
      const { begin, stored } = yield* tools
      assert.strictEqual((yield* stored("one"))._tag, "Stored")
      const reply = yield* begin("two")
      assert(reply._tag === "Hit")
      assert.deepStrictEqual(new Uint8Array(reply.entry.body!), bytes)
      assert.deepStrictEqual(reply.entry.head, head())
      // What the case itself takes is seconds on a busy machine.
      assert.isAtMost(reply.entry.timeLeft, 60_000)
      assert.isAbove(reply.entry.timeLeft, 30_000)
      assert.hasAllKeys(reply.entry.stamp, ["*", "k:a", "t:x"])
    })
  )

  for (const name of ["k:a", "t:x", "*"]) {
    it.effect(`an invalidation of ${name} fences a computation in flight`, () =>
      Effect.gen(function* () {
        const { begin, commit, invalidate, leased } = yield* tools
        const { generations, position } = yield* leased("one")
        yield* invalidate([name])
        assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
        assert.strictEqual((yield* begin("two"))._tag, "Leased")
      })
    )

    it.effect(`an invalidation of ${name} hides the entry`, () =>
      Effect.gen(function* () {
        const { begin, invalidate, stored } = yield* tools
        yield* stored("one")
        yield* invalidate([name])
        assert.strictEqual((yield* begin("two"))._tag, "Leased")
      })
    )

    it.effect(`a soft invalidation of ${name} leaves the entry, stale`, () =>
      Effect.gen(function* () {
        const { invalidate, leased, pass, stored } = yield* tools
        yield* stored("one", { head: head({ grace: 5_000 }) })
        yield* invalidate([name], "stale")
        const reply = yield* leased("two")
        assert.isAtMost(reply.stale!.timeLeft, 0)
        // Its stale window began when it was found.
        yield* pass(5_000)
        assert.isUndefined((yield* leased("two")).stale)
      })
    )
  }

  it.effect("one computes at a time; another takes over when the lease is out", () =>
    Effect.gen(function* () {
      const { begin, commit, leased, pass } = yield* tools
      const one = yield* leased("one")
      assert.strictEqual((yield* begin("two"))._tag, "Busy")
      yield* pass(10_000)
      const two = yield* leased("two")
      assert.strictEqual((yield* commit("two", { stamp: two.generations, begun: two.position }))._tag, "Stored")
      const late = yield* commit("one", { stamp: one.generations, begun: one.position, head: head({ id: "id2" }) })
      assert.strictEqual(late._tag, "Superseded")
    })
  )

  it.effect("a lost lease with nothing there: stored all the same", () =>
    Effect.gen(function* () {
      const { commit, leased, pass } = yield* tools
      const { generations, position } = yield* leased("one")
      yield* pass(11_000)
      assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Stored")
    })
  )

  it.effect("generations are forgotten after a minute that nobody renews", () =>
    Effect.gen(function* () {
      const { commit, leased, pass, store } = yield* tools
      const { generations, position } = yield* leased("one")
      const names = Object.keys(generations)
      const renew = store.renew(ns, { key: "a", token: "one", lease: 50_000, names })
      assert.isTrue(yield* renew)
      for (let i = 0; i < 5; i++) {
        yield* pass(20_000)
        assert.isTrue(yield* renew)
      }
      assert.strictEqual(yield* store.validate(ns, generations), "current")
      yield* pass(61_000)
      assert.strictEqual(yield* store.validate(ns, generations), "gone")
      assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
      assert.isFalse(yield* renew)
    })
  )

  it.effect("an abandoned lease is free at once, and those who wait are told", () =>
    Effect.gen(function* () {
      const { begin, leased, messages, store } = yield* tools
      const heard = yield* messages
      yield* leased("one")
      yield* begin("two")
      yield* store.abandon(ns, { key: "a", token: "other" })
      assert.strictEqual((yield* begin("two"))._tag, "Busy")
      yield* store.abandon(ns, { key: "a", token: "one" })
      assert.strictEqual((yield* begin("two"))._tag, "Leased")
      yield* eventually(Effect.sync(() => heard.length === 2))
      assert.deepStrictEqual(heard, [{ _tag: "Ready" }, { _tag: "Done", key: "a" }])
    })
  )

  it.effect("a late tag is taken if nothing was invalidated, and refused if it may have been", () =>
    Effect.gen(function* () {
      const { commit, invalidate, leased, stored } = yield* tools
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
    })
  )

  it.effect("a write invalidates and stores at once; who computed meanwhile is fenced", () =>
    Effect.gen(function* () {
      const { begin, commit, leased, store } = yield* tools
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
    })
  )

  it.effect("an entry that is due for a refresh goes to one who refreshes, and to the others as it is", () =>
    Effect.gen(function* () {
      const { store, stored } = yield* tools
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
    })
  )

  it.effect("parts of a fenced text are gone", () =>
    Effect.gen(function* () {
      const { commit, invalidate, leased, store } = yield* tools
      const { generations, position } = yield* leased("one")
      for (const index of [0, 1])
        yield* store.putPart(ns, { id: "id1", index, bytes, timeToLive: 60_000, compression: "none" })
      yield* invalidate(["k:a"])
      yield* commit("one", { stamp: generations, begun: position, head: head({ parts: 2 }), body: undefined })
      assert.isUndefined(yield* store.part(ns, { id: "id1", index: 0 }))
    })
  )

  it.effect("an emptied store has another epoch: what was begun before is refused", () =>
    Effect.gen(function* () {
      const { commit, flush, leased } = yield* tools
      const { generations, position } = yield* leased("one")
      yield* flush
      assert.strictEqual((yield* commit("one", { stamp: generations, begun: position }))._tag, "Fenced")
      const again = yield* leased("two")
      assert.notStrictEqual(again.position.epoch, position.epoch)
    })
  )

  it.effect("caches of other names share nothing", () =>
    Effect.gen(function* () {
      const { store, stored } = yield* tools
      yield* stored("one")
      const names = ["*", "k:a"]
      const other = yield* store.begin("other:1", { key: "a", purpose: "read", names, token: "t", lease: 1 })
      assert.strictEqual(other._tag, "Absent")
    })
  )

  it.effect("an invalidation is told to all, with its number", () =>
    Effect.gen(function* () {
      const { invalidate, messages, store } = yield* tools
      const heard = yield* messages
      const first = yield* invalidate(["t:x", 'k:"a"\n/\u0001é{}%'])
      const second = yield* invalidate(["*"], "stale")
      yield* eventually(Effect.sync(() => heard.length === 3))
      assert.deepStrictEqual(heard.slice(1), [
        { _tag: "Invalidated", names: ["t:x", 'k:"a"\n/\u0001é{}%'], mode: "remove", origin: "test", ...first },
        { _tag: "Invalidated", names: ["*"], mode: "stale", origin: "test", ...second }
      ])
      assert.strictEqual(second.sequence, first.sequence + 1)
      const { epoch, sequence } = yield* store.position(ns)
      assert.deepStrictEqual({ epoch, sequence }, second)
    })
  )

  it.effect("an entry whose text is broken is discarded, and no other", () =>
    Effect.gen(function* () {
      const { begin, store, stored } = yield* tools
      yield* stored("one")
      const request = { key: "a", purpose: "read", names: [], token: "t", lease: 1 } as const
      assert.strictEqual((yield* store.begin(ns, { ...request, discard: "other" }))._tag, "Hit")
      assert.strictEqual((yield* store.begin(ns, { ...request, discard: "id1" }))._tag, "Absent")
      assert.strictEqual((yield* begin("two"))._tag, "Leased")
    })
  )

  it.effect("parts are those of the entry, until another takes its place", () =>
    Effect.gen(function* () {
      const { commit, leased, pass, store } = yield* tools
      const part = (id: string, index: number) => store.part(ns, { id, index })
      for (const id of ["first", "second"]) {
        const { generations, position } = yield* leased(id)
        for (const index of [0, 1])
          yield* store.putPart(ns, { id, index, bytes, timeToLive: 60_000, compression: "none" })
        yield* commit(id, {
          stamp: generations,
          begun: position,
          head: head({ id, parts: 2, timeToLive: 1_000, grace: 50_000 }),
          body: undefined
        })
        assert.deepStrictEqual(new Uint8Array((yield* part(id, 1))!), bytes)
        yield* pass(2_000)
      }
      assert.isUndefined(yield* part("first", 0))
      assert.isDefined(yield* part("second", 0))
    })
  )

  it.effect("parts of an entry that is found to be outdated are gone", () =>
    Effect.gen(function* () {
      const { begin, commit, invalidate, leased, store } = yield* tools
      const { generations, position } = yield* leased("one")
      for (const index of [0, 1])
        yield* store.putPart(ns, { id: "id1", index, bytes, timeToLive: 60_000, compression: "none" })
      yield* commit("one", { stamp: generations, begun: position, head: head({ parts: 2 }), body: undefined })
      yield* invalidate(["t:x"])
      yield* begin("two")
      assert.isUndefined(yield* store.part(ns, { id: "id1", index: 1 }))
    })
  )

  it.effect("a soft invalidation makes no stale window longer", () =>
    Effect.gen(function* () {
      const { invalidate, leased, pass, stored } = yield* tools
      yield* stored("one", { head: head({ timeToLive: 20_000, grace: 50_000 }) })
      yield* pass(30_000)
      yield* invalidate(["t:x"], "stale")
      assert.isAtMost((yield* leased("two")).stale!.timeLeft, -10_000)
      yield* pass(45_000)
      assert.isUndefined((yield* leased("two")).stale)
    })
  )

  it.effect("a generation lives as long as an entry that has it, whoever else uses it", () =>
    Effect.gen(function* () {
      const { begin, pass, store, stored } = yield* tools
      yield* stored("one", { head: head({ timeToLive: 90_000 }) })
      yield* store.begin(ns, { key: "b", purpose: "write", names: ["*", "t:x"], token: "b", lease: 1_000 })
      yield* store.renew(ns, { key: "b", token: "b", lease: 1_000, names: ["*", "t:x"] })
      yield* pass(70_000)
      assert.strictEqual((yield* begin("two"))._tag, "Hit")
    })
  )

  it.effect("an invalidation leaves a generation its life", () =>
    Effect.gen(function* () {
      const { invalidate, leased, pass, store, stored } = yield* tools
      yield* stored("one", { head: head({ timeToLive: 90_000 }) })
      yield* invalidate(["t:x"])
      const { generations } = yield* leased("two", ["t:x"])
      yield* pass(70_000)
      assert.strictEqual(yield* store.validate(ns, generations), "current")
    })
  )

  it.effect("who begins keeps the generations for a minute, from then on", () =>
    Effect.gen(function* () {
      const { leased, pass, store } = yield* tools
      const { generations } = yield* leased("one")
      yield* pass(50_000)
      yield* leased("two")
      yield* pass(50_000)
      assert.strictEqual(yield* store.validate(ns, generations), "current")
    })
  )

  it.effect("a late name that may have been invalidated is known from then on, as long as the entry would live", () =>
    Effect.gen(function* () {
      const { commit, invalidate, leased, pass } = yield* tools
      const attempt = Effect.fnUntraced(function* (token: string, names: ReadonlyArray<string>) {
        const { generations, position } = yield* leased(token)
        yield* invalidate(names)
        const fields = { head: head({ id: token, timeToLive: 90_000 }), late: ["t:late"] }
        return yield* commit(token, { ...fields, stamp: generations, begun: position })
      })
      const old = yield* leased("old")
      assert.strictEqual((yield* attempt("old", ["t:other"]))._tag, "Fenced")
      // Who had begun before it was known is refused as before.
      const fields = { stamp: old.generations, begun: old.position, late: ["t:late"] }
      assert.strictEqual((yield* commit("old", fields))._tag, "Fenced")
      yield* pass(80_000)
      assert.strictEqual((yield* attempt("hit", ["t:late"]))._tag, "Fenced")
      const stored = yield* attempt("stored", ["t:other"])
      assert(stored._tag === "Stored")
      assert.property(stored.stamp, "t:late")
    })
  )

  it.effect("a commit that is superseded makes no generation", () =>
    Effect.gen(function* () {
      const { commit, invalidate, leased, pass, stored } = yield* tools
      const one = yield* leased("one")
      yield* pass(10_000)
      yield* stored("two", { head: head({ id: "id2" }) })
      const begun = { stamp: one.generations, begun: one.position, late: ["t:late"] }
      assert.strictEqual((yield* commit("one", begun))._tag, "Superseded")
      yield* invalidate([])
      // It has none, and something was invalidated: who knows.
      assert.strictEqual((yield* commit("one", begun))._tag, "Fenced")
    })
  )
}
