/** What is checked on a runtime, and what was found wrong. */
export interface Checked {
  readonly checked: number
  readonly failures: ReadonlyArray<string>
}

export class Checklist implements Checked {
  checked = 0
  readonly failures: Array<string> = []

  readonly check = (name: string, isRight: boolean): void => {
    this.checked++
    if (!isRight) this.failures.push(name)
  }
}
