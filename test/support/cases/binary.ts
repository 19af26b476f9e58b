/** Buffers, typed arrays and the memory below them. */
import { casesOf, parityCase, type ParityCase } from "../parityCase.ts"

const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (i * 31) & 255)

const buffers = casesOf("buffers", {
  "at the root": () => Buffer.from("text"),
  empty: () => [Buffer.alloc(0), { b: Buffer.alloc(0) }],
  "under keys": () => ({ data: Buffer.from("é😀"), list: [Buffer.from([0, 255, 1])] }),
  "of 3,000 bytes": () => ({ data: Buffer.from(bytes(3000)) }),
  "of 200,000 bytes": () => ({ before: 1, data: Buffer.from(bytes(200_000)), after: [2] }),
  "a slice of a pooled one": () => Buffer.from("0123456789").subarray(3, 6),
  "ten bytes of a hundred million": () => ({
    view: Buffer.from(new ArrayBuffer(100_000_000), 50_000_000, 10),
    other: new Uint8Array(new ArrayBuffer(100_000_000), 3, 10)
  }),
  "the same one often": () => {
    const buffer = Buffer.from("shared")
    return [buffer, { buffer }, buffer]
  },
  "with own properties": () => [Object.assign(Buffer.from("ab"), { note: "not written" })],
  "of a subclass": () => [Object.setPrototypeOf(Buffer.from("ab"), Object.create(Buffer.prototype))],
  "with an own toJSON that is no function": () => [Object.assign(Buffer.from("ab"), { toJSON: null, own: [1] })],
  "without their prototype": () => [
    Object.setPrototypeOf(Buffer.from("ab"), null),
    Object.setPrototypeOf(Buffer.from("cd"), Uint8Array.prototype)
  ],
  "with an own length, which toJSON reads": () => [Object.defineProperty(Buffer.from("abcd"), "length", { value: 2 })],
  "the text of one, parsed": () => JSON.parse(JSON.stringify(Buffer.from("abc")))
})

const views = casesOf("typed arrays", {
  "at the root": () => Uint8Array.of(1, 2, 3),
  "of every kind": () => [
    Int8Array.of(-1),
    Uint8Array.of(255),
    Uint8ClampedArray.of(300),
    Int16Array.of(-300),
    Uint16Array.of(65_535),
    Int32Array.of(-70_000),
    Uint32Array.of(4e9),
    Float32Array.of(0.1, NaN, -0),
    Float64Array.of(0.1, Infinity, -0, 5e-324),
    new (globalThis as any).Float16Array([0.1, 65_504, NaN])
  ],
  empty: () => [new Uint8Array(), new Float64Array(0), new BigInt64Array()],
  "doubles that have no text": () => ({ v: Float64Array.of(NaN, -Infinity, Infinity, 1) }),
  "under keys": () => ({ vector: Float64Array.of(0.5, 1), list: [Int16Array.of(1), Uint32Array.of(2)] }),
  "of 2,000 doubles": () => ({ vector: Float64Array.from({ length: 2000 }, (_, i) => i / 7) }),
  "of 50,000 doubles": () => ({
    before: 1,
    vector: Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i)),
    after: [2]
  }),
  "of 100,000 bytes": () => [bytes(100_000)],
  "with own properties": () => [Object.assign(Uint8Array.of(1, 2), { label: "written", list: [3] })],
  "with own properties, 3,000 elements": () => ({ v: Object.assign(new Int16Array(3000), { label: "written" }) }),
  "with an own property that is not enumerable": () => [
    Object.defineProperty(Uint8Array.of(1), "hidden", { value: 1 })
  ],
  "with an own accessor": () => [
    Object.defineProperty(Uint8Array.of(1), "got", { get: () => ["written"], enumerable: true })
  ],
  "of a subclass": () => {
    class Vector extends Float64Array {
      readonly unit = "written"
    }
    return [new Vector([1, 2])]
  },
  "without their prototype": () => [
    Object.setPrototypeOf(Uint8Array.of(1, 2), null),
    Object.setPrototypeOf(Float32Array.of(0.5), Object.prototype)
  ],
  "the prototype of one on an object": () => [
    Object.create(Uint8Array.prototype),
    Object.assign(Object.create(Uint8Array.prototype), { 0: "own" })
  ],
  "over shared memory": () => [new Uint8Array(new SharedArrayBuffer(3)), new Int32Array(new SharedArrayBuffer(8))],
  "over memory that can grow": () => [
    new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 })),
    new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }), 1, 2)
  ],
  "out of bounds": () => {
    const memory = new ArrayBuffer(8, { maxByteLength: 8 })
    const view = new Uint8Array(memory, 4, 4)
    memory.resize(2)
    return [view, Object.keys(view).length]
  },
  "over memory that was taken away": () => {
    const view = Uint8Array.of(1, 2)
    structuredClone(view.buffer, { transfer: [view.buffer] })
    return [view]
  },
  "two views of one memory": () => {
    const memory = new ArrayBuffer(8)
    return [new Uint8Array(memory), new Float64Array(memory), new DataView(memory), memory]
  },
  "what has no elements of its own": () => [
    new ArrayBuffer(3),
    new SharedArrayBuffer(3),
    new DataView(new ArrayBuffer(3)),
    Object.assign(new ArrayBuffer(1), { own: 1 }),
    Object.assign(new DataView(new ArrayBuffer(1)), { own: [1] })
  ],
  "at a threshold of 4,096 elements": () => [4094, 4095, 4096, 4097].map((length) => new Uint8Array(length)),
  "many small ones": () =>
    Array.from({ length: 200 }, (_, i) => ({ v: Float32Array.of(i, i / 2), b: Uint8Array.of(i & 255) }))
})

const disguised = casesOf("typed arrays", {
  "with the prototype of buffers": () => [
    Object.setPrototypeOf(
      Uint16Array.from({ length: 300 }, (_, i) => i * 10),
      Buffer.prototype
    ),
    Object.setPrototypeOf(
      Float64Array.from({ length: 300 }, (_, i) => i / 3),
      Buffer.prototype
    ),
    Object.setPrototypeOf(new Uint8ClampedArray(300), Buffer.prototype)
  ],
  "memory with the prototype of plain objects": () => [
    Object.assign(Object.setPrototypeOf(new ArrayBuffer(2), Object.prototype) as object, { own: 1 })
  ]
})

const bigints = [
  parityCase("typed arrays: of bigints", () => ({ a: [1, BigInt64Array.of(1n, 2n)] }), {
    fails: "UnsupportedValue",
    pointer: "/a/1/0"
  }),
  parityCase("typed arrays: of large bigints", () => BigUint64Array.of(2n ** 63n), {
    fails: "UnsupportedValue",
    pointer: "/0"
  })
]

export const binaryCases: ReadonlyArray<ParityCase> = [...buffers, ...views, ...disguised, ...bigints]
