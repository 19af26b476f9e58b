/**
 * Starts a thread beside the work, while the calling thread does the frames because no thread is ready.
 */
import type { FrameTask } from "../frame/frame.ts"
import type { Breaker } from "../pool/circuitBreaker.ts"
import type { Port } from "../pool/poolClient.ts"
import { isSendable } from "../routing/cloneable.ts"
import type { Router, Sample } from "../routing/router.ts"
import type { OutputKind } from "../output/output.ts"

/** To be called after a frame that the calling thread has done. Waits for nothing. */
export const startThread = (
  port: Port,
  router: Router | undefined,
  breaker: Breaker,
  frame: Sample & { readonly task: Pick<FrameTask, "kinds" | "values" | "list"> },
  output: OutputKind
): void => {
  if (router === undefined || port.threads() > 0 || !router.wantsThread(frame, output)) return
  // Frames like this one may be of a kind that never leaves, and an open circuit breaker keeps calls away from the
  // pool.
  if (breaker.state !== "open" && isSendable(frame.task)) port.start()
}
