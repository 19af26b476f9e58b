/** `JSON.stringify`, encoded where bytes are asked for: what everything else is compared with. */
import type { CallOptions, Contender } from "./contender.ts"

const encoder = new TextEncoder()

/** The very text that everything else has to give. */
export const nativeText = (value: unknown, options?: CallOptions): string =>
  JSON.stringify(value, options?.replacer as (key: string, value: unknown) => unknown, options?.space)

export const makeNative = (): Contender => ({
  name: "native",
  async run(value, output, sink, options) {
    const text = nativeText(value, options)
    sink(output === "string" ? text : encoder.encode(text))
    return "sync"
  },
  close: async () => {}
})
