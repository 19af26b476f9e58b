import type { FrameResult } from "./frame.ts"

/**
 * Frees the buffer of an answer that was moved here: its bytes are copied, or nobody wants them. Left to the garbage
 * collector, the buffers of all frames start the next major collection.
 */
export const releaseBytes = (result: FrameResult | undefined): void => {
  if (result?.isMoved === true) (result.bytes!.buffer as ArrayBuffer).transfer(0)
}
