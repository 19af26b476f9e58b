/**
 * The files of test262 about `JSON.stringify`, through the library:
 *
 *     node scripts/test262.ts <checkout of tc39/test262> [name]
 *
 * Each file runs on both routes, in sloppy and in strict mode, each time in a process of its own, with `syncThreshold: 0`: nothing is
 * done by `JSON.stringify` at once. The library answers with a promise, so each call in a file is awaited; nothing else of a file is
 * changed. Where `JSON.stringify` gives undefined, the library fails with a reason of its own, which counts as undefined here. Prints what
 * fails, and why. Files about the function itself (its name, its length) have no call and are left out.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { createContext, runInContext, runInThisContext } from "node:vm"
import type { Routing } from "../src/Serialization.ts"

const [, script, checkout, name, ...child] = process.argv
if (checkout === undefined) throw new Error("Give the folder of a checkout of tc39/test262")
const folder = join(checkout, "test/built-ins/JSON/stringify")

const routes: ReadonlyArray<Routing> = ["sliced", "worker"]
const calls = /JSON\.stringify\((?! value \[)/

const awaited = (source: string): string =>
  source
    .replaceAll(/JSON\.stringify\((?! value \[)/g, "await $stringify(")
    .replaceAll(/assert\.throws\(\s*([\w.]+),\s*(function|\()/g, "await $throws($1, async $2")
    // A call that stands in an argument of another one is made there, in order.
    .replaceAll(/new await /g, "new ")

const evaluate = (source: string): unknown => runInThisContext(source)

/** Why a file fails, if it does. */
const run = async (file: string, routing: Routing, isStrict: boolean): Promise<string | undefined> => {
  const { makeSerializer } = await import("../src/Async.ts")
  const { isSerializationError } = await import("../src/SerializationError.ts")
  const source = readFileSync(join(folder, file), "utf8")
  const includes = /includes: \[(.*)\]/.exec(source)?.[1]?.split(/,\s*/) ?? []
  for (const part of ["assert.js", "sta.js", ...includes]) {
    evaluate(readFileSync(join(checkout, "harness", part), "utf8"))
  }
  const serializer = makeSerializer({ syncThreshold: 0, routing })
  const stringify = async (value: unknown, replacer: unknown, space: unknown) => {
    try {
      return (await serializer.serialize(value, { replacer, space } as {})).serialized
    } catch (error) {
      if (!isSerializationError(error)) throw error
      const { reason } = error
      if (reason._tag === "UserCodeFailed") throw reason.cause
      if (reason._tag === "UnsupportedValue" && reason.pointer === "" && reason.type !== "bigint") return undefined
      if (reason._tag === "CyclicValue" || reason._tag === "UnsupportedValue") {
        throw new TypeError(error.message, { cause: error })
      }
      throw error
    }
  }
  const throws = async (expected: Function, body: () => Promise<unknown>, message = "") => {
    const thrown = await body().then(
      () => undefined,
      (error: unknown) => error
    )
    if (thrown?.constructor !== expected)
      throw new Error(`Expected a ${expected.name}, got ${String(thrown)} ${message}`)
  }
  const createRealm = () => {
    const context = createContext()
    return {
      global: runInContext("globalThis", context),
      evalScript: (text: string) => runInContext(text, context)
    }
  }
  Object.assign(globalThis, { $stringify: stringify, $throws: throws, $262: { createRealm } })
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  try {
    await new AsyncFunction((isStrict ? '"use strict";\n' : "") + awaited(source))()
  } catch (error) {
    return String(error)
  } finally {
    await serializer.shutdown()
  }
  return undefined
}

if (child.length > 0) {
  process.stdout.write((await run(name!, child[0] as Routing, child[1] === "strict")) ?? "")
} else {
  const files = readdirSync(folder).filter((file) => name === undefined || basename(file, ".js") === name)
  const tested = files.filter((file) => calls.test(readFileSync(join(folder, file), "utf8")))
  let passed = 0
  for (const file of tested) {
    const source = readFileSync(join(folder, file), "utf8")
    const modes = ["sloppy", "strict"].filter((mode) => !source.includes(mode === "sloppy" ? "onlyStrict" : "noStrict"))
    let isPassed = true
    for (const routing of routes) {
      for (const mode of modes) {
        const why = execFileSync(process.execPath, [script!, checkout, file, routing, mode], { encoding: "utf8" })
        if (why === "") continue
        isPassed = false
        console.log(`${file}, ${routing}, ${mode}: ${why}`)
      }
    }
    if (isPassed) passed++
  }
  console.log(`${tested.length} of ${files.length} files have calls; ${passed} pass`)
}
