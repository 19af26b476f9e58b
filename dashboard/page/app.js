/** Asks the server for what is new, twice a second, and draws it. */
import uPlot from "./uplot.js"

const shown = 240
const names = { native: "JSON.stringify", naive: "Naive pool", library: "This library", idle: "nothing" }
const byId = (id) => document.getElementById(id)
const ms = (time) => (time === undefined ? "-" : `${time.toFixed(time < 10 ? 2 : 0)} ms`)
const number = (value) => value.toLocaleString("en")

let samples = []
let last = 0
let chart

const color = (name) => {
  const probe = document.createElement("i")
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const rows = () => {
  const lag = (way) => samples.map((sample) => ((sample.running ?? "idle") === way ? sample.lag : null))
  return [samples.map(({ time }) => time / 1000), lag("native"), lag("naive"), lag("library"), lag("idle")]
}

const makeChart = () => {
  chart?.destroy()
  const element = byId("lag")
  const axis = { stroke: color("dim"), grid: { stroke: color("line"), width: 1 }, ticks: { stroke: color("line") } }
  const series = (label, stroke) => ({
    label,
    stroke,
    width: 2,
    points: { show: false },
    value: (_, value) => (value == null ? "-" : ms(value))
  })
  chart = new uPlot(
    {
      width: element.clientWidth,
      height: 260,
      scales: { y: { range: (_, __, max) => [0, Math.max(20, max * 1.1)] } },
      axes: [axis, { ...axis, label: "ms", size: 52, labelSize: 18 }],
      series: [
        {},
        series(names.native, color("bad")),
        series(names.naive, color("warn")),
        series(names.library, color("good")),
        series(names.idle, color("dim"))
      ]
    },
    rows(),
    element
  )
}

const list = (id, entries) => {
  byId(id).replaceChildren(
    ...entries.flatMap(([term, text]) => {
      const dt = document.createElement("dt")
      const dd = document.createElement("dd")
      dt.textContent = term
      dd.textContent = text
      return [dt, dd]
    })
  )
}

const showWorst = (done) => {
  const worst = new Map()
  for (const { lag, running = "idle" } of samples) worst.set(running, Math.max(worst.get(running) ?? 0, lag))
  byId("worst").replaceChildren(
    ...["native", "naive", "library", "idle"].map((way) => {
      const row = document.createElement("tr")
      row.dataset.way = way
      for (const text of [names[way], ms(worst.get(way)), way === "idle" ? "" : number(done[way])]) {
        const cell = document.createElement("td")
        cell.textContent = text
        row.append(cell)
      }
      return row
    })
  )
}

const showFigures = ({ cache, load, metrics, pool }) => {
  list("paths", [
    ["sync", number(metrics.syncPath)],
    ["worker", number(metrics.workerPath)],
    ["sliced", number(metrics.slicedPath)],
    ["fallback", number(metrics.fallbackPath)],
    ["frames by workers", number(metrics.workerFrames)],
    ["frames in slices", number(metrics.slicedFrames)]
  ])
  list("latency", [
    ["p50", ms(metrics.p50)],
    ["p95", ms(metrics.p95)],
    ["p99", ms(metrics.p99)],
    ["longest hold by the library", ms(metrics.longestHold)],
    ["longest delay by anybody", ms(metrics.maxEventLoopLag)]
  ])
  list("pool", [
    ["threads", `${pool.ready} of ${pool.threads} ready`],
    ["frames in flight", number(pool.inFlight)],
    ["waiting", number(pool.queued)],
    ["utilization", `${Math.round(pool.utilization * 100)} %`],
    ["breaker", metrics.breaker],
    ["worker errors", number(metrics.workerErrors)]
  ])
  showWorst(load.done)
  showCache(cache)
  for (const button of document.querySelectorAll("button[data-way][aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.dataset.way === load.running))
  }
}

const percent = (share) => `${Math.round(share * 100)} %`
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`

const press = (button) => fetch(`/cache?do=${button.dataset.do}`, { method: "POST" })

const addButton = (action, text) => {
  if (document.querySelector(`button[data-do="${action}"]`) !== null) return
  const button = document.createElement("button")
  button.type = "button"
  button.dataset.do = action
  button.textContent = text
  button.setAttribute("aria-pressed", "false")
  button.addEventListener("click", () => press(button))
  document.querySelector('button[data-do="invalidate"]').after(button)
}

const showCache = ({ hasRedis, race, running, stampede, store, ...cache }) => {
  if (hasRedis) addButton("cut", "Cut Redis off for 10 s")
  byId("store").textContent = hasRedis ? `over Redis, ${store}` : "in memory alone: no redis-server found"
  list("cache", [
    ["hit rate", percent(cache.hitRate)],
    ["entries", number(cache.entries)],
    ["size", `${megabytes(cache.size)} of ${megabytes(cache.limit)}`],
    ["memory pressure", `${percent(cache.pressure)}, ${cache.level}`],
    ["invalidations that wait", number(cache.invalidationsQueued)]
  ])
  list("results", [
    ["stampede: callers", stampede === undefined ? "-" : number(stampede.callers)],
    ["computations", stampede === undefined ? "-" : number(stampede.computations)],
    ["all answered after", ms(stampede?.time)],
    ["under load: reads", race === undefined ? "-" : number(race.reads)],
    ["invalidations", race === undefined ? "-" : number(race.invalidations)],
    ["old texts served", race === undefined ? "-" : number(race.old)]
  ])
  for (const button of document.querySelectorAll("button[data-do]")) {
    button.setAttribute("aria-pressed", String(running.includes(button.dataset.do)))
  }
}

const showHealth = (status) => {
  const health = byId("health")
  if (health.dataset.status === status) return
  health.dataset.status = status
  health.textContent = status
}

const update = async () => {
  const [live, health] = await Promise.all([
    fetch(`/live?since=${last}`).then((response) => response.json()),
    fetch("/health").then((response) => response.json())
  ])
  samples = [...samples, ...live.samples].slice(-shown)
  last = samples.at(-1)?.id ?? 0
  chart.setData(rows())
  showFigures(live.figures)
  showHealth(health.status)
}

const loop = async () => {
  try {
    await update()
  } catch {
    showHealth("unreachable")
  }
  setTimeout(loop, 500)
}

for (const button of document.querySelectorAll("button[data-way]")) {
  button.addEventListener("click", () => fetch(`/load?way=${button.dataset.way}`, { method: "POST" }))
}
for (const button of document.querySelectorAll("button[data-do]")) {
  button.addEventListener("click", () => press(button))
}
addEventListener("resize", () => chart.setSize({ width: byId("lag").clientWidth, height: 260 }))
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", makeChart)
makeChart()
loop()
