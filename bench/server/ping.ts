/**
 * The client that wants a quick answer: sends `/ping` every 4 ms, whether or not the last one was answered, and tells the
 * latencies whenever it is asked to. `node bench/server/ping.ts <port>`
 */
import { once } from "node:events"
import { Agent, get } from "node:http"
import { setTimeout as wait } from "node:timers/promises"

const [port = ""] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
let latencies: Array<number> = []

const ping = async (): Promise<void> => {
  const start = performance.now()
  const [response] = await once(get({ port, host: "127.0.0.1", path: "/ping", agent }), "response")
  response.resume()
  await once(response, "end")
  latencies.push(performance.now() - start)
}

process.on("message", () => {
  process.send!(latencies)
  latencies = []
})
process.on("disconnect", () => process.exit())

for (;;) {
  // Refused when the server is on its way out.
  ping().catch(() => {})
  await wait(4)
}
