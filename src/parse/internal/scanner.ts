/**
 * The scanner: finds where JSON text can be cut, without parsing it.
 *
 * Its functions run in WebAssembly, or in JavaScript where there is none (a strict content security policy, some edge
 * runtimes). There is one scanner a thread: a call copies the text it looks at into it, and copies it anew when another
 * call has used it in between. Indexes are units (bytes, or code units of a two-byte string) from the start of the
 * window.
 */
import { commaTable, kindTable, levels, openTable, seekLevels, slack, windowStart } from "./scanMemory.ts"
import { scannerModule } from "./scan.ts"
import type { Kernel, Views } from "./kernel.ts"
import { makeKernel } from "./scannerJs.ts"

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
