/**
 * A call that goes on, as whoever waits for it sees it.
 */
import type { SerializationPath } from "../options/callOptions.ts"

export interface RunningCall {
  /** How it goes, so far. */
  readonly path: SerializationPath
  /** Stops at once; nobody is called back. */
  cancel(): void
  /** Goes on, if it waits for a reader. */
  wake(): void
}
