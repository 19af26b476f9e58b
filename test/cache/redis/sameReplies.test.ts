/**
 * Sequences of operations, made at random, on the store in memory and on the one in Redis: equal replies and messages.
 */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { Effect, Exit, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { isDeepStrictEqual } from "node:util"
import { generated } from "../../support/tier.ts"
import type { CacheStoreShape, Generations, StoreMessage, StorePosition } from "../../../src/cache/CacheStore.ts"
import { eventually, inMemory, inRedis, type StoreUnderTest } from "../support/storeUnderTest.ts"
import { describeRedis } from "./support/available.ts"
import { RedisServer } from "./support/redisServer.ts"

const keys = ["a", 'b{}%"\n']
const names = ["*", ...keys.map((key) => `k:${key}`), "t:x", "t:é/"]
const tokens = ["one", "two"]
const ids = ["id1", "id2", "id3"]

// Seconds, so that what the test itself takes does not matter. Half ones are compared with whole ones.
const some = <A>(...values: ReadonlyArray<A>) => fc.constantFrom(...values)
const subset = (values: ReadonlyArray<string>) => fc.subarray([...values])
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant("begin" as const),
      key: some(...keys),
      purpose: some("read", "compute", "compute", "write"),
      names: subset(names),
      token: some(...tokens),
      lease: some(3_000, 10_000),
      refreshBelow: some(undefined, undefined, 4_500),
      discard: some(undefined, undefined, undefined, ...ids)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant("commit" as const),
      begun: fc.nat(),
      key: some(...keys),
      token: some(...tokens),
      id: some(...ids),
      parts: some(1, 1, 2),
      timeToLive: some(2_000, 30_000, 90_000),
      grace: some(0, 4_000),
      late: subset(["t:late", "t:x"]),
      isWrite: some(false, false, true)
    })
  },
  fc.record({ op: fc.constant("renew" as const), key: some(...keys), token: some(...tokens), names: subset(names) }),
  fc.record({ op: fc.constant("abandon" as const), key: some(...keys), token: some(...tokens) }),
  fc.record({ op: fc.constant("validate" as const), begun: fc.nat() }),
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant("invalidate" as const),
      names: subset(names),
      mode: some("remove" as const, "stale" as const)
    })
  },
  fc.record({ op: fc.constant("part" as const), id: some(...ids), index: some(0, 1) }),
  fc.record({ op: fc.constant("pass" as const), time: some(1_000, 3_000, 10_000, 60_000) }),
  fc.record({ op: fc.constant("position" as const) })
)
type Operation = typeof operation extends fc.Arbitrary<infer A> ? A : never

/** What a reply says, whatever the random numbers in it. */
class Plain {
  private readonly seen = new Map<string, Array<string>>()

  private number(kind: string, value: string): number {
    const values = this.seen.get(kind) ?? []
    this.seen.set(kind, values)
    return values.includes(value) ? values.indexOf(value) : values.push(value) - 1
  }

  position = ({ epoch, sequence }: StorePosition) => ({ epoch: this.number("epoch", epoch), sequence })

  generations = (generations: Generations) =>
    Object.fromEntries(
      Object.entries(generations)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, generation]) => {
          const [hard, soft] = generation.split("~")
          const [epoch, sequence] = hard!.split(".")
          const numbers = [this.number(name, hard!), this.number(`${name}~`, soft!), Number.parseInt(soft!, 10)]
          return [name, [this.number("epoch", epoch!), sequence, ...numbers]]
        })
    )

  reply = (reply: unknown): unknown => {
    if (reply instanceof Uint8Array) return Buffer.from(reply).toString()
    if (typeof reply !== "object" || reply === null) return reply
    const plain: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(reply)) {
      if (name === "stamp" || name === "generations") plain[name] = this.generations(value)
      else if (name === "position") plain[name] = this.position(value)
      else if (name === "epoch") plain[name] = this.number("epoch", value)
      else if (name === "timeLeft") plain[name] = Math.ceil(value / 1_000) + 0
      else if (name !== "server") plain[name] = this.reply(value)
    }
    return plain
  }
}

