/**
 * The kinds of containers of a text, as the plan enters them.
 */

/** What kind of container is open. Small integers: compared at every step. */
export const Shape = {
  /** The holder of the root value: no text of its own. */
  root: 0,
  array: 1,
  object: 2,
  /** A long string, cut into pieces. */
  string: 3,
  /** A typed array that is printed as an array of numbers. */
  elements: 4,
  /** A typed array that is printed as an object with an entry for each index. */
  indexed: 5,
  /** A text that is JSON already, in pieces. */
  literal: 6
} as const

export type Shape = (typeof Shape)[keyof typeof Shape]
