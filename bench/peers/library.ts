/**
 * This library, one route or the default. `BENCH_LIBRARY` is the URL of the sources of another copy to use
 * instead, with a slash at the end; `BENCH_BEFORE` of one to compare with, in the same process.
 */
import type { Contender } from "./contender.ts"

interface Serializer {
  serialize(value: unknown, options?: object): Promise<{ readonly serialized: string; readonly path: string }>
  serializeToBytes(value: unknown, options?: object): Promise<{ readonly bytes: Uint8Array; readonly path: string }>
  serializeToReadableStream(value: unknown, options?: object): ReadableStream<Uint8Array>
  metrics(): Promise<Record<string, unknown>>
  shutdown(): Promise<void>
}

/** Where a module of the library lies; `version` is `"before"`, or none for the one to be measured. */
export const sourceUrl = (module: string, version?: string): string => {
  const name = `BENCH_${(version ?? "library").toUpperCase()}`
  const folder = process.env[name]
  if (folder === undefined && version !== undefined) throw new Error(`${name} is not set`)
  return new URL(`${module}.ts`, folder ?? new URL("../../src/", import.meta.url)).href
}

const load = async (layerOptions: object, version?: string): Promise<Serializer> => {
  const { makeSerializer } = (await import(sourceUrl("Async", version))) as {
    makeSerializer(options?: object): Serializer
  }
  return makeSerializer(layerOptions)
}

export const makeLibrary = async (name: string, layerOptions: object, version?: string): Promise<Contender> => {
  const serializer = await load(layerOptions, version)
  return {
    name,
    async run(value, output, sink, options) {
      if (output === "string") {
        const result = await serializer.serialize(value, options)
        sink(result.serialized)
        return result.path
      }
      if (output === "bytes") {
        const result = await serializer.serializeToBytes(value, options)
        sink(result.bytes)
        return result.path
      }
      let path = ""
      const onEnd = (summary: { readonly path: string }) => (path = summary.path)
      const reader = serializer.serializeToReadableStream(value, { ...options, onEnd }).getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) sink(next.value)
      return path
    },
    metrics: () => serializer.metrics(),
    close: () => serializer.shutdown()
  }
}

/** The library's stream before a consumer that takes its time. */
export const makeSlowReader = async (layerOptions: object) => {
  const serializer = await load(layerOptions)
  return {
    /** Gives the path taken. */
    async read(value: unknown, consume: (chunk: Uint8Array) => Promise<void>): Promise<string> {
      let path = ""
      const onEnd = (summary: { readonly path: string }) => (path = summary.path)
      const reader = serializer.serializeToReadableStream(value, { onEnd }).getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) await consume(next.value)
      return path
    },
    close: () => serializer.shutdown()
  }
}
