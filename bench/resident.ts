/** The memory of this process at its peak, as the kernel counts it (`VmHWM`; Linux). */
import { readFileSync, writeFileSync } from "node:fs"

export const peakResident = (): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024

/** From now on, the peak is counted anew. */
export const resetPeak = (): void => writeFileSync("/proc/self/clear_refs", "5")
