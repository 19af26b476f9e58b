/** What is repeated to another server. */
import { assert, describe, it } from "@effect/vitest"
import { PendingInvalidations } from "../../src/cache/internal/pendingInvalidations.ts"

const request = (name: string) => ({ names: [name], mode: "remove", origin: "test" }) as const

describe("invalidations of late", () => {
  it("are repeated, those alone", () => {
    const pending = new PendingInvalidations(60_000)
    pending.told(request("k:old"), 0)
    pending.told(request("k:a"), 30_000)
    pending.repeat(70_000)
    assert.deepStrictEqual(pending.take(), [{ names: ["k:a"], mode: "remove", origin: "test" }])
  })

  it("are repeated as one of all, where there were too many to be remembered", () => {
    const pending = new PendingInvalidations(60_000)
    for (let i = 0; i <= 10_000; i++) pending.told(request(`k:${i}`), i)
    pending.repeat(20_000)
    assert.includeMembers([...pending.take()[0]!.names], ["*"])
  })

  it("are not repeated as one of all when those are long gone", () => {
    const pending = new PendingInvalidations(60_000)
    for (let i = 0; i <= 10_000; i++) pending.told(request(`k:${i}`), i)
    pending.told(request("k:a"), 100_000)
    pending.repeat(100_000)
    assert.deepStrictEqual(pending.take()[0]!.names, ["k:a"])
  })
})
