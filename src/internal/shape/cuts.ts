/**
 * What is shown of places that do not fit.
 */
import type { Container, Ends, Node } from "./nodes.ts"

/** An entry that is shown, and how. */
export interface ShownEntry {
  readonly position: number
  readonly node: Node
  readonly shown: Shown
}

/** Some entries of a container, in order, and behind how many of them the marker stands. */
export interface SomeEntries {
  readonly container: Container
  readonly entries: ReadonlyArray<ShownEntry>
  readonly leftOut: number
  readonly markerAt: number
}

/** All of a place, as the limits that always hold leave it; only that it is there; ends of a string; some entries. */
export type Shown = "whole" | "collapsed" | Ends | SomeEntries

/** The same with what it takes. */
export interface Cut {
  readonly shown: Shown
  readonly size: number
}
