/**
 * The linter's rules, and with them the structure of the sources: which room may import which.
 */
import { defineConfig, type OxlintOverride } from "oxlint"

/**
 * The rooms of `src/internal`, by floor. A room imports only rooms of the floors below its own; rooms of one floor do not know
 * each other.
 */
const floors: ReadonlyArray<ReadonlyArray<string>> = [
  ["output", "turns", "value"],
  ["frame"],
  ["fragment", "options", "walk"],
  ["pool", "routing"],
  ["errors", "monitor", "telemetry"],
  ["limit", "plan", "shape"],
  ["engine"],
  ["service", "shadow"]
]
const rooms = floors.flat()

/** The folders beside the core, each a subpath of the package. The core knows none of them. */
const domains = ["ai", "cache", "frameworks", "http", "parse", "schema", "tokens"]

/** What a domain may use of the core besides its public modules. */
const openRooms = ["errors", "fragment", "frame", "limit", "options", "output", "turns", "value", "walk"]

/**
 * Single files of other rooms that a domain may use: a pool of worker threads over a worker file of its own, the
 * watching of health rules of its own, what measures its calls, and what counts for a service.
 */
const openFiles: Readonly<Record<string, ReadonlyArray<string>>> = {
  ai: ["service/tokensAccess.ts"],
  cache: ["monitor/healthRules.ts", "monitor/watchRules.ts", "telemetry/spanIfTraced.ts"],
  tokens: [
    "pool/poolOptions.ts",
    "pool/taskPool.ts",
    "pool/workerFile.ts",
    "telemetry/latencies.ts",
    "telemetry/spanIfTraced.ts"
  ]
}

/** What a domain may import of other domains. */
const neighbours: Readonly<Record<string, ReadonlyArray<string>>> = {
  ai: ["tokens"],
  cache: ["parse"],
  frameworks: ["parse"],
  http: ["parse", "schema"],
  schema: ["parse"]
}

type Pattern = { readonly message: string } & ({ readonly regex: string } | { readonly group: Array<string> })

const not = (all: ReadonlyArray<string>, allowed: ReadonlyArray<string>) =>
  all.filter((name) => !allowed.includes(name)).join("|")

const restrict = (files: ReadonlyArray<string>, ...patterns: Array<Pattern>): OxlintOverride => ({
  files: [...files],
  rules: { "eslint/no-restricted-imports": ["error", { patterns }] }
})

// Public modules are the faces of rooms. `SerializationError` and `Metrics` are contracts that the rooms share.
const noFaces = {
  group: ["../../**", "!../../SerializationError.ts", "!../../Metrics.ts"],
  message: "Rooms are below the public modules."
}

// Worker threads load them: their start is the price.
const noEffect = { regex: "^effect(/|$)", message: "Worker threads load this file, and not Effect." }

const ofRoom = (room: string, below: ReadonlyArray<string>) =>
  restrict(
    [`src/internal/${room}/**`],
    noFaces,
    {
      regex: `^\\.\\./(${not(rooms, [room, ...below])})/`,
      message: `\`${room}\` imports only rooms on floors below its own.`
    },
    ...(room === "frame" || room === "value" ? [noEffect] : [])
  )

const ofDomain = (domain: string) => {
  const others = not(domains, [domain, ...(neighbours[domain] ?? [])])
  const closed = rooms.filter((room) => !openRooms.includes(room)).map((room) => `**/internal/${room}/*`)
  const open = (openFiles[domain] ?? []).map((file) => `!**/internal/${file}`)
  return restrict(
    [`src/${domain}/**`],
    { regex: `^(\\.\\./)+(${others})/`, message: `\`${domain}\` does not know that domain.` },
    { group: [...closed, ...open], message: "Domains use that part of the core by its public modules." }
  )
}

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "node"],
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "typescript/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    "eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],

    // Control characters are this library's daily bread, and `_tag` is how Effect tells values apart.
    "eslint/no-control-regex": "off",
    "eslint/no-underscore-dangle": "off",
    // `new Array(length)` is meant where it stands: arrays of a known size, and holes.
    "unicorn/no-new-array": "off",
    // Matters of taste.
    "eslint/no-shadow": "off",
    "promise/always-return": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/no-array-sort": "off",
    // For the DOM: a Node MessagePort has no target origin.
    "unicorn/require-post-message-target-origin": "off"
  },
  overrides: [
    ...floors.flatMap((floor, i) => floor.map((room) => ofRoom(room, floors.slice(0, i).flat()))),
    ...domains.map(ofDomain),
    restrict(["src/*.ts"], { regex: `^\\./(${domains.join("|")})/`, message: "The core knows no domain." }),
    restrict(["src/worker.ts"], noEffect),
    {
      // Odd values and patched prototypes are what the tests are about.
      files: ["test/**", "bench/**"],
      rules: {
        "eslint/no-extend-native": "off",
        "eslint/no-sparse-arrays": "off",
        "typescript/no-extraneous-class": "off",
        "typescript/no-this-alias": "off",
        "unicorn/no-thenable": "off"
      }
    },
    {
      // NestJS has modules that are empty classes, and metadata by an import.
      files: ["examples/large/**"],
      rules: { "import/no-unassigned-import": "off", "typescript/no-extraneous-class": "off" }
    }
  ],
  ignorePatterns: ["dist", "bench/results"]
})
