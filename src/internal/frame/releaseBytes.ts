import type { FrameResult } from "./frame.ts"

/**
 * Gives the buffer of an answer back that was moved here: its bytes are copied, or nobody wants them. Left to the garbage collector,
 * the buffers of all frames bring the next major collection about.
 */
export const releaseBytes = (result: FrameResult | undefined): void => {
  if (result?.isMoved === true) (result.bytes!.buffer as ArrayBuffer).transfer(0)
}
