/** The clients that fetch documents: `node bench/server/load.ts <port> <clients> <seconds> <documents>` */
import autocannon from "autocannon"
import { setPriority } from "node:os"

export interface Load {
  readonly documents: number
  readonly errors: number
}

const [port, clients, seconds, documents] = process.argv.slice(2).map(Number) as [number, number, number, number]

// On another machine they would not take the server's cores.
setPriority(10)
const result = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections: clients,
  duration: seconds,
  timeout: 60,
  requests: Array.from({ length: documents }, (_, i) => ({ path: `/document/${i}` }))
})
process.send!({ documents: result["2xx"], errors: result.errors + result.non2xx + result.timeouts } satisfies Load)
process.disconnect!()
