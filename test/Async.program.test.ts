/** Programs of their own that serialize with the instance of their process: how they are configured, and how they end. */
import { assert, describe, it } from "@effect/vitest"
import { execFile, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { fixture, patient } from "./fixtures/pool.ts"

describe("a program", () => {
  const run = (mode: string, env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [fileURLToPath(fixture("./async-program.ts")), mode], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SERIALIZATION_TASK_TIMEOUT: patient.taskTimeout, ...env }
    })
    const output = { text: "" }
    const waiting: Array<() => void> = []
    const listen = (chunk: Buffer) => {
      output.text += chunk.toString()
      for (const check of waiting) check()
    }
    child.stdout.on("data", listen)
    child.stderr.on("data", listen)
    const ended = new Promise<{ code: number | null; signal: string | null; text: string }>((resolve) =>
      child.on("close", (code, signal) => resolve({ code, signal, text: output.text }))
    )
    const says = (what: string) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (output.text.includes(what)) resolve()
        }
        waiting.push(check)
        check()
      })
    return { child, ended, says }
  }

  for (const [name, value, expected] of [
    ["ROUTING", "sliced", /^sliced true\n$/],
    ["ROUTING", "sync", /^sync true\n$/],
    ["MAX_THREADS", "many", /ConfigError[^]*SERIALIZATION_MAX_THREADS/],
    ["TURN_BUDGET", "0 millis", /`turnBudget`/]
  ] as const) {
    it(`configures its instance by the environment: ${name}=${value}`, async () => {
      const { code, text } = await run("config", { [`SERIALIZATION_${name}`]: value }).ended
      assert.match(text, expected)
      assert.strictEqual(code, 0)
    })
  }

  it("that never shuts the pool down ends by itself", async () => {
    assert.deepStrictEqual(await run("idle").ended, { code: 0, signal: null, text: "worker true\n" })
  })

  it("is kept alive by a call in flight, and by nothing after it", async () => {
    assert.deepStrictEqual(await run("in flight").ended, { code: 0, signal: null, text: "worker true\nworker true\n" })
  })

  it("is kept alive by a call in flight, also where the threads of its own pool do not", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(fixture("./unref-program.ts"))])
    assert.strictEqual(stdout, "worker true\n")
  })

  it("ends cleanly on SIGTERM when its handler shuts the pool down", async () => {
    const { child, ended, says } = run("sigterm")
    await says("ready")
    child.kill("SIGTERM")
    assert.deepStrictEqual(await ended, { code: 0, signal: null, text: "worker true\nready\nworker true\n" })
  })
})
