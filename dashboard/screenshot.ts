/**
 * Takes the screenshot of the documentation: each load for some seconds, the cache under load, then the page.
 *
 *     node dashboard/screenshot.ts docs/dashboard.png
 */
import { Effect } from "effect"
import { browser, dashboard } from "./browser.ts"

const path = process.argv[2] ?? "docs/dashboard.png"

await Effect.gen(function* () {
  const address = yield* dashboard
  const chromium = yield* browser
  yield* Effect.promise(async () => {
    const page = await chromium.newPage({ viewport: { width: 1120, height: 1000 }, colorScheme: "light" })
    await page.goto(address)
    // Once before, so that what is drawn is not the program's warming up.
    for (const way of ["library", "library", "naive", "native", "library"]) {
      await page.click(`button[data-way="${way}"]`)
      await page.waitForTimeout(10_000)
      await page.click('button[data-way="stop"]')
      await page.waitForTimeout(2_000)
    }
    // And what the cache does, ended by a race that goes on.
    await page.click('button[data-do="stampede"]')
    await page.click('button[data-do="invalidate"]')
    await page.waitForTimeout(4_000)
    await page.screenshot({ path, fullPage: true })
  })
}).pipe(Effect.scoped, Effect.runPromise)
