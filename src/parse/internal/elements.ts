/**
 * The elements of one array, for a reader that takes them while they are made.
 */
import { Runs } from "../../internal/value/runs.ts"
import { Container } from "./containers.ts"

/** An array whose elements are not kept. */
export class Elements extends Container {
  private ready = new Runs()

  constructor() {
    super(true)
  }

  get isEmpty(): boolean {
    return this.ready.isEmpty
  }

  /** What is there, which is forgotten here. */
  take(): Array<unknown> {
    const { ready } = this
    this.ready = new Runs()
    return ready.whole
  }

  protected override joinElements(piece: Array<unknown>): void {
    this.count += piece.length
    if (piece.length > 0) this.ready.add(piece)
  }
}
