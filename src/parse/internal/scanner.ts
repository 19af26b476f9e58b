/**
 * The scanner: finds where JSON text can be cut, without parsing it.
 *
 * Its functions run in WebAssembly, or in JavaScript where there is none (a strict content security policy, some edge
 * runtimes). There is one scanner a thread: a call copies the text it looks at into it, and copies it anew when another call
 * has used it in between. Indexes are units (bytes, or code units of a two-byte string) from the start of the window.
 */
import { commaTable, kindTable, levels, openTable, seekLevels, slack, windowStart } from "./scanMemory.ts"
import { scannerModule } from "./scan.ts"
import { makeKernel } from "./scannerJs.ts"

/** What a function has left in `result`, by index. */
export const Result = {
  /** Levels that are open at the end, -1 where the container itself was closed. */
  depth: 0,
  /** Why it stopped: 0 at the end or the closing bracket, 1 too deep, 2 brackets do not match, 3 the comma asked for. */
  reason: 1,
  /** `scan`: where the string begins that is open at the end, or -1. `seek`: 1 if one is open. */
  string: 2,
  /** There is something that is not ASCII. May say so of text behind the end, too. */
  high: 3,
  /** There are control characters. May say so of text behind the end, too. */
  control: 4,
  /** `seek`: the next unit is escaped. */
  escaped: 5,
  /** `seek`: commas that are left to find. */
  commas: 6,
  /** `text`: the string's end was found. */
  closed: 0,
  /** `text`: neither escapes nor control characters are in it. */
  plain: 1,
  /** `lines`: the last line end, or -1. */
  lastLine: 0
} as const

/** The functions that WebAssembly or JavaScript gives. */
export interface Kernel {
  readonly scan8: (from: number, to: number, limit: number) => number
  readonly scan16: (from: number, to: number, limit: number) => number
  readonly seek8: Seek
  readonly seek16: Seek
  readonly entries8: (from: number, to: number, out: number) => number
  readonly entries16: (from: number, to: number, out: number) => number
  readonly text8: (from: number, to: number) => number
  readonly text16: (from: number, to: number) => number
  readonly lines8: (from: number, to: number, after: number) => number
  readonly lines16: (from: number, to: number, after: number) => number
  readonly widen: (from: number, to: number, out: number) => void
}

type Seek = (
  from: number,
  to: number,
  limit: number,
  count: number,
  depth: number,
  inside: number,
  escaped: number
) => number

/** Where a kernel reads and writes. */
export interface Views {
  buffer: Buffer
  units8: Uint8Array
  units16: Uint16Array
  result: Int32Array
  /** The last comma of each level, or -1. */
  commas: Int32Array
  /** The bracket that opened each level, from level 1. */
  opens: Int32Array
  /** 1 where a skipped level is an object. */
  kinds: Uint8Array
}

const pageSize = 0x10000
/** A window that has grown over this for a long key or number is not kept. */
const keptUnits = 0x40000

export class Scanner implements Views {
  /** Whose text stands in the window. */
  owner: object | undefined = undefined
  /** Units that the window takes. */
  capacity = 0
  /** The byte at which there is room for what is made of the text. */
  out = 0
  readonly kernel: Kernel
  readonly isWasm: boolean
  declare buffer: Buffer
  declare units8: Uint8Array
  declare units16: Uint16Array
  declare result: Int32Array
  declare commas: Int32Array
  declare opens: Int32Array
  declare kinds: Uint8Array
  private readonly memory: Memory

  constructor(module: WasmModule | undefined, capacity = 0x20000) {
    this.isWasm = module !== undefined
    if (module === undefined) {
      this.memory = new PlainMemory()
      this.kernel = makeKernel(this)
    } else {
      const { exports } = new wasm.Instance(module)
      this.memory = exports.memory
      this.kernel = exports
    }
    this.grow(capacity)
  }

  /** Makes room for so many units. What stood in the window is lost. */
  grow(units: number): void {
    if (units <= this.capacity) return
    this.owner = undefined
    this.capacity = units
    const size = 2 * (units + slack)
    this.out = windowStart + size
    const pages = Math.ceil((this.out + size) / pageSize)
    const more = pages - this.memory.buffer.byteLength / pageSize
    if (more > 0) this.memory.grow(more)
    const { buffer } = this.memory
    this.buffer = Buffer.from(buffer)
    this.units8 = new Uint8Array(buffer, windowStart, size)
    this.units16 = new Uint16Array(buffer, windowStart, size / 2)
    this.result = new Int32Array(buffer, 0, 16)
    this.commas = new Int32Array(buffer, commaTable, levels + 4)
    this.opens = new Int32Array(buffer, openTable, levels + 4)
    this.kinds = new Uint8Array(buffer, kindTable, seekLevels)
  }
}

class PlainMemory implements Memory {
  buffer = new ArrayBuffer(0)
  grow(pages: number): void {
    this.buffer = new ArrayBuffer(this.buffer.byteLength + pages * pageSize)
  }
}

/** What is used of `WebAssembly`; not all runtimes have it, and not all types. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly Instance: new (module: WasmModule) => { readonly exports: Kernel & { readonly memory: Memory } }
}
type WasmModule = object
interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): void
}

const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly

let compiled: { readonly module: WasmModule | undefined } | undefined

/** The module, compiled at the first use; undefined where that is not allowed. */
export const wasmModule = (): WasmModule | undefined => (compiled ??= { module: compile() }).module

const compile = (): WasmModule | undefined => {
  try {
    return new wasm.Module(Buffer.from(scannerModule, "base64"))
  } catch {
    return undefined
  }
}

let shared: Scanner | undefined

/** This thread's scanner. */
export const sharedScanner = (): Scanner => {
  if (shared === undefined || shared.capacity > keptUnits) {
    shared = makeScanner(wasmModule())
  }
  return shared
}

// Memory for the instance may be refused although the module compiles.
const makeScanner = (module: WasmModule | undefined): Scanner => {
  if (module === undefined) return new Scanner(undefined)
  try {
    return new Scanner(module)
  } catch {
    return new Scanner(undefined)
  }
}
