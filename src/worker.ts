/**
 * The file that worker threads load. It makes the JSON of one frame, a part of a value, for each call.
 *
 * Only bundled programs need it by name. Build it as a file of its own, beside the bundle or wherever `workerUrl`
 * points. Keep `piscina` installed, because it has files of its own (the README says how to bundle those too):
 *
 * ```sh
 * esbuild node_modules/effect-serialization/dist/worker.js --bundle --platform=node --format=esm --external:piscina --outfile=dist/worker.js
 * ```
 *
 * It imports no Effect, so that a thread starts in some tens of milliseconds.
 *
 * @since 0.1.0
 */
import { move, transferableSymbol, valueSymbol } from "piscina"
import { encodeFrame } from "./internal/frame/encodeFrame.ts"
import type { FrameResult, FrameTask } from "./internal/frame/frame.ts"

/**
 * An answer whose bytes are moved out of the thread, not copied.
 *
 * Its fields are its own: if this file was bundled with a Piscina of its own, the one that runs the thread does not
 * know its mark and clones the object, and that gives the same answer.
 */
class MovedResult implements FrameResult {
  readonly text = undefined
  readonly bytes: Uint8Array
  readonly isMoved = true

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get [transferableSymbol](): object {
    return this.bytes.buffer
  }

  get [valueSymbol](): object {
    return this
  }
}

/**
 * Makes the JSON of one frame, as a string or as bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export default (task: FrameTask): FrameResult => {
  const result = encodeFrame(task)
  return result.bytes === undefined ? result : (move(new MovedResult(result.bytes)) as unknown as FrameResult)
}
