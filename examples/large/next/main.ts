/**
 * Next: `jsonResponse(value)` stands where `Response.json(value)` stood, in `app/report/route.js`.
 *
 *     curl localhost:3000/report | sha256sum
 *     curl localhost:3000/ping
 *
 * `npx node examples/large/next/main.ts plain` answers with `Response.json`: the sum is the same, and `/ping` waits.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import exported from "next"

// Its types describe what a CommonJS file gets; a module gets the function itself.
const next = exported as unknown as typeof exported.default

const dir = import.meta.dirname
if (!existsSync(join(dir, ".next/BUILD_ID"))) {
  const bin = join(dir, "../node_modules/next/dist/bin/next")
  execFileSync(process.execPath, [bin, "build", dir], {
    stdio: "ignore",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" }
  })
}

const app = next({ dir, dev: false })
await app.prepare()
const handle = app.getRequestHandler()

const server = createServer((request, response) => void handle(request, response)).listen(
  Number(process.env["PORT"] ?? 3000),
  () => console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`)
)

process.once("SIGTERM", () => {
  server.close(() => void app.close().then(() => process.exit(0)))
  server.closeIdleConnections()
})
