/** What the demo's processes tell each other. */

/** What a number of callers got: how many each version, how many from where, and the longest wait in milliseconds. */
export interface Answers {
  readonly versions: Readonly<Record<number, number>>
  readonly sources: Readonly<Record<string, number>>
  readonly slowest: number
}

export type ToParent =
  | { readonly _tag: "Ready" }
  /** A computation asks the source. */
  | { readonly _tag: "Read"; readonly id: number; readonly key: string }
  | { readonly _tag: "Answers"; readonly ask: number; readonly answers: Answers }
  | { readonly _tag: "Done"; readonly ask: number; readonly status: string }

export type ToPeer =
  | { readonly _tag: "Version"; readonly id: number; readonly version: number }
  | {
      readonly _tag: "Load"
      readonly ask: number
      readonly key: string
      readonly callers: number
      readonly pause: number
    }
  | { readonly _tag: "Invalidate"; readonly ask: number; readonly key: string }
  | { readonly _tag: "State"; readonly ask: number }
  | { readonly _tag: "End" }
