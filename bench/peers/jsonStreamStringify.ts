/** `json-stream-stringify`: a Node stream of text. */
import { JsonStreamStringify } from "json-stream-stringify"
import type { Contender } from "./contender.ts"

export const makeJsonStreamStringify = (): Contender => ({
  name: "json-stream-stringify",
  async run(value, output, sink, options) {
    const chunks: Array<Uint8Array> = []
    const stream = new JsonStreamStringify(value, options?.replacer, options?.space)
    for await (const chunk of stream as AsyncIterable<string | Uint8Array>) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      if (output === "stream") sink(bytes)
      else chunks.push(bytes)
    }
    if (output === "stream") return "chunked"
    const all = Buffer.concat(chunks)
    sink(output === "string" ? all.toString() : all)
    return "chunked"
  },
  close: async () => {}
})
