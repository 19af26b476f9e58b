/** How ways of serializing are called in tables and plots. */
import { type Lane, laneKey } from "../lanes.ts"

const names: Record<string, string> = {
  "native/string": "JSON.stringify",
  "native/bytes": "JSON.stringify + encode",
  naive: "worker, whole value",
  "json-ext": "json-ext",
  "json-ext+yield": "json-ext, yielding",
  "effect-workers": "effect/workers, whole value",
  "json-stream-stringify": "json-stream-stringify",
  "yieldable-json": "yieldable-json",
  bfj: "bfj"
}

const library = ["adaptive", "worker", "sliced", "sync"]

export const isLibrary = ({ name }: Lane): boolean => library.includes(name)

export const nameOf = (lane: Lane): string =>
  isLibrary(lane) ? `**${lane.name}**, ${lane.output}` : (names[laneKey(lane)] ?? names[lane.name] ?? lane.name)
