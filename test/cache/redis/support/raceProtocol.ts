/**
 * What the processes of a race and their parent tell each other.
 *
 * The source is with the parent: a version for each leaf. Keys are built from keys, three deep, and each text tells the
 * versions that it was built from.
 */

export type Versions = Readonly<Record<string, number>>

export const leaves = ["l0", "l1", "l2"] as const
export type Leaf = (typeof leaves)[number]

/** What the keys that are no leaves are built from. */
export const parts: Readonly<Record<string, ReadonlyArray<string>>> = { mid: ["l0", "l1"], top: ["mid", "l2"] }

export const keys: ReadonlyArray<string> = [...leaves, "mid", "top"]

/** Where the processes find their Redis. */
export type Place =
  | { readonly _tag: "Server"; readonly url: string }
  | { readonly _tag: "Sentinel"; readonly name: string; readonly ports: ReadonlyArray<number> }
  | { readonly _tag: "Cluster"; readonly urls: ReadonlyArray<string> }

/** A process of a race. Times in milliseconds. */
export interface ProcessOptions {
  readonly place: Place
  /** Without memory every answer comes from Redis. */
  readonly hasMemory: boolean
  readonly isFenced: boolean
  readonly whenDetached: "serve" | "bypass"
  readonly verifyWithin: number
  /** How far its wall clock goes ahead of the others'. */
  readonly clockShift: number
}

export type Command =
  | {
      readonly _tag: "Get"
      readonly id: number
      readonly key: string
      readonly isStrong: boolean
      /** It computes nothing. */
      readonly isFind: boolean
      /** Who asked goes away after so many milliseconds. */
      readonly stopAfter: number | undefined
    }
  | {
      readonly _tag: "Write"
      readonly id: number
      readonly leaf: Leaf
      readonly by: "key" | "tag" | "all" | "set"
      readonly version: number
    }
  /** The version that a computation has asked for. */
  | { readonly _tag: "Source"; readonly id: number; readonly version: number }

export type Report =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Source"; readonly id: number; readonly leaf: Leaf }
  | {
      readonly _tag: "Got"
      readonly id: number
      /** Of what was served; nothing if there was nothing, or if who asked had gone. */
      readonly versions?: Versions
      readonly source?: string
      readonly failure?: string
    }
  | { readonly _tag: "Wrote"; readonly id: number; readonly isDone: boolean; readonly failure?: string }
