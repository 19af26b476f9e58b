/** Values that JSON knows: literals, numbers, strings, arrays and objects with ordinary and odd keys. */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

const literals: ReadonlyArray<unknown> = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  -0.5,
  1e21,
  1e-7,
  123456789012345680000,
  5e-324,
  1.7976931348623157e308,
  Number.MAX_SAFE_INTEGER,
  NaN,
  Infinity,
  -Infinity,
  "",
  "a",
  "é",
  "€",
  "😀",
  "\u2028\u2029",
  "\ud83d",
  "\ude00",
  "\ude00\ud83d"
]

const allEscapes = Array.from({ length: 0x80 }, (_, i) => String.fromCharCode(i)).join("")

const strings = casesOf("strings", {
  "every ASCII character": () => allEscapes,
  "every ASCII character as a key": () => Object.fromEntries(Array.from(allEscapes, (c, i) => [c, i])),
  "around the surrogates": () => [
    "\ud7ff",
    "\ud800",
    "\udbff",
    "\udc00",
    "\udfff",
    "\ue000",
    "\udbff\udfff",
    "\ud800\ud800\udc00\udc00"
  ],
  "lone surrogates as keys": () => ({ "\ud800": 1, "\udc00\ud800": 2, "a\udfff": { "\udbff": 3 } }),
  "one and two byte strings side by side": () => ["ascii", "latin ÿ", "wide €", "emoji 😀", "ascii again"]
})

const arrays = casesOf("arrays", {
  empty: () => [],
  "of empties": () => [[], {}, "", [[]], [{}]],
  "what has no text becomes null": () => [undefined, () => 1, Symbol("s"), null, NaN],
  holes: () => [, 1, , 2, ,],
  "only holes": () => new Array(5),
  "elements that are not enumerable": () => [
    Object.defineProperty([1, 2, 3], 1, { value: 42, enumerable: false }),
    Object.defineProperty(
      Array.from({ length: 30 }, (_, i) => i / 2),
      7,
      { value: [42], enumerable: false }
    )
  ],
  "many holes": () => {
    const array = new Array(40_000)
    array[17] = "here"
    return array
  },
  "long and sparse": () => {
    const array: Array<unknown> = []
    array[30_000] = 1
    return array
  },
  "with named properties": () => Object.assign([1, 2], { extra: "not written", "-1": 0 }),
  "with named properties that cannot be cloned": () => [
    Object.assign([1, 2], { run: () => 1 }),
    { deep: Object.assign(["a"], { key: Symbol("s"), proxy: new Proxy({}, {}) }) }
  ],
  "of a subclass": () => {
    class Items extends Array<number> {
      readonly label = "not written"
    }
    return Items.from([1, 2, 3])
  },
  "without a prototype": () => Object.setPrototypeOf([1, [2], { a: 3 }], null),
  "with the prototype of an object": () => Object.setPrototypeOf([1, 2], Object.prototype),
  frozen: () => Object.freeze([1, Object.freeze({ a: Object.freeze([]) })]),
  "an arguments object": () =>
    (function (..._: Array<unknown>) {
      return arguments
    })(1, "two", { three: 3 }),
  "an object with the prototype of arrays": () => Object.assign(Object.create(Array.prototype), { 0: "a", length: 1 }),
  "a prototype with indices": () => {
    const array = [, "own", ,]
    return Object.setPrototypeOf(
      array,
      Object.assign(Object.create(Array.prototype), { 0: "inherited", 2: { deep: 1 } })
    )
  },
  "numbers of every kind": () => [0, -0, 1.5, NaN, -Infinity, 1e21, 1e-7, 2 ** 53],
  pairs: () => Array.from({ length: 50 }, (_, i) => [i, i / 3])
})

