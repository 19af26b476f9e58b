import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, Page } from "playwright-core"
import { browser, dashboard } from "../browser.ts"
import { hasRedisServer } from "../redis.ts"

class World extends Context.Service<World, { readonly address: string; readonly chromium: Browser }>()("World") {}

const live = Layer.effect(
  World,
  Effect.gen(function* () {
    return World.of({ address: yield* dashboard, chromium: yield* browser })
  })
)

/** The page, open in a tab of its own, with all that went wrong in it. */
const onPage = <A>(
  use: (page: Page, errors: Array<string>) => Promise<A>,
  options?: Parameters<Browser["newContext"]>[0]
) =>
  Effect.gen(function* () {
    const { address, chromium } = yield* World
    return yield* Effect.acquireUseRelease(
      Effect.promise(() => chromium.newContext(options)),
      (context) =>
        Effect.promise(async () => {
          const page = await context.newPage()
          const errors: Array<string> = []
          page.on("pageerror", (error) => void errors.push(String(error)))
          page.on("console", (message) => {
            if (message.type() === "error") errors.push(message.text())
          })
          await page.goto(address)
          await page.waitForSelector("#paths dd")
          return await use(page, errors)
        }),
      (context) => Effect.promise(() => context.close())
    )
  })

/** What is drawn. */
const drawing = (page: Page) => page.locator("#lag canvas").evaluate((canvas) => (canvas as any).toDataURL() as string)

const longest = (page: Page, way: string) =>
  page.locator(`#worst tr[data-way="${way}"] td:nth-child(2)`).evaluate((cell) => parseFloat(cell.textContent!))

/** What a list of the page says of something. The page makes its lists anew twice a second. */
const value = (page: Page, list: string, term: string): Promise<string> =>
  page.evaluate(
    ([list, term]) => {
      const terms: ReadonlyArray<any> = [...(globalThis as any).document.querySelectorAll(`${list} dt`)]
      return terms.find((dt) => dt.textContent === term).nextElementSibling.textContent as string
    },
    [list, term] as const
  )

const result = (page: Page, term: string) => value(page, "#results", term)

const waitUntil = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition()));
}

