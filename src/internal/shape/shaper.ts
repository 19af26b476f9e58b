/**
 * A value within a limit: what always holds first; then what is to be dropped goes, one pattern after the other, until
 * it fits; then everything shares what there is.
 */
import { invalidOptions, sizeLimitExceeded, unsupportedValue } from "../errors/serializationErrors.ts"
import type { Arguments } from "../options/stringifyArguments.ts"
import { describeValue } from "../value/describeValue.ts"
import { cutByLength } from "./cutByLength.ts"
import type { Shown } from "./cuts.ts"
import { limitItems } from "./limitItems.ts"
import { Layout, type Meter } from "./layout.ts"
import { more, Sizes } from "./need.ts"
import { Container, type Node, TextLeaf } from "./nodes.ts"
import { Failed, PlaceReader } from "./reader.ts"
import { Report } from "./report.ts"
import type { ShapeSettings } from "./settings.ts"
import { Pace, type Steps } from "./steps.ts"
import { share } from "./share.ts"
import { Writer } from "./write.ts"

export class Shaper {
  /** What was left out of the text that was written last. */
  report: Report | undefined = undefined
  /** Counts the places that were visited. */
  readonly pace = new Pace()
  private readonly value: unknown
  private readonly args: Arguments
  private readonly reader: PlaceReader
  private sizes: Sizes
  private epochs = 0
  private root: Node | undefined = undefined

  constructor(value: unknown, settings: ShapeSettings, args: Arguments, meter: Meter) {
    this.value = value
    this.args = args
    this.reader = new PlaceReader(settings, args)
    this.sizes = this.sizesIn(meter)
  }

  /** Finds what is to be shown. To be done first. */
  *find(): Steps<void> {
    const { at, from } = this.reader.settings
    const holder = this.reader.hold(this.value)
    let node = this.reader.entry(holder, 0)
    if (node === null) throw new Failed(unsupportedValue("", this.reader.textless))
    for (const segment of at) {
      node = this.below(node, segment)
      if (node === null) throw new Failed(invalidOptions(nothingAt(at, segment)))
      if (this.pace.isDue()) yield
    }
    this.begin(node, from)
    this.root = node
  }

  /** Number of patterns of `drop`. */
  get patterns(): number {
    return this.reader.settings.drop.length
  }

  /** Lets so many patterns of `drop` hold. */
  drop(patterns: number): void {
    if (this.reader.dropping === patterns) return
    this.reader.dropping = patterns
    this.sizes = this.sizesIn(this.sizes.layout.meter)
  }

  /** Counts in other units from now on. */
  measureIn(meter: Meter): void {
    this.sizes = this.sizesIn(meter)
  }

  /** Whether all of it fits, but for what the limits that always hold leave out, and what is dropped. */
  *fits(limit: number): Steps<boolean> {
    return (yield* this.sizes.need(this.root!, limit)) !== more
  }

  /** What is shown within a limit, where not all fits; undefined where there is no room for anything. */
  *share(limit: number): Steps<Shown | undefined> {
    if (limit < this.sizes.layout.mark) return undefined
    return (yield* this.fits(limit)) ? "whole" : yield* share(this.root!, limit, this.sizes)
  }

  /** Writes; the text is to be taken from the writer. */
  writer(shown: Shown): { readonly steps: Steps<void>; take(): string } {
    const report = new Report(this.root!)
    const writer = new Writer(this.sizes, report)
    this.report = report
    return { steps: writer.write(this.root!, shown), take: () => writer.take() }
  }

  /** The stages for a limit in the units of the meter. */
  *within(limit: number): Steps<Shown> {
    if (limit === Infinity) return "whole"
    for (let patterns = 0; patterns <= this.patterns; patterns++) {
      this.drop(patterns)
      if (yield* this.fits(limit)) return "whole"
    }
    const shown = yield* this.share(limit)
    if (shown === undefined) throw new Failed(sizeLimitExceeded(limit, this.sizes.layout.meter.unit))
    return shown
  }

  private below(node: Node | null, segment: string): Node | null {
    if (!(node instanceof Container)) return null
    const position = node.positionOf(segment)
    return position < 0 ? null : this.reader.entry(node, position)
  }

  // Where the page begins.
  private begin(root: Node, from: number): void {
    const { settings } = this.reader
    const length = root instanceof Container ? root.length : root instanceof TextLeaf ? root.text.length : 0
    if (from > length) {
      throw new Failed(
        invalidOptions(
          `Expected \`from\` to be at most ${length}, the length of what \`at\` points to, but it is ${from}`
        )
      )
    }
    if (from === 0) return
    if (root instanceof TextLeaf) {
      root.first = from
      cutByLength(root, settings)
    } else if (root instanceof Container) {
      root.first = from
      limitItems(root, settings)
    }
  }

  private sizesIn(meter: Meter): Sizes {
    return new Sizes(new Layout(this.args.gap, meter), this.reader, this.pace, this.epochs++)
  }
}

const nothingAt = (at: ReadonlyArray<string>, segment: string): string =>
  `Expected \`at\` to point to a place of the value, but nothing is at ${describeValue(segment)} of ${describeValue(at.join("/"))}`
