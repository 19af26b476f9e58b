/**
 * The worker file for frames, and the first task, which shows that a thread has loaded it.
 */
import type { FrameResult, FrameTask } from "../frame/frame.ts"
import type { WorkerFile } from "./workerFile.ts"

const task: FrameTask = {
  leads: ["["],
  values: [{ ready: true }],
  kinds: [0],
  depths: [],
  tail: "]",
  list: null,
  gap: "",
  output: "string"
}

/** `url` is where the worker file is. */
export const frameWorker = (url: () => string): WorkerFile => ({
  url,
  module: "effect-serialization/worker",
  warmUp: {
    handler: "default",
    task,
    isAnswer: (answer) => (answer as FrameResult | undefined)?.text === '[{"ready":true}]'
  }
})
