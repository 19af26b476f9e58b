/**
 * Does `parse` give on this runtime what its own `JSON.parse` gives: texts that are hard in one way each, with both scanners (the one in
 * JavaScript is for runtimes without WebAssembly), in windows from 16 units up, as a string, bytes and parts of bytes.
 */
import { difference, native } from "../../test/parse/support/native.ts"
import { hazards } from "../../test/parse/support/hazards.ts"
import { bytesOf, type Given, partsOf, run, settings } from "../../test/parse/support/run.ts"

/** Gives what is not as it should be, and how much was looked at. */
export const parseConformance = (): { readonly checked: number; readonly failures: ReadonlyArray<string> } => {
  const failures: Array<string> = []
  let checked = 0
  for (const [hazard, texts] of Object.entries(hazards)) {
    for (const text of texts) {
      for (const setting of settings) {
        const bytes = bytesOf(text)
        for (const [form, given] of Object.entries({ string: text, bytes, parts: partsOf(bytes, 7) })) {
          checked++
          const found = failureOf(given, setting, form === "string" ? text : new TextDecoder().decode(bytes))
          if (found !== undefined) failures.push(`${hazard}, ${setting.name}, ${form}: ${found}: ${text.slice(0, 60)}`)
        }
      }
    }
  }
  return { checked, failures }
}

const failureOf = (given: Given, setting: (typeof settings)[number], text: string): string | undefined => {
  const outcome = run(given, setting)
  const expected = native(text)
  if ("error" in outcome) {
    if ("value" in expected) return outcome.error.message
    return outcome.error.reason._tag === "InvalidJson" ? undefined : outcome.error.reason._tag
  }
  return "value" in expected ? difference(outcome.value, expected.value) : "no error"
}
