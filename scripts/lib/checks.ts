/**
 * Counts the checks of a script, prints one line for each, and closes with "name: 3 passed, 1 failed".
 */
export class Checks {
  private readonly name: string
  private passed = 0
  private failed = 0

  constructor(name: string) {
    this.name = name
  }

  pass(what: string): void {
    this.passed++
    console.log(`  ok    ${what}`)
  }

  fail(what: string, details: string): void {
    this.failed++
    console.log(`  FAIL  ${what}\n${details.trimEnd().replace(/^/gm, "        ")}`)
  }

  /** Runs one check; what it throws is its failure. Tells whether it passed. */
  async check(what: string, body: () => void | Promise<void>): Promise<boolean> {
    try {
      await body()
      this.pass(what)
      return true
    } catch (error) {
      this.fail(what, error instanceof Error ? error.message : String(error))
      return false
    }
  }

  /** Prints the closing line and sets the exit code; a run that checked nothing has failed. */
  close(): void {
    if (this.passed + this.failed === 0) this.fail(this.name, "nothing was found to check")
    console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed`)
    if (this.failed > 0) process.exitCode = 1
  }
}

/** Does `body` for every item, at most `width` at a time, in order of start. */
export const forEach = async <A>(
  items: ReadonlyArray<A>,
  width: number,
  body: (item: A) => Promise<void>
): Promise<void> => {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await body(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
