/** A contender that can give nothing but one whole text: bytes are encoded from it. */
import type { CallOptions, Contender } from "./contender.ts"

const encoder = new TextEncoder()

export const textContender = (
  name: string,
  stringify: (value: unknown, options?: CallOptions) => Promise<string>
): Contender => ({
  name,
  async run(value, output, sink, options) {
    const text = await stringify(value, options)
    sink(output === "string" ? text : encoder.encode(text))
    return "yielding"
  },
  close: async () => {}
})
