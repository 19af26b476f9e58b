import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, JsonPointer } from "effect"
import {
  cyclicValue,
  invalidOptions,
  nestingTooDeep,
  outputTooLong,
  sizeLimitExceeded,
  unsupportedValue,
  userCodeFailed,
  workerFailed
} from "../src/internal/errors/serializationErrors.ts"
import { isSerializationError, type SerializationError, type UserCodeFailed } from "../src/SerializationError.ts"
import {
  isWorkerPoolError,
  NotCloneable,
  PoolClosed,
  QueueFull,
  TaskTimedOut,
  WorkerCrashed,
  WorkerOutOfMemory,
  WorkerPoolError,
  WorkerStartFailed
} from "../src/WorkerPool.ts"

const pool = new WorkerPoolError({ reason: new WorkerCrashed({ exitCode: 1 }) })

describe("SerializationError", () => {
  for (const [tag, error, message] of [
    ["CyclicValue", cyclicValue("/a/0"), /^Circular reference at "\/a\/0"\. Exclude it with a `replacer` or `toJSON`$/],
    ["CyclicValue", cyclicValue(""), /^Circular reference at the root\. /],
    ["UnsupportedValue", unsupportedValue("/n", "bigint"), /the bigint at "\/n"\. .*string or a number/],
    ["UnsupportedValue", unsupportedValue("", "undefined"), /the undefined at the root\. .*null instead/],
    ["UserCodeFailed", userCodeFailed("/d", new Error("bad date.")), /threw at "\/d": bad date$/],
    ["UserCodeFailed", userCodeFailed("", "just a string"), /threw: "just a string"$/],
    ["SizeLimitExceeded", sizeLimitExceeded(10, "bytes"), /10 bytes.*`truncate`/],
    ["OutputTooLong", outputTooLong(), /`stream`/],
    ["NestingTooDeep", nestingTooDeep(), /`routing`/],
    ["InvalidOptions", invalidOptions("Expected this, not that"), /^Expected this, not that$/],
    ["WorkerFailed", workerFailed(pool), /exit code 1/]
  ] as const) {
    it(`${tag} says what, where and what to do: ${error.message}`, () => {
      assert.strictEqual(error._tag, "SerializationError")
      assert.strictEqual(error.reason._tag, tag)
      assert.match(error.message, message)
      assert.strictEqual(error.cause, error.reason)
      assert.isTrue(isSerializationError(error))
      assert.instanceOf(error, Error)
      assert.isTrue(String(error).includes(error.message))
    })
  }

  it("keeps the very value that was thrown", () => {
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const hostile = Object.defineProperty(new Error("unread"), "message", {
      get() {
        throw new Error("read")
      }
    })
    for (const thrown of [
      undefined,
      null,
      0,
      1n,
      Symbol("thrown"),
      {},
      new Error(""),
      () => {},
      revoked.proxy,
      hostile
    ]) {
      const error = userCodeFailed("/x", thrown)
      assert.strictEqual((error.reason as UserCodeFailed).cause, thrown)
      assert.match(error.message, /threw at "\/x": ./)
    }
  })

  it("is told apart from everything else", () => {
    for (const other of [undefined, null, "SerializationError", {}, new Error("x"), pool, cyclicValue("").reason]) {
      assert.isFalse(isSerializationError(other))
    }
    assert.isTrue(isWorkerPoolError(pool))
    assert.isFalse(isWorkerPoolError(cyclicValue("")))
  })

  it.effect("one reason is handled and the others are left", () =>
    Effect.gen(function* () {
      const handle = (error: SerializationError) =>
        Effect.fail(error).pipe(
          Effect.catchReason("SerializationError", "CyclicValue", ({ pointer }) => Effect.succeed(pointer)),
          Effect.flip,
          Effect.flip
        )
      const key = JsonPointer.escapeToken("a/b")
      assert.strictEqual(yield* handle(cyclicValue(`/${key}`)), "/a~1b")
      const error = outputTooLong()
      assert.strictEqual(yield* Effect.flip(handle(error)), error)
      const reason = yield* Effect.flip(Effect.unwrapReason(Effect.fail(error), "SerializationError"))
      assert.strictEqual(reason, error.reason)
      const caught = yield* Effect.fail(workerFailed(pool)).pipe(
        Effect.catchReasons("SerializationError", { WorkerFailed: ({ cause }) => Effect.succeed(cause) })
      )
      assert.strictEqual(caught, pool)
    })
  )

  it("a promise is rejected with the error itself", async () => {
    const error = cyclicValue("")
    assert.strictEqual(await Effect.runPromise(Effect.fail(error)).catch((e: unknown) => e), error)
  })
})

describe("WorkerPoolError", () => {
  for (const [reason, message] of [
    [new WorkerStartFailed({ workerFile: "file:///w.js", detail: "It is gone" }), /file:\/\/\/w\.js\. It is gone/],
    [new WorkerCrashed({ exitCode: 7 }), /exit code 7.*NODE_OPTIONS/],
    [new WorkerCrashed({ cause: new Error("boom") }), /failed: boom.*NODE_OPTIONS/],
    [new WorkerCrashed({}), /thread failed\. /],
    [new WorkerOutOfMemory({}), /memory limit\. Raise `resourceLimits/],
    [new NotCloneable({ cause: new Error("no") }), /cloned for a worker thread: no\. /],
    [new QueueFull({ maxQueue: 5 }), /5 frames.*`maxQueue`/],
    [new TaskTimedOut({ taskTimeout: Duration.seconds(10) }), /within 10s.*`taskTimeout`/],
    [new PoolClosed({}), /closed/]
  ] as const) {
    it(`${reason._tag} says what and what to do: ${reason.message}`, () => {
      const error = new WorkerPoolError({ reason })
      assert.match(error.message, message)
      assert.strictEqual(error.message, reason.message)
      assert.strictEqual(error.cause, reason)
    })
  }
})
