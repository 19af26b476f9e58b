/**
 * The elements of one array, for a reader that takes them while they are made.
 */
import { Container } from "./containers.ts"

/** An array whose elements are not kept. */
export class Elements extends Container {
  private ready: Array<unknown> = []

  constructor() {
    super(true)
  }

  get isEmpty(): boolean {
    return this.ready.length === 0
  }

  /** What is there, which is forgotten here. */
  take(): Array<unknown> {
    const { ready } = this
    this.ready = []
    return ready
  }

  protected override joinElements(piece: Array<unknown>): void {
    this.count += piece.length
    this.append(piece)
  }

  private append(elements: Array<unknown>): void {
    if (this.ready.length === 0) this.ready = elements
    else this.ready = this.ready.concat(elements)
  }
}