layer(live, { timeout: "4 minutes", excludeTestServices: true })("dashboard", (it) => {
  it.effect("the page comes up without an error, and its chart moves", () =>
    onPage(async (page, errors) => {
      const before = await drawing(page)
      assert.isAbove(before.length, 1_000)
      await waitUntil(async () => (await drawing(page)) !== before)
      // Starting all of this holds the loop, so a warning is as good as none.
      assert.include(["healthy", "warning"], await page.locator("#health").textContent())
      assert.deepStrictEqual(errors, [])
    })
  )

  it.effect("each button runs its load, and the table shows how long the loop was held", () =>
    onPage(async (page, errors) => {
      for (const way of ["native", "naive", "library"]) {
        const button = page.locator(`button[data-way="${way}"]`)
        const isRunning = async () => (await button.getAttribute("aria-pressed")) === "true"
        await button.click()
        await waitUntil(isRunning)
        const documents = page.locator(`#worst tr[data-way="${way}"] td:nth-child(3)`)
        await waitUntil(async () => {
          // On a slow machine the load may be over by then.
          if (!(await isRunning())) await button.click()
          return Number(await documents.textContent()) >= 2
        })
        // One JSON.stringify of 12 MB is one hold, whatever the machine is. The page shows those of the last minute.
        await waitUntil(async () => (await longest(page, way)) > (way === "native" ? 5 : 0))
      }
      await page.locator('button[data-way="stop"]').click()
      await waitUntil(async () => (await page.locator('button[aria-pressed="true"]').count()) === 0)
      assert.deepStrictEqual(errors, [])
    })
  )

  it.effect("a stampede is one computation, and nobody is served what an invalidation has outdated", () =>
    onPage(async (page, errors) => {
      await page.locator('button[data-do="stampede"]').click()
      await waitUntil(async () => (await result(page, "computations")) !== "-")
      assert.strictEqual(await result(page, "stampede: callers"), "1,000")
      // A Redis that does not answer in time has it computed once more.
      assert.include(["1", "2"], await result(page, "computations"))
      const button = page.locator('button[data-do="invalidate"]')
      await button.click()
      const isCounted = async (term: string) => /^[1-9]/.test(await result(page, term))
      await waitUntil(async () => (await isCounted("invalidations")) && (await isCounted("under load: reads")))
      await waitUntil(async () => (await button.getAttribute("aria-pressed")) === "false")
      assert.strictEqual(await result(page, "old texts served"), "0")
      assert.deepStrictEqual(errors, [])
    })
  )

  it.effect.skipIf(!hasRedisServer())("cut off from Redis it goes on, and catches up", () =>
    onPage(async (page, errors) => {
      const store = page.locator("#store")
      await waitUntil(async () => (await store.textContent()) === "over Redis, attached")
      // What is under way already is not begun a second time.
      const press = (action: string) => page.locator(`button[data-do="${action}"]`).click()
      await waitUntil(async () => {
        await press("cut")
        return (await store.textContent()) === "over Redis, detached"
      })
      const reads = () => result(page, "under load: reads")
      const before = await reads()
      await waitUntil(async () => {
        await press("invalidate")
        const now = await reads()
        return now !== before && now !== "0"
      })
      await waitUntil(async () => (await store.textContent()) === "over Redis, attached")
      await waitUntil(async () => (await value(page, "#cache", "invalidations that wait")) === "0")
      assert.strictEqual(await result(page, "old texts served"), "0")
      assert.deepStrictEqual(errors, [])
    })
  )

  it.effect("works by keyboard alone", () =>
    onPage(async (page) => {
      await page.keyboard.press("Tab")
      const focused = () => page.evaluate(() => (globalThis as any).document.activeElement?.dataset.way as string)
      assert.strictEqual(await focused(), "native")
      await page.keyboard.press("Tab")
      await page.keyboard.press("Tab")
      assert.strictEqual(await focused(), "library")
      await page.keyboard.press("Enter")
      await page.waitForSelector('button[data-way="library"][aria-pressed="true"]')
      await page.keyboard.press("Tab")
      await page.keyboard.press("Space")
      await waitUntil(async () => (await page.locator('button[aria-pressed="true"]').count()) === 0)
    })
  )

  it.effect("is light or dark, as the visitor likes it", () =>
    Effect.gen(function* () {
      const background = (page: Page) =>
        page.evaluate(() => {
          const { document, getComputedStyle } = globalThis as any
          return getComputedStyle(document.body).backgroundColor as string
        })
      assert.strictEqual(yield* onPage(background, { colorScheme: "light" }), "rgb(246, 247, 249)")
      assert.strictEqual(yield* onPage(background, { colorScheme: "dark" }), "rgb(20, 23, 28)")
    })
  )

  it.effect("fits a phone", () =>
    onPage(
      async (page) => {
        const [content, window] = await page.evaluate(() => {
          const { scrollWidth } = (globalThis as any).document.documentElement
          return [scrollWidth as number, (globalThis as any).innerWidth as number]
        })
        assert.isAtMost(content!, window!)
        const chart = (await page.locator("#lag canvas").boundingBox())!
        assert.isAtMost(chart.x + chart.width, window!)
        for (const button of await page.locator("button").all()) {
          assert.isAtLeast((await button.boundingBox())!.height, 44)
        }
      },
      { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
    )
  )

  it.effect("endpoints: a document as JSON, health, metrics", () =>
    Effect.gen(function* () {
      const { address } = yield* World
      yield* Effect.promise(async () => {
        const document = await fetch(`${address}/document?size=2000000`)
        assert.strictEqual(document.headers.get("content-type"), "application/json")
        const { orders } = (await document.json()) as { orders: Array<unknown> }
        assert.isAbove(orders.length, 1_000)
        assert.strictEqual((await fetch(`${address}/document?size=-1`)).status, 400)
        assert.strictEqual((await fetch(`${address}/load?way=no`, { method: "POST" })).status, 400)
        assert.strictEqual((await fetch(`${address}/cache?do=no`, { method: "POST" })).status, 400)
        const health = await fetch(`${address}/health`)
        const { status } = (await health.json()) as { status: string }
        assert.strictEqual(health.status, status === "critical" ? 503 : 200)
        const metrics = await (await fetch(`${address}/metrics`)).text()
        assert.match(metrics, /^effect_serialization_label_calls\{name="dashboard",label="GET \/document"\} 1$/m)
        assert.match(metrics, /^effect_serialization_cache_entries\{name="dashboard"\} /m)
        assert.match(metrics, /^nodejs_eventloop_delay_max /m)
      })
    })
  )
})
