/**
 * Work of a shape in small steps, as generators: each `yield` is a place where the turn may end.
 *
 * What is deep is walked with an explicit stack, so that no more than a few generators wait for each other.
 */

export type Steps<A> = Generator<void, A>

/** Places of a value that are visited in one step. */
const placesPerStep = 64

/** Code units of one string that are read in one step. */
export const unitsPerStep = 16_384

/** Says when a step has visited enough places. One for all the work of a call. */
export class Pace {
  /** Places visited so far. */
  places = 0

  isDue(): boolean {
    return ++this.places % placesPerStep === 0
  }
}