const run = Effect.fnUntraced(function* (
  { pass, store }: StoreUnderTest,
  namespace: string,
  operations: ReadonlyArray<Operation>
) {
  const plain = new Plain()
  const heard: Array<unknown> = []
  yield* store.messages(namespace).pipe(
    Stream.runForEach((message: StoreMessage) => Effect.sync(() => heard.push(plain.reply(message)))),
    Effect.forkScoped({ startImmediately: true })
  )
  yield* eventually(Effect.sync(() => heard.length > 0))
  const begun: Array<{ readonly generations: Generations; readonly position: StorePosition }> = []
  const replies: Array<unknown> = []
  for (const operation of operations) {
    const reply: unknown = yield* perform(store, pass, namespace, operation, begun)
    replies.push([operation.op, plain.reply(reply)])
  }
  return { replies, heard }
})

const nothing = { generations: {}, position: { epoch: "", sequence: 0 } }

const perform = (
  store: CacheStoreShape,
  pass: StoreUnderTest["pass"],
  namespace: string,
  operation: Operation,
  begun: Array<{ readonly generations: Generations; readonly position: StorePosition }>
): Effect.Effect<unknown, unknown> => {
  const beginning = "begun" in operation ? (begun[operation.begun % Math.max(1, begun.length)] ?? nothing) : nothing
  switch (operation.op) {
    case "begin":
      return Effect.tap(store.begin(namespace, operation as never), (reply) =>
        Effect.sync(() => {
          if (reply._tag === "Leased") begun.push(reply)
        })
      )
    case "commit": {
      const { grace, id, isWrite, key, late, parts, timeToLive, token } = operation
      const head = { id, kind: "value", etag: '"e"', size: 3, parts, truncated: false, timeToLive, grace } as const
      const stamp = beginning.generations
      const request = { key, token, head: { ...head, compression: "none" as const }, stamp, isWrite, origin: "test" }
      const bytes = Buffer.from(`[${id}]`)
      const put = (index: number) =>
        store.putPart(namespace, { id, index, bytes, timeToLive: timeToLive + grace, compression: "none" })
      return Effect.andThen(
        parts === 1 ? Effect.void : Effect.forEach([0, 1], put),
        store.commit(namespace, {
          ...request,
          body: parts === 1 ? bytes : undefined,
          late: late.filter((name) => !(name in stamp)),
          begun: beginning.position
        })
      )
    }
    case "renew":
      return store.renew(namespace, { ...operation, lease: 10_000 })
    case "abandon":
      return store.abandon(namespace, operation)
    case "validate":
      return store.validate(namespace, beginning.generations)
    case "invalidate":
      return store.invalidate(namespace, { ...operation, origin: "test" })
    case "part":
      return store.part(namespace, operation)
    case "pass":
      return pass(operation.time)
    case "position":
      return store.position(namespace)
  }
}

describeRedis("the store in memory and the one in Redis", () => {
  let server: RedisServer
  const scope = Scope.makeUnsafe()
  let redis: StoreUnderTest
  beforeAll(async () => {
    server = await RedisServer.start()
    redis = await Effect.runPromise(Scope.provide(inRedis(server.url), scope))
  })
  afterAll(async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await server[Symbol.asyncDispose]()
  })

  /**
   * Time goes on in Redis, and stands still in memory. Times differ by half a second at least: what took about that long says
   * nothing where the two differ, and is tried again.
   */
  const compare = (operations: ReadonlyArray<Operation>, namespaceOf: () => string): Effect.Effect<void> =>
    Effect.gen(function* () {
      const began = performance.now()
      const namespace = namespaceOf()
      const expected = yield* run(yield* inMemory, namespace, operations)
      const actual = yield* run(redis, namespace, operations)
      if (performance.now() - began > 400) return isDeepStrictEqual(actual.replies, expected.replies)
      assert.deepStrictEqual(actual.replies, expected.replies)
      yield* Effect.yieldNow
      yield* eventually(Effect.sync(() => actual.heard.length >= expected.heard.length))
      assert.deepStrictEqual(actual.heard, expected.heard)
      return true
    }).pipe(
      Effect.scoped,
      Effect.provide(TestClock.layer()),
      Effect.orDie,
      Effect.flatMap((isCompared) => (isCompared ? Effect.void : compare(operations, namespaceOf)))
    )

  it("give equal replies and messages", async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 2, maxLength: 40 }), (operations) =>
        Effect.runPromise(compare(operations, () => `test:${count++}`))
      ),
      { numRuns: generated(1_000) }
    )
  })
})
