/** One contender of `load.ts`. */
import { shrink } from "../hold.ts"
import type { Contender } from "./load.ts"

const line = "Hello, world!"

// Whatever is imported takes memory: here, nothing that another contender does not need.
const contenders: Readonly<Record<Contender, () => Promise<unknown>>> = {
  nothing: async () => undefined,
  serialization: async () => {
    const { makeSerializer } = await import("../../src/Async.ts")
    return await makeSerializer({ routing: "sliced" }).serialize([line])
  },
  "tokens thread": async () => {
    const { countTokensAsync } = await import("../../src/tokens/Async.ts")
    return await countTokensAsync(line)
  },
  "gpt-tokenizer": async () => {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base")
    return countTokens(line)
  },
  tiktoken: async () => {
    const { get_encoding } = await import("tiktoken")
    return get_encoding("o200k_base").encode(line).length
  },
  "js-tiktoken": async () => {
    const { Tiktoken } = await import("js-tiktoken/lite")
    const { default: ranks } = await import("js-tiktoken/ranks/o200k_base")
    return new Tiktoken(ranks).encode(line).length
  },
  tokenx: async () => {
    const { estimateTokenCount } = await import("tokenx")
    return estimateTokenCount(line)
  }
}

const began = performance.now()
await contenders[process.argv[2] as Contender]()
const wall = performance.now() - began
await shrink()
process.send!({ wall, memory: process.memoryUsage().rss / 1e6 }, () => process.exit())
