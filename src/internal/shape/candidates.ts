/**
 * Which entries of a container are shown where not all are: places to keep and what leads to them, then the first ones,
 * or with `arrays: "ends"` those of both ends.
 */
import type { ShownEntry } from "./cuts.ts"
import { entryAt, isWithin } from "./entries.ts"
import { tailShare } from "./limitItems.ts"
import type { Sharer } from "./levels.ts"
import { more, type Sizes } from "./need.ts"
import type { Container, Node } from "./nodes.ts"
import type { Steps } from "./steps.ts"

/** So much room is worth an entry of its own: less of each would say little. */
const roomPerItem = 256
const roomPerKey = 64
/** Further entries come from the front twice, then once from the back. */
const frontOfThree = 2

export class Candidates {
  private readonly container: Container
  private readonly sizes: Sizes
  private readonly hasTail: boolean
  private readonly taken = new Set<number>()
  /** The next entries to choose: from `front` on, and down from before `back`. */
  private front: number
  private back: number
  private turns = 0

  constructor(container: Container, sizes: Sizes) {
    this.container = container
    this.sizes = sizes
    this.hasTail = container.isArray && sizes.reader.settings.isArrayTailKept
    this.front = container.first
    this.back = container.length
  }

  /** So many are chosen besides those to keep. */
  most(room: number): number {
    return Math.max(this.hasTail ? 2 : 1, Math.floor(room / (this.container.isArray ? roomPerItem : roomPerKey)))
  }

  /** Chooses as many as can be shown in `room`, in order of their positions. */
  *choose(room: number): Steps<ReadonlyArray<Sharer>> {
    const sharers = this.kept(room)
    let rest = room - sharers.reduce((sum, { least, units }) => sum + units + least, 0)
    const count = this.most(room)
    const fromBack = this.hasTail ? tailShare(count) : 0
    for (let i = 0; i < count; i++) {
      const sharer = yield* this.take(i >= count - fromBack, rest)
      if (sharer === undefined) break
      rest -= sharer.units + sharer.least
      sharers.push(sharer)
    }
    return sharers.sort((a, b) => a.position - b.position)
  }

  /** One more entry, if it fits whole into `room`. */
  *further(room: number): Steps<Sharer | undefined> {
    const fromBack = this.hasTail && this.turns++ % (frontOfThree + 1) === frontOfThree
    const sharer = yield* this.take(fromBack, room, 1)
    if (sharer === undefined) return undefined
    const need = yield* this.sizes.need(sharer.node, room - sharer.units)
    if (need === more) return undefined
    sharer.part = need
    return sharer
  }

  /** Among shown entries: how many stand before those that are left out. */
  gapAmong(entries: ReadonlyArray<ShownEntry>): number {
    if (!this.hasTail) return entries.length
    const gap = Math.min(this.front, this.container.gapFrom)
    const at = entries.findIndex(({ position }) => position >= gap)
    return at < 0 ? entries.length : at
  }

  // Those to keep get what they take, if that is there for all of them; else they share like others.
  private kept(room: number): Array<Sharer> {
    const { container, sizes } = this
    const { mark } = sizes.layout
    const sharers = [...container.kept]
      // Those first that are certain: what only may lead to something has to leave them their room.
      .sort((a, b) => Number(b.must > 0) - Number(a.must > 0))
      .map(({ must, node, position }) =>
        sharerOf(position, node, sizes.entry(container, position, room), must > 0 ? Math.max(must, mark) : 0)
      )
    const isRoom = sharers.reduce((sum, { least, units }) => sum + (least === 0 ? 0 : units + least), 0) <= room
    let rest = room
    const shown = sharers.filter(({ least, position, units }) => {
      const takes = units + (isRoom ? Math.max(least, mark) : mark)
      if (takes > rest) return false
      rest -= takes
      this.taken.add(position)
      return true
    })
    return shown.map((sharer) => ({ ...sharer, least: isRoom ? Math.max(sharer.least, mark) : mark }))
  }

  // The next entry, from the front or from the back, if `least` of it has room.
  private *take(fromBack: boolean, room: number, least = this.sizes.layout.mark): Steps<Sharer | undefined> {
    const { container, sizes } = this
    for (;;) {
      const position = fromBack ? this.back - 1 : this.front
      if (position < this.front || position >= this.back) return undefined
      if (sizes.pace.isDue()) yield
      if (!isWithin(container, position, sizes.reader)) {
        if (fromBack) this.back = container.gapFrom
        else this.front = container.gapTo
        continue
      }
      const entry = this.taken.has(position) ? "taken" : entryAt(container, position, sizes.reader)
      const units = typeof entry === "string" ? 0 : sizes.entry(container, position, room)
      if (units + least > room && typeof entry !== "string") return undefined
      if (fromBack) this.back = position
      else this.front = position + 1
      if (typeof entry !== "string") return sharerOf(position, entry, units, least)
    }
  }
}

const sharerOf = (position: number, node: Node, units: number, least: number): Sharer => ({
  position,
  node,
  units,
  least,
  part: 0,
  isWhole: false
})
