/** Built-in objects: dates, errors, collections, boxed primitives and what Node and the web add. */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

const dates = casesOf("dates", {
  "at the root": () => new Date(0),
  "of every kind": () => [
    new Date(0),
    new Date(-1),
    new Date(NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
    new Date("-000001-01-01T00:00:00Z"),
    new Date(1e12 + 0.5)
  ],
  "under keys": () => ({ created: new Date(1e12), deleted: new Date(NaN), nested: { at: [new Date(2e12)] } }),
  "with own properties": () => Object.assign(new Date(0), { note: "not written" }),
  "with an own toISOString": (recorder) => {
    const toISOString = recorder.toJSON(() => "my own")
    return [Object.assign(new Date(0), { toISOString: () => toISOString.call(null, "toISOString") })]
  },
  "with an own valueOf": () => [Object.assign(new Date(0), { valueOf: () => Infinity })],
  "with an own Symbol.toPrimitive": () => [
    Object.defineProperty(new Date(0), Symbol.toPrimitive, { value: () => NaN })
  ],
  "invalid, with an own valueOf that says otherwise": () => [
    Object.assign(new Date(NaN), { valueOf: () => null as any, toISOString: () => "made up" })
  ],
  "with an own toJSON that is no function": () => [
    Object.assign(new Date(0), { toJSON: 1 }),
    Object.assign(new Date(0), { toJSON: undefined, a: 2 })
  ],
  "of a subclass": () => {
    class Day extends Date {
      override toISOString(): string {
        return super.toISOString().slice(0, 10)
      }
    }
    class Stamp extends Date {}
    return [new Day(1e12), new Stamp(1e12)]
  },
  "of a subclass with toJSON": (recorder) => {
    class Seconds extends Date {
      override toJSON(key?: any): any {
        recorder.call("toJSON", this, [key])
        return Math.floor(this.getTime() / 1000)
      }
    }
    return { at: new Seconds(1e12), all: [new Seconds(0)] }
  },
  "without their prototype": () => [
    Object.setPrototypeOf(Object.assign(new Date(0), { own: 1 }), null),
    Object.setPrototypeOf(new Date(0), Object.prototype)
  ],
  "Date's toJSON on an ordinary object": () => ({
    a: { toJSON: Date.prototype.toJSON, toISOString: () => "borrowed" }
  }),
  "Date's toJSON on an object that is not finite": () => ({ a: { toJSON: Date.prototype.toJSON, valueOf: () => NaN } }),
  "very many": () => Array.from({ length: 500 }, (_, i) => new Date(i * 86_400_000))
})

const brokenDates = [
  parityCase("dates: the prototype of dates on an object", () => ({ a: Object.create(Date.prototype) }), {
    fails: "UserCodeFailed",
    pointer: "/a"
  }),
  parityCase("dates: Date.prototype itself", () => [Date.prototype], { fails: "UserCodeFailed", pointer: "/0" }),
  parityCase(
    "dates: an own toISOString that throws",
    (recorder) => ({ a: Object.assign(new Date(0), { toISOString: () => recorder.throw("iso") }) }),
    {
      fails: "UserCodeFailed",
      pointer: "/a"
    }
  ),
  parityCase("dates: Date's toJSON without a toISOString", () => [{ toJSON: Date.prototype.toJSON }], {
    fails: "UserCodeFailed",
    pointer: "/0"
  })
]

class HttpError extends Error {
  override readonly name = "HttpError"
  readonly status: number
  readonly details: unknown
  constructor(message: string, status: number, details: unknown) {
    super(message)
    this.status = status
    this.details = details
  }
}

const errors = casesOf("errors", {
  plain: () => [new Error("not written"), new TypeError("nor this")],
  "with own properties": () => Object.assign(new Error("x"), { code: "E_CODE", list: [1, { a: 2 }] }),
  "with own enumerable message and stack": () => {
    const error = new Error("x")
    Object.defineProperty(error, "message", { value: "written", enumerable: true })
    Object.defineProperty(error, "stack", { value: "written too", enumerable: true })
    return error
  },
  "of a class": () => ({ error: new HttpError("gone", 410, { path: "/a", at: new Date(0) }) }),
  "with a cause": () => new Error("outer", { cause: Object.assign(new Error("inner"), { code: 1 }) }),
  "with an own enumerable cause": () => Object.assign(new Error("x"), { cause: { why: ["because"] } }),
  aggregate: () => Object.assign(new AggregateError([new Error("a")], "many"), { count: 1 }),
  "from the system": () => {
    const error = new Error("ENOENT") as NodeJS.ErrnoException
    return Object.assign(error, { errno: -2, code: "ENOENT", syscall: "open", path: "/nowhere" })
  },
  DOMException: () => [new DOMException("aborted", "AbortError"), Object.assign(new DOMException("x"), { own: 1 })],
  "without their prototype": () => Object.setPrototypeOf(Object.assign(new Error("x"), { own: 1 }), null),
  "the prototype of errors on an object": () =>
    Object.assign(Object.create(Error.prototype), { own: 1, message: "own and written" }),
  "with a name that misleads": () => Object.assign(new Error("x"), { name: "Object" }),
  "very many": () => Array.from({ length: 100 }, (_, i) => Object.assign(new RangeError("x"), { i }))
})

const disguise = (value: object): object =>
  Object.assign(Object.setPrototypeOf(value, Object.prototype) as object, { own: 1, [Symbol.toStringTag]: "Object" })

const disguised = casesOf("as plain objects, with a tag that says so", {
  "a date": () => [disguise(new Date(5))],
  "an error": () => [disguise(new Error("x"))],
  "a regular expression": () => [disguise(/x/)],
  "a number": () => [disguise(new Number(1))]
})

const collections = casesOf("collections", {
  "Map and Set": () => [new Map([["a", 1]]), new Set([1, { a: 1 }]), new Map(), new Set()],
  "with own properties": () => [
    Object.assign(new Map([["a", 1]]), { size2: 1, list: [1] }),
    Object.assign(new Set([1]), { label: "written" })
  ],
  "weak ones": () => [new WeakMap(), new WeakSet(), new WeakRef({}), new FinalizationRegistry(() => {})],
  "of a subclass": () => {
    class Index extends Map<string, number> {
      readonly label = "written"
    }
    return [new Index([["a", 1]])]
  },
  "the prototype of Map on an object": () => [
    Object.create(Map.prototype),
    Object.assign(Object.create(Set.prototype), { own: 1 })
  ],
  "a RegExp": () => [/a/gi, Object.assign(/b/, { own: [1] })],
  "promises, generators and iterators": () => [
    Promise.resolve(1),
    (function* () {
      yield 1
    })(),
    [1][Symbol.iterator](),
    new Map([[1, 2]]).entries(),
    (async () => {})()
  ],
  "Math, JSON, Reflect, Atomics, Intl": () => [Math, JSON, Reflect, Atomics, Intl],
  "Intl objects": () => [
    new Intl.NumberFormat("en"),
    new Intl.DateTimeFormat("en").resolvedOptions().locale,
    new Intl.Locale("de-AT")
  ],
  "URL and its parameters": () => ({
    url: new URL("https://example.com/a?b=c#d"),
    search: new URLSearchParams("a=1&b=2"),
    list: [new URL("file:///x")]
  }),
  "web objects": () => [
    new Headers({ a: "b" }),
    new Blob(["x"]),
    new AbortController(),
    AbortSignal.abort("x"),
    new TextEncoder(),
    new Event("x")
  ],
  "streams and ports": () => {
    const { port1, port2 } = new MessageChannel()
    port1.close()
    port2.close()
    return [new ReadableStream(), new WritableStream(), Object.keys(port1).length]
  },
  "host objects with toJSON": () => [new PerformanceMarkLike("a", 1), process.versions, process.release.name],
  Temporal: () => {
    const temporal = (globalThis as any).Temporal
    return temporal === undefined
      ? null
      : [
          temporal.Instant.fromEpochMilliseconds(0),
          { date: temporal.PlainDate.from("2024-02-29"), d: temporal.Duration.from("PT1H") }
        ]
  }
})

class PerformanceMarkLike {
  readonly #name: string
  readonly #time: number
  constructor(name: string, time: number) {
    this.#name = name
    this.#time = time
  }
  toJSON() {
    return { name: this.#name, startTime: this.#time }
  }
}

class Celsius extends Number {
  readonly scale = "not written"
}

const boxed = casesOf("boxed", {
  "every kind": () => [
    new Number(1),
    new Number(NaN),
    new Number(-0),
    new Number(Infinity),
    new String("s"),
    new String(""),
    new Boolean(false),
    new Boolean(true)
  ],
  "under keys": () => ({
    n: new Number(3),
    s: new String("é\n\ud800"),
    b: new Boolean(false),
    sym: Object(Symbol("s"))
  }),
  "number at the root": () => new Number(7),
  "string at the root": () => new String("root"),
  "boolean at the root": () => new Boolean(false),
  "symbol at the root": () => Object(Symbol("s")),
  "with own properties": () => [
    Object.assign(new String("abc"), { own: 1 }),
    Object.assign(new Number(1), { own: 1 }),
    Object.assign(new Boolean(true), { own: 1 })
  ],
  "a symbol with own properties": () => [Object.assign(Object(Symbol("s")), { own: 1 })],
  "of a subclass": () => [
    new Celsius(21.5),
    new (class Name extends String {})("Ada"),
    new (class Flag extends Boolean {})(true)
  ],
  "an own valueOf of a number": () => [Object.assign(new Number(1), { valueOf: () => 42 })],
  "an own valueOf and toString of a string": () => [
    Object.assign(new String("s"), { valueOf: () => "not used", toString: () => "used" })
  ],
  "an own valueOf of a boolean, not used": () => [Object.assign(new Boolean(true), { valueOf: () => false })],
  "valueOf that gives a string": () => [Object.assign(new Number(1), { valueOf: () => " 12 " })],
  "valueOf that gives an object, then toString": () => [
    Object.assign(new Number(1), { valueOf: () => ({}), toString: () => "9" })
  ],
  "Symbol.toPrimitive": () => [
    Object.assign(new Number(1), { [Symbol.toPrimitive]: (hint: string) => (hint === "number" ? 5 : 6) }),
    Object.assign(new String("s"), { [Symbol.toPrimitive]: (hint: string) => `hint ${hint}` })
  ],
  "a class with valueOf": () => {
    class Doubled extends Number {
      override valueOf(): number {
        return super.valueOf() * 2
      }
    }
    class Loud extends String {
      override toString(): string {
        return super.toString().toUpperCase()
      }
    }
    return [new Doubled(4), { n: new Doubled(0.5), s: new Loud("hey") }]
  },
  "without their prototype": () => [Object.setPrototypeOf(new Boolean(true), null)],
  "the prototype of a boxed one on an object": () => [
    Object.create(Boolean.prototype),
    Object.assign(Object.create(Number.prototype), { own: 1 })
  ],
  "the prototypes themselves": () => [
    Number.prototype,
    String.prototype,
    Boolean.prototype,
    Array.prototype,
    Object.prototype,
    RegExp.prototype,
    Map.prototype
  ]
})

const brokenBoxed = [
  parityCase(
    "boxed: valueOf throws",
    (recorder) => ({ a: Object.assign(new Number(1), { valueOf: () => recorder.throw("valueOf") }) }),
    {
      fails: "UserCodeFailed",
      vague: true,
      pointer: "/a"
    }
  ),
  parityCase(
    "boxed: toString throws",
    (recorder) => [Object.assign(new String("s"), { toString: () => recorder.throw(undefined) })],
    {
      fails: "UserCodeFailed",
      vague: true,
      pointer: "/0"
    }
  ),
  parityCase("boxed: valueOf gives a symbol", () => [Object.assign(new Number(1), { valueOf: () => Symbol("s") })], {
    fails: "UserCodeFailed",
    vague: true,
    pointer: "/0"
  }),
  parityCase("boxed: a number without its prototype", () => [Object.setPrototypeOf(new Number(1), null)], {
    fails: "UserCodeFailed",
    vague: true,
    pointer: "/0"
  })
]

export const builtInCases: ReadonlyArray<ParityCase> = [
  ...disguised,
  ...dates,
  ...brokenDates,
  ...errors,
  ...collections,
  ...boxed,
  ...brokenBoxed
]
