/**
 * A headless Chromium for the tests and the screenshot, and the dashboard in it. `CHROMIUM` tells where the browser is,
 * `/usr/bin/chromium` unless told, as Debian's package has it.
 */
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { chromium } from "playwright-core"
import { server } from "./server.ts"

export const chromiumPath = process.env["CHROMIUM"] ?? "/usr/bin/chromium"

// No sandbox, since it runs as root in containers; and nothing that would look for hosts of the browser's maker.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

export const browser = Effect.acquireRelease(
  Effect.promise(() => chromium.launch({ executablePath: chromiumPath, headless: true, args })),
  (browser) => Effect.promise(() => browser.close())
)

/** Starts the dashboard on a free port, and gives its address. */
export const dashboard = Effect.gen(function* () {
  const context = yield* Layer.build(server(0))
  return yield* Effect.provide(
    HttpServer.addressFormattedWith((address) => Effect.succeed(address)),
    context
  )
})
