import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { AsyncLocalStorage } from "node:async_hooks"
import { makeSerializer } from "../../src/Async.ts"
import type { Serialization } from "../../src/Serialization.ts"
import * as SerializationLayer from "../../src/Layer.ts"
import { serviceOf } from "../support/routes.ts"
import { collect } from "../support/values.ts"

const tenant = new AsyncLocalStorage<string>()
const tenants = ["red", "green", "blue"]

/** Each element prints the tenant that its code sees. */
const valueOf = (seen: Set<string | undefined>) =>
  Array.from({ length: 20_000 }, (_, id) => ({
    toJSON() {
      seen.add(tenant.getStore())
      return { id, tenant: tenant.getStore() }
    }
  }))

const expected = (name: string) => JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, tenant: name })))

type Call = (
  service: Serialization["Service"],
  value: unknown,
  seen: Set<string | undefined>
) => Effect.Effect<string, unknown>

const outputs: { readonly [name: string]: Call } = {
  string: (service, value) => Effect.map(service.serialize(value), ({ serialized }) => serialized),
  bytes: (service, value) => Effect.map(service.serializeToBytes(value), ({ bytes }) => Buffer.from(bytes).toString()),
  stream: (service, value) =>
    Effect.map(Stream.runCollect(service.stream(value)), (chunks) => Buffer.concat(chunks).toString()),
  "string with a replacer": (service, value, seen) =>
    Effect.map(
      service.serialize(value, {
        replacer: (_key, inner: unknown) => {
          seen.add(tenant.getStore())
          return inner
        }
      }),
      ({ serialized }) => serialized
    )
}

describe("three tenants in flight at once", () => {
  for (const routing of ["sliced", "worker", "adaptive"] as const) {
    for (const [output, call] of Object.entries(outputs)) {
      it.live(`${routing}, ${output}: each one's code sees its own`, () =>
        Effect.gen(function* () {
          const service = yield* serviceOf(SerializationLayer.layer({ maxThreads: 1, routing }))
          let running = 0
          let most = 0
          const seen = tenants.map(() => new Set<string | undefined>())
          const results = yield* Effect.promise(() =>
            Promise.all(
              tenants.map((name, i) =>
                tenant.run(name, async () => {
                  most = Math.max(most, ++running)
                  const text = await Effect.runPromise(call(service, valueOf(seen[i]!), seen[i]!))
                  running--
                  return text
                })
              )
            )
          )
          assert.strictEqual(most, 3)
          tenants.forEach((name, i) => {
            assert.deepStrictEqual([...seen[i]!], [name])
            assert.isTrue(results[i] === expected(name))
          })
        })
      )
    }
  }

  it("as promises and web streams", async () => {
    await using serializer = makeSerializer({ maxThreads: 1, routing: "sliced" })
    await Promise.all(
      tenants.map((name) =>
        tenant.run(name, async () => {
          const seen = new Set<string | undefined>()
          const { serialized } = await serializer.serialize(valueOf(seen))
          assert.isTrue(serialized === expected(name))
          // After the wait the caller is where it was.
          assert.strictEqual(tenant.getStore(), name)
          const chunks = await collect(serializer.serializeToReadableStream(valueOf(seen)))
          assert.isTrue(Buffer.concat(chunks).toString() === expected(name))
          assert.deepStrictEqual([...seen], [name])
        })
      )
    )
  })

  it("onEnd is called where the stream is read", async () => {
    await using serializer = makeSerializer({ routing: "sliced" })
    const seen: Array<string | undefined> = []
    await Promise.all(
      tenants.map((name) =>
        tenant.run(name, () =>
          collect(
            serializer.serializeToReadableStream(valueOf(new Set()), { onEnd: () => void seen.push(tenant.getStore()) })
          )
        )
      )
    )
    assert.deepStrictEqual(seen.sort(), [...tenants].sort())
  })
})
