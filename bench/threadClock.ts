/**
 * The kernel's clock of what the calling thread has had of a core (`CLOCK_THREAD_CPUTIME_ID`), in milliseconds.
 *
 * `process.threadCpuUsage` reads what the kernel has written down of the thread, and on many kernels that is only done at a tick, every
 * 4 ms. The clock itself is exact; Node reaches it through WASI. A reading takes about a microsecond.
 */

type MemoryConstructor = new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer }

/** As WASI counts its clocks. */
const threadCpuTime = 3

// That WASI is experimental would be said between the tables.
const { emitWarning } = process
process.emitWarning = () => {}
const { WASI } = await import("node:wasi")
process.emitWarning = emitWarning
const wasi = new WASI({ version: "preview1" })

const { Memory } = (globalThis as unknown as { readonly WebAssembly: { readonly Memory: MemoryConstructor } })
  .WebAssembly
const memory = new Memory({ initial: 1 })
wasi.initialize({ exports: { memory } })
const { clock_time_get: read } = wasi.wasiImport as {
  readonly clock_time_get: (clock: number, precision: bigint, address: number) => number
}
const view = new DataView(memory.buffer)

export const threadTime = (): number => {
  if (read(threadCpuTime, 0n, 0) !== 0) throw new Error("This system has no clock of a thread's time")
  return Number(view.getBigUint64(0, true)) / 1e6
}
