/** What everybody writes first: the whole value comes in by structured clone, the whole text goes back. */
import { move } from "piscina"

const encoder = new TextEncoder()

export default (task: {
  readonly value: unknown
  readonly space?: string | number
  /** A function cannot be cloned; a list of names can. */
  readonly replacer?: Array<string>
  readonly bytes: boolean
}) => {
  const text = JSON.stringify(task.value, task.replacer, task.space)
  // `move` transfers the buffer: the naive way at its best.
  return task.bytes ? move(encoder.encode(text)) : text
}
