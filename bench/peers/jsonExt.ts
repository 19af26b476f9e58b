/** `stringifyChunked` of `@discoveryjs/json-ext`: as it is, and with the loop let in between two chunks. */
import { stringifyChunked } from "@discoveryjs/json-ext"
import type { Contender } from "./contender.ts"
import { immediate } from "../hold.ts"

const encoder = new TextEncoder()

export const makeJsonExt = (name: string, yields: boolean): Contender => ({
  name,
  async run(value, output, sink, options) {
    const chunks: Array<string> = []
    const encoded: Array<Uint8Array> = []
    for (const chunk of stringifyChunked(value, options?.replacer, options?.space)) {
      if (output === "string") chunks.push(chunk)
      else if (output === "stream") sink(encoder.encode(chunk))
      else encoded.push(encoder.encode(chunk))
      if (yields) await immediate()
    }
    if (output === "string") sink(chunks.join(""))
    else if (output === "bytes") sink(Buffer.concat(encoded))
    return "chunked"
  },
  close: async () => {}
})
