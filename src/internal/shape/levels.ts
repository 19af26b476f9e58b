/**
 * How entries that do not all fit share what there is: equally, but who needs less takes less, and places to keep take
 * theirs first.
 */
import { more, type Sizes } from "./need.ts"
import type { Node } from "./nodes.ts"
import type { Steps } from "./steps.ts"

const rounds = 4

/** An entry that will be shown. */
export interface Sharer {
  readonly position: number
  readonly node: Node
  /** What it takes besides its value. */
  readonly units: number
  /** What it gets in any case. */
  readonly least: number
  /** What it gets: its need, where it is whole. */
  part: number
  isWhole: boolean
}

/** Gives each its part of `room`, in which the least of all have room. Returns what is left over. */
export function* shareOut(sharers: ReadonlyArray<Sharer>, room: number, sizes: Sizes): Steps<number> {
  let rest = room
  let open = sharers
  const levelOf = () => Math.floor(rest / open.length)
  // Those first who get more than the others in any case.
  for (let before = -1; before !== open.length && open.length > 0;) {
    before = open.length
    const level = levelOf()
    for (const sharer of open) if (sharer.least > level) rest -= yield* give(sharer, sharer.least, sizes)
    open = open.filter(({ least }) => least <= level)
  }
  for (let round = 0; round < rounds && open.length > 0; round++) {
    const level = levelOf()
    for (const sharer of open) yield* give(sharer, level, sizes)
    const others = open.filter(({ isWhole }) => !isWhole)
    if (others.length === open.length) break
    for (const { isWhole, part } of open) if (isWhole) rest -= part
    open = others
  }
  const level = levelOf()
  for (const sharer of open) sharer.part = level
  return rest - (open.length === 0 ? 0 : level * open.length)
}

// Gives what it needs, or all of `part`.
function* give(sharer: Sharer, part: number, sizes: Sizes): Steps<number> {
  const need = yield* sizes.need(sharer.node, part)
  sharer.isWhole = need !== more
  sharer.part = sharer.isWhole ? need : part
  return sharer.part
}
