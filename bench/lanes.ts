/** A lane of a comparison: a way of serializing, and what comes out. Written `adaptive/bytes`. */
import type { Output } from "./peers/contender.ts"

export interface Lane {
  readonly name: string
  readonly output: Output
}

export const lane = (text: string): Lane => {
  const [name = "", output = "bytes"] = text.split("/")
  if (output !== "string" && output !== "bytes" && output !== "stream") throw new Error(`No output "${output}"`)
  return { name, output }
}

export const lanes = (text: string): ReadonlyArray<Lane> => text.trim().split(/\s+/).map(lane)

export const laneKey = ({ name, output }: Lane): string => `${name}/${output}`

/** What a lane is compared with: `JSON.stringify`, encoded for bytes and streams. */
export const baseKey = ({ output }: Lane): string => (output === "string" ? "native/string" : "native/bytes")
