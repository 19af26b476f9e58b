/** The beginnings of the real sets, as one flat text each. */
import { realTexts } from "../../test/tokens/texts.ts"

export const setNames: ReadonlyArray<string> = realTexts.map(([name]) => name)

export const realText = (name: string, length: number): string => {
  const found = realTexts.find(([known]) => known === name)
  if (found === undefined) throw new Error(`No set "${name}"`)
  return Buffer.from(found[1]().slice(0, length)).toString()
}
