/**
 * Who blocked the event loop: calls by the label that the caller gave them.
 *
 * Labels become attributes of metrics, and each is kept for good. So there is a bound: labels that come after the first
 * hundred are counted together, as `other`. Routes of a server fit, paths with numbers in them do not.
 */

export const maxLabels = 100
export const otherLabel = "other"

/** Times in milliseconds. */
export interface LabelTally {
  calls: number
  held: number
  longestHeld: number
}

export class Labels<A> {
  readonly byLabel = new Map<string, A>()
  /** Called once for every label. */
  onNew: ((label: string, tally: A) => void) | undefined = undefined
  private readonly make: () => A

  constructor(make: () => A) {
    this.make = make
  }

  of(label: string): A {
    const known = this.byLabel.get(label)
    if (known !== undefined) return known
    if (this.byLabel.size >= maxLabels && label !== otherLabel) return this.of(otherLabel)
    const tally = this.make()
    this.byLabel.set(label, tally)
    this.onNew?.(label, tally)
    return tally
  }
}
