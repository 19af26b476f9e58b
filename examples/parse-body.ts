/**
 * A request's body of 40 MB, parsed while it arrives: what other requests wait beside it, and beside `JSON.parse`.
 *
 * One thread posts the body, another one asks for `/ping` again and again. A broken body is answered with 400, and with the line
 * and the column of what is wrong.
 *
 * In a clone, run it with `npm run build` and `npx node examples/parse-body.ts`.
 */
import { isParseError, parseAsync } from "effect-serialization/parse"
import { Agent, createServer, get, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"

/** The usual way: the whole body first, and then `JSON.parse` at once. */
const parsePlainly = async (body: IncomingMessage): Promise<unknown> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of body) chunks.push(chunk as Uint8Array)
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown
}

const server = createServer((body, response) => {
  if (body.url === "/ping") return void response.end("pong")
  const parsed = body.url === "/plain" ? parsePlainly(body) : parseAsync(body, { maxBytes: 100_000_000, maxDepth: 100 })
  parsed.then(
    (value) => response.end(`${(value as ReadonlyArray<unknown>).length} rows`),
    (error: unknown) => {
      const status = !isParseError(error) ? 500 : error.reason._tag === "InputTooLarge" ? 413 : 400
      // The message holds nothing of the body, so it may be sent and logged.
      response.writeHead(status, { connection: "close" }).end(isParseError(error) ? error.message : "")
    }
  )
})

const post = (port: number, path: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const posted = request({ port, path, method: "POST" }, async (response) => {
      resolve(`${response.statusCode} ${await new Response(response).text()}`)
    })
    posted.on("error", reject)
    posted.end(text)
  })

const rowOf = (id: number) => ({
  id,
  name: `user ${id}`,
  score: id / 8,
  tags: ["a", "b"],
  at: null,
  note: "-".repeat(30)
})

const postAll = async (port: number): Promise<void> => {
  const text = JSON.stringify(Array.from({ length: 340_000 }, (_, id) => rowOf(id)))
  const size = `${(text.length / 1e6).toFixed(0)} MB`
  // The first round compiles both ways.
  for (const isCounted of [false, true]) {
    for (const path of ["/parse", "/plain"]) {
      await sleep(300)
      parentPort?.postMessage({ begins: path, isCounted })
      parentPort?.postMessage({ ends: `${path}, ${size}: ${await post(port, path, text)}`, isCounted })
    }
  }
  parentPort?.postMessage({ says: `a broken body: ${await post(port, "/parse", `[{"id": 1},\n {"id": oops}]`)}` })
}

const ping = async (port: number): Promise<never> => {
  const agent = new Agent({ keepAlive: true })
  for (;;) {
    const began = performance.now()
    await new Promise<void>((resolve) =>
      get({ port, path: "/ping", agent }, (pong) => pong.resume().on("end", resolve))
    )
    parentPort?.postMessage({ waited: performance.now() - began })
    await sleep(1)
  }
}

interface Message {
  readonly begins?: string
  readonly ends?: string
  readonly says?: string
  readonly waited?: number
  readonly isCounted?: boolean
}

const watch = (port: number): void => {
  const start = (role: string) => new Worker(new URL(import.meta.url), { workerData: { role, port } })
  const pinger = start("ping")
  let longest = 0
  pinger.on("message", ({ waited = 0 }: Message) => (longest = Math.max(longest, waited)))
  const poster = start("post")
  poster.on("message", async ({ begins, ends, isCounted, says }: Message) => {
    if (begins !== undefined) longest = 0
    // The ping that waited has yet to tell.
    await sleep(50)
    if (says !== undefined) console.log(says)
    if (ends !== undefined && isCounted === true)
      console.log(`${ends}; the longest of the pings beside it took ${longest.toFixed(1)} ms`)
  })
  poster.on("exit", async () => {
    await pinger.terminate()
    server.close()
  })
}

const { port, role } = (workerData ?? {}) as { readonly port: number; readonly role: string }
if (isMainThread) server.listen(0, () => watch((server.address() as AddressInfo).port))
else await (role === "ping" ? ping(port) : postAll(port))
