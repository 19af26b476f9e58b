/** A part of the benchmark: one table. */
export interface Part {
  readonly title: string
  readonly head: ReadonlyArray<string>
  rows(rounds: number): Promise<ReadonlyArray<ReadonlyArray<string>>>
}
