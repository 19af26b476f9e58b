/** The ways of serializing that are compared, all behind one face. */
import { makeBfj } from "./peers/bfj.ts"
import type { Contender } from "./peers/contender.ts"
import { makeEffectWorkers } from "./peers/effectWorkers.ts"
import { makeJsonExt } from "./peers/jsonExt.ts"
import { makeJsonStreamStringify } from "./peers/jsonStreamStringify.ts"
import { makeLibrary } from "./peers/library.ts"
import { makeNaive } from "./peers/naive.ts"
import { makeNative } from "./peers/native.ts"
import { makeYieldableJson } from "./peers/yieldableJson.ts"

const routes = ["adaptive", "worker", "sliced", "sync"]

const peers: Record<string, () => Contender | Promise<Contender>> = {
  native: makeNative,
  naive: makeNaive,
  "json-ext": () => makeJsonExt("json-ext", false),
  "json-ext+yield": () => makeJsonExt("json-ext+yield", true),
  "effect-workers": makeEffectWorkers,
  "json-stream-stringify": makeJsonStreamStringify,
  "yieldable-json": makeYieldableJson,
  bfj: makeBfj
}

/** `adaptive` is the library with everything at its default; `before:adaptive` the same of another version of it. */
export const makeContender = async (name: string): Promise<Contender> => {
  const [first, second] = name.split(":")
  const route = second ?? first!
  if (routes.includes(route)) {
    return makeLibrary(name, route === "adaptive" ? {} : { routing: route }, second === undefined ? undefined : first)
  }
  const make = peers[name]
  if (make === undefined) {
    throw new Error(`No contender "${name}"; there are: ${[...routes, ...Object.keys(peers)].join(", ")}`)
  }
  return make()
}
