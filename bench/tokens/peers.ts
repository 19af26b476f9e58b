/** Other tokenizers, as their readers use them: on the calling thread, special tokens taken as text. */
import type { Tiktoken } from "js-tiktoken/lite"

export interface Peer {
  readonly name: string
  /** Of `o200k_base`, or an estimate of it. */
  readonly load: () => Promise<(text: string) => number>
}

const none: Array<string> = []

export const reference: Peer = {
  name: "tiktoken",
  load: async () => {
    const { get_encoding } = await import("tiktoken")
    const tokenizer = get_encoding("o200k_base")
    return (text) => tokenizer.encode(text, none, none).length
  }
}

export const gptTokenizer: Peer = {
  name: "gpt-tokenizer",
  load: async () => {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base")
    const options = { disallowedSpecial: new Set<string>() }
    return (text) => countTokens(text, options)
  }
}

const jsTiktoken: Peer = {
  name: "js-tiktoken",
  load: async () => {
    const { Tiktoken } = await import("js-tiktoken/lite")
    const { default: ranks } = await import("js-tiktoken/ranks/o200k_base")
    const tokenizer: Tiktoken = new Tiktoken(ranks)
    return (text) => tokenizer.encode(text, none, none).length
  }
}

const tokenx: Peer = {
  name: "tokenx",
  load: async () => {
    const { estimateTokenCount } = await import("tokenx")
    return (text) => estimateTokenCount(text)
  }
}

const charactersByFour: Peer = {
  name: "characters / 4",
  load: async () => (text) => Math.ceil(text.length / 4)
}

/** `tiktoken` first: the others are held against its counts. */
export const peers: ReadonlyArray<Peer> = [reference, gptTokenizer, jsTiktoken, tokenx, charactersByFour]
