/** The ways of serializing that are compared, all behind one face. */
import type { Contender } from "./peers/contender.ts"
import { makeJsonExt } from "./peers/jsonExt.ts"
import { makeLibrary } from "./peers/library.ts"
import { makeNaive } from "./peers/naive.ts"
import { makeNative } from "./peers/native.ts"

const makers: Record<string, () => Contender | Promise<Contender>> = {
  native: makeNative,
  naive: makeNaive,
  "json-ext": () => makeJsonExt("json-ext", false),
  "json-ext+yield": () => makeJsonExt("json-ext+yield", true),
  // The default route, with everything at its default.
  adaptive: () => makeLibrary("adaptive", {}),
  worker: () => makeLibrary("worker", { routing: "worker" }),
  sliced: () => makeLibrary("sliced", { routing: "sliced" }),
  sync: () => makeLibrary("sync", { routing: "sync" })
}

export const makeContender = async (name: string): Promise<Contender> => {
  const make = makers[name]
  if (make === undefined) throw new Error(`No contender "${name}"; there are: ${Object.keys(makers).join(", ")}`)
  return make()
}
