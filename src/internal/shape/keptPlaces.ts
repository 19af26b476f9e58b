/**
 * What it takes to show the places to keep: each whole, and of what leads to them no more than that.
 *
 * A `*` holds in entries that are shown, so the way to a place ends there. It is taken up again where such an entry is
 * shared.
 */
import { entryAt, isWithin } from "./entries.ts"
import type { Sizes } from "./need.ts"
import { Container, type KeptEntry, type Node } from "./nodes.ts"
import type { PlaceReader } from "./reader.ts"
import type { Pace, Steps } from "./steps.ts"

/**
 * Finds the entries of a container, and of those below it, that are places to keep or lead to one, and what they take.
 */
export function* findKept(root: Container, sizes: Sizes, cap: number): Steps<void> {
  if (root.keptIn === sizes.attempt) return
  const found: Array<Container> = []
  const ways: Array<Array<readonly [number, Node]>> = []
  add(root)
  for (let i = 0; i < found.length; i++) {
    const container = found[i]!
    for (const position of yield* keptPositions(container, sizes)) {
      const node = entryAt(container, position, sizes.reader)
      if (typeof node === "string") continue
      ways[i]!.push([position, node])
      if (node instanceof Container && !node.isKept) add(node)
    }
  }
  for (let i = found.length - 1; i >= 0; i--) yield* settle(found[i]!, ways[i]!, sizes, cap)

  function add(container: Container): void {
    found.push(container)
    ways.push([])
  }
}

/** Positions of entries that are named by a place, in order. */
function* keptPositions(container: Container, { pace, reader }: Sizes): Steps<ReadonlyArray<number>> {
  const positions = new Set<number>()
  for (const { next, place } of container.keeps) {
    const segment = place[next]!
    const position = segment === null ? -1 : container.positionOf(segment)
    if (pace.isDue()) yield
    if (position < 0) continue
    if (!container.isArray && container.count > reader.settings.maxKeys)
      yield* countUpTo(container, position, reader, pace)
    if (isWithin(container, position, reader)) positions.add(position)
  }
  return [...positions].sort((a, b) => a - b)
}

// With `maxKeys`, the entries before are looked at.
function* countUpTo(container: Container, position: number, reader: PlaceReader, pace: Pace): Steps<void> {
  for (let at = container.first + container.passed; at < position; at++) {
    if (!isWithin(container, at, reader)) break
    if (pace.isDue()) yield
  }
}

function* settle(
  container: Container,
  ways: ReadonlyArray<readonly [number, Node]>,
  sizes: Sizes,
  cap: number
): Steps<void> {
  const kept: Array<KeptEntry> = []
  let size = 0
  for (const [position, node] of ways) {
    const must = yield* takes(node, sizes, cap)
    if (must === undefined) continue
    kept.push({ position, node, must })
    if (must > 0) size += sizes.entry(container, position, cap) + Math.max(must, sizes.layout.mark)
  }
  container.keptIn = sizes.attempt
  container.kept = kept
  container.must = 0
  if (size === 0) return
  const least = sizes.layout.frameUnits(container.depth) + sizes.marker(container, container.count) + size
  container.must = Math.min(least, yield* sizes.need(container, Math.min(least, cap)))
}

// Undefined where it is no place to keep, and leads to none.
function* takes(node: Node, sizes: Sizes, cap: number): Steps<number | undefined> {
  if (node.isKept) return yield* sizes.need(node, cap)
  if (!(node instanceof Container)) return undefined
  if (node.kept.length > 0 || node.keeps.some(({ next, place }) => place[next] === null)) return node.must
  return undefined
}