const objects = casesOf("objects", {
  empty: () => ({}),
  "what has no text is left out": () => ({ a: undefined, b: () => 1, c: Symbol("s"), d: null, e: NaN }),
  "only what has no text": () => ({ a: undefined, b: () => 1, c: Symbol("s") }),
  "the empty key": () => ({ "": 1, a: { "": "" } }),
  "integer-like keys first": () => ({
    b: 1,
    2: "two",
    a: 3,
    1: "one",
    "-1": 0,
    "01": 1,
    "4294967295": "no index",
    "4294967294": "index",
    "1.5": 2
  }),
  "integer-like keys only": () => Object.fromEntries(Array.from({ length: 60 }, (_, i) => [(i * 37) % 101, i])),
  "an own __proto__": () => JSON.parse('{"a":1,"__proto__":{"x":[1]},"b":{"__proto__":null}}'),
  "an own __proto__ with a string": () => JSON.parse('{"__proto__":"text","constructor":1,"prototype":2}'),
  "a set prototype": () => ({ __proto__: { inherited: 1 }, own: 2 }),
  "without a prototype": () => Object.assign(Object.create(null), { a: 1, b: Object.create(null) }),
  "an inherited enumerable key": () => Object.assign(Object.create({ inherited: 1 }), { own: 2 }),
  "names of Object.prototype": () => ({ toString: 1, valueOf: "x", hasOwnProperty: [], constructor: {}, length: 3 }),
  "symbol keys": () => ({ [Symbol("s")]: 1, [Symbol.iterator]: 2, [Symbol.toStringTag]: "Date", a: 3 }),
  "keys that are not enumerable": () =>
    Object.defineProperties({ a: 1 }, { hidden: { value: 2 }, seen: { value: 3, enumerable: true } }),
  "deleted and added keys": () => {
    const object: Record<string, unknown> = { a: 1, b: 2, c: 3 }
    delete object["a"]
    object["d"] = 4
    object["a"] = 5
    return object
  },
  frozen: () => Object.freeze({ a: Object.freeze({ b: 1 }) }),
  "a class instance": () => {
    class Point {
      readonly #secret = 1
      readonly x = 1
      readonly y = { z: [2] }
      get sum() {
        return this.x + this.#secret
      }
    }
    return new Point()
  },
  "a name that misleads": () => ({ [Symbol.toStringTag]: "Map", constructor: { name: "Date" }, size: 1 }),
  "a long key": () => ({ ["k".repeat(3000)]: 1, ['"'.repeat(500)]: { "é\n": 2 } }),
  "the result of groupBy": () => Object.groupBy([1, 2, 3], (n) => (n % 2 === 0 ? "even" : "odd")),
  "an enumerable toJSON that is no function": () => ({
    toJSON: "just text",
    a: { toJSON: null },
    b: { toJSON: { c: 1 } }
  }),
  "shared references": () => {
    const shared = { list: [1, { a: 2 }] }
    return { a: shared, b: [shared, shared.list, shared], c: { d: { e: shared } } }
  },
  "shared empties": () => {
    const [array, object] = [[], {}]
    return [array, object, array, { array, object }, object]
  },
  "a graph that doubles at each level": () => {
    let value: unknown = { leaf: true }
    for (let i = 0; i < 10; i++) value = [value, value]
    return value
  }
})

const wide = [
  parityCase("wide: 2,000 keys", () => Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key ${i}`, i])), {
    isLarge: true
  }),
  parityCase(
    "wide: 30,000 keys with records",
    () =>
      Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`entry-${i}`, { body: "x".repeat(i % 50), n: i }])),
    { isLarge: true }
  ),
  parityCase(
    "wide: 20,000 integer-like keys among others",
    () =>
      Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i % 3 === 0 ? `k${i}` : (i * 7919) % 100_003, [i]])),
    { isLarge: true }
  ),
  parityCase(
    "wide: every other entry has no text",
    () => Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i % 2 === 0 ? undefined : `v${i}`])),
    { isLarge: true }
  ),
  parityCase(
    "wide: nothing has text",
    () =>
      Object.fromEntries(
        Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i % 2 === 0 ? undefined : Symbol.iterator])
      ),
    { isLarge: true }
  ),
  parityCase(
    "wide: text only at the end",
    () => Object.fromEntries([...Array.from({ length: 20_000 }, (_, i) => [`k${i}`, undefined]), ["last", 1]]),
    { isLarge: true }
  ),
  parityCase(
    "wide: a hundred thousand empties",
    () => Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? [] : {})),
    { isLarge: true }
  ),
  parityCase("wide: 50,000 undefined elements", () => new Array(50_000).fill(undefined), { isLarge: true }),
  parityCase("wide: 100,000 holes", () => new Array(100_000), { isLarge: true }),
  parityCase(
    "wide: an object over many frames below another",
    () => ({
      before: 1,
      wide: { __proto__: null, ...Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`name ${i}`, i])) },
      after: [2]
    }),
    { isLarge: true }
  )
]

export const plainCases: ReadonlyArray<ParityCase> = [
  ...literals.map((value) =>
    parityCase(
      `literals: ${Object.is(value, -0) ? "-0" : typeof value === "string" ? JSON.stringify(value) : String(value)}`,
      () => value
    )
  ),
  parityCase("no text: undefined", () => undefined),
  parityCase("no text: a function", () => () => 1),
  parityCase("no text: a symbol", () => Symbol("s")),
  ...strings,
  ...arrays,
  ...objects,
  ...wide
]
