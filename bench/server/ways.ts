/** The ways in which a server may answer with a large document. */
import { stringifyChunked } from "@discoveryjs/json-ext"
import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Contender } from "../peers/contender.ts"
import { makeLibrary, makeSlowReader } from "../peers/library.ts"
import { makeNaive } from "../peers/naive.ts"

export interface Way {
  send(value: unknown, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

const whole = (contender: Contender): Way => ({
  async send(value, response) {
    await contender.run(value, "bytes", (bytes) => response.end(bytes))
  },
  close: () => contender.close()
})

/** Chunk by chunk, no faster than the client takes them. */
const streamed = async (routing: string): Promise<Way> => {
  const library = await makeSlowReader({ routing })
  return {
    async send(value, response) {
      const gone = once(response, "close")
      await library.read(value, async (chunk) => {
        if (response.destroyed) throw new Error("The client has gone")
        if (!response.write(chunk)) await Promise.race([once(response, "drain"), gone])
      })
      response.end()
    },
    close: () => library.close()
  }
}

const idle = (): Way => ({
  send: () => Promise.reject(new Error("A control serves no documents")),
  close: async () => {}
})

/** What a loop does to `/ping` that has something to do all the time, a millisecond a turn, but neither documents nor garbage. */
const busy = (): Way => {
  const turn = (): NodeJS.Immediate => {
    const end = performance.now() + 1
    while (performance.now() < end);
    return setImmediate(() => (next = turn()))
  }
  let next = turn()
  return { ...idle(), close: async () => clearImmediate(next) }
}

const controls: Record<string, () => Way> = { idle, busy }

const makers: Record<string, () => Way | Promise<Way>> = {
  "JSON.stringify": () => ({
    send: async (value, response) => void response.end(JSON.stringify(value)),
    close: async () => {}
  }),
  "worker, whole value": () => whole(makeNaive()),
  "json-ext, streamed": () => ({
    send: (value, response) => pipeline(Readable.from(stringifyChunked(value)), response),
    close: async () => {}
  }),
  "adaptive, bytes": async () => whole(await makeLibrary("adaptive", {})),
  "adaptive, streamed": () => streamed("adaptive"),
  "worker, streamed": () => streamed("worker"),
  "sliced, streamed": () => streamed("sliced")
}

export const controlNames: ReadonlyArray<string> = Object.keys(controls)
export const wayNames: ReadonlyArray<string> = Object.keys(makers)

export const makeWay = async (name: string): Promise<Way> => {
  const make = makers[name] ?? controls[name]
  if (make === undefined) throw new Error(`No way "${name}"; there are: ${wayNames.join("; ")}`)
  return make()
}
