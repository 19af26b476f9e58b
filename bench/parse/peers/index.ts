/** Other ways to parse bytes. Each gives the value. */
import { parseChunked } from "@discoveryjs/json-ext"
import { JSONParser } from "@streamparser/json"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { parse } from "../../../src/parse/index.ts"
import { chunksOf } from "../sets.ts"

type Parse = (bytes: Uint8Array) => unknown

const require = createRequire(import.meta.url)

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()

const streamParser: Parse = async (bytes) => {
  const parser = new JSONParser({ paths: ["$"], keepStack: false })
  let value: unknown
  parser.onValue = ({ value: found }) => {
    value = found
  }
  for (const chunk of chunksOf(bytes)) {
    parser.write(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return value
}

interface StreamJson {
  readonly parser: { asStream(): NodeJS.ReadWriteStream }
}

interface Assembler {
  readonly current: unknown
  connectTo(stream: unknown, options: { readonly onDone: (assembler: Assembler) => void }): unknown
}

const streamJson: Parse = async (bytes) => {
  const { parser } = (await import("stream-json/parser.js")) as unknown as StreamJson
  const { default: assembler } = (await import("stream-json/assembler.js")) as unknown as { default: Assembler }
  return new Promise((resolve, reject) => {
    const tokens = Readable.from(chunksOf(bytes)).pipe(parser.asStream())
    tokens.on("error", reject)
    assembler.connectTo(tokens, { onDone: ({ current }) => resolve(current) })
  })
}

const bfj: Parse = (bytes) => {
  const { parse } = require("bfj") as { parse(stream: unknown): Promise<unknown> }
  return parse(Readable.from(chunksOf(bytes)))
}

const yieldable: Parse = (bytes) => {
  const { parseAsync } = require("yieldable-json") as {
    parseAsync(text: string, done: (error: Error | null, value: unknown) => void): void
  }
  return new Promise((resolve, reject) =>
    parseAsync(textOf(bytes), (error, value) => (error === null ? resolve(value) : reject(error)))
  )
}

let worker: Worker | undefined

/** `JSON.parse` on another thread, and the value cloned back. */
const cloned: Parse = (bytes) => {
  worker ??= new Worker(fileURLToPath(new URL("cloneThread.ts", import.meta.url)))
  worker.ref()
  const { promise, resolve } = Promise.withResolvers<unknown>()
  worker.once("message", (value) => {
    worker?.unref()
    resolve(value)
  })
  worker.postMessage(bytes)
  return promise
}

export const peers: { readonly [name: string]: Parse } = {
  "JSON.parse": (bytes) => JSON.parse(textOf(bytes)) as unknown,
  "effect-serialization": (bytes) => Effect.runPromise(parse(bytes)),
  "json-ext": (bytes) => parseChunked(chunksOf(bytes)),
  "@streamparser/json": streamParser,
  "stream-json": streamJson,
  bfj,
  "yieldable-json": yieldable,
  "worker, clone": cloned
}
