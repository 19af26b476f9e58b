/**
 * Shows something of everything within a limit: what of each place is shown, from the outermost container inwards.
 */
import { Candidates } from "./candidates.ts"
import type { Cut, Shown, ShownEntry, SomeEntries } from "./cuts.ts"
import { cutText } from "./cutText.ts"
import { leftOut } from "./entries.ts"
import { findKept } from "./keptPlaces.ts"
import { type Sharer, shareOut } from "./levels.ts"
import { more, type Sizes } from "./need.ts"
import { Container, Leaf, type Node } from "./nodes.ts"
import type { Steps } from "./steps.ts"

/** What is shown of a place that takes more than `limit`. There has to be room for its mark. */
export function* share(root: Node, limit: number, sizes: Sizes): Steps<Shown> {
  sizes.attempt++
  if (!(root instanceof Container)) return (yield* cutLeaf(root, limit, sizes)).shown
  const first = yield* begin(root, limit, limit, sizes)
  if (first === undefined) return "collapsed"
  const stack = [first]
  for (;;) {
    const sharing = stack[stack.length - 1]!
    const sharer = sharing.next()
    if (sharer === undefined) {
      const { shown, size } = yield* sharing.end(sizes)
      stack.pop()
      if (stack.length === 0) return shown
      stack[stack.length - 1]!.place(shown, size)
      continue
    }
    const { node } = sharer
    const part = sharer.part + sharing.spare
    const need = sharer.isWhole ? sharer.part : yield* sizes.need(node, part)
    if (need !== more) sharing.place("whole", need)
    else if (node instanceof Container) {
      const inner = yield* begin(node, part, limit, sizes)
      if (inner === undefined) sharing.place("collapsed", sizes.layout.mark)
      else stack.push(inner)
    } else {
      const { shown, size } = yield* cutLeaf(node, part, sizes)
      sharing.place(shown, size)
    }
  }
}

function* cutLeaf(node: Exclude<Node, Container>, room: number, sizes: Sizes): Steps<Cut> {
  const cut = node instanceof Leaf ? undefined : yield* cutText(node, room, sizes.layout, sizes.reader.settings)
  return cut ?? { shown: "collapsed", size: sizes.layout.mark }
}

/** Chooses entries of a container and gives each its part. Undefined where not even brackets and marker have room. */
function* begin(container: Container, room: number, limit: number, sizes: Sizes): Steps<Sharing | undefined> {
  yield* findKept(container, sizes, limit)
  const rest = room - sizes.layout.frameUnits(container.depth)
  // Where every entry is shown there is no marker. Deep values have many containers of few entries.
  return (
    (yield* divide(container, rest, 0, sizes)) ??
    (yield* divide(container, rest, sizes.marker(container, container.count), sizes))
  )
}

function* divide(container: Container, room: number, marker: number, sizes: Sizes): Steps<Sharing | undefined> {
  const rest = room - marker
  if (rest < 0) return undefined
  const candidates = new Candidates(container, sizes)
  const needsMarker = sizes.reader.settings.markers && marker === 0
  if (needsMarker && container.count > candidates.most(rest)) return undefined
  const sharers = yield* candidates.choose(rest)
  if (needsMarker && leftOut(container, sharers.length) > 0) return undefined
  const besides = sharers.reduce((sum, { units }) => sum + units, 0)
  const spare = yield* shareOut(sharers, rest - besides, sizes)
  return new Sharing(container, candidates, sharers, spare)
}

/** A container whose entries are being shown. */
class Sharing {
  /** What nobody has taken so far. */
  spare: number
  private readonly container: Container
  private readonly candidates: Candidates
  private readonly sharers: ReadonlyArray<Sharer>
  private readonly entries: Array<ShownEntry> = []
  private size = 0
  private index = 0

  constructor(container: Container, candidates: Candidates, sharers: ReadonlyArray<Sharer>, spare: number) {
    this.container = container
    this.candidates = candidates
    this.sharers = sharers
    this.spare = spare
  }

  /** The entry whose turn it is. */
  next(): Sharer | undefined {
    return this.sharers[this.index]
  }

  /** Says what is shown of that entry, and what it takes. */
  place(shown: Shown, size: number): void {
    const { node, part, position, units } = this.sharers[this.index++]!
    this.spare += part - size
    this.entries.push({ position, node, shown })
    this.size += units + size
  }

  *end(sizes: Sizes): Steps<Cut> {
    const { candidates, container, entries } = this
    for (;;) {
      const further = yield* candidates.further(this.spare)
      if (further === undefined) break
      entries.push({ position: further.position, node: further.node, shown: "whole" })
      this.spare -= further.units + further.part
      this.size += further.units + further.part
    }
    entries.sort((a, b) => a.position - b.position)
    const left = leftOut(container, entries.length)
    const size = sizes.sum(container, entries.length, left, this.size)
    if (entries.length === 0 && !sizes.reader.settings.markers) return { shown: "collapsed", size }
    const shown: SomeEntries = { container, entries, leftOut: left, markerAt: candidates.gapAmong(entries) }
    return { shown, size }
  }
}
