/**
 * Whether V8 keeps a text with one byte for each character, which some things are faster with.
 */
import * as v8 from "node:v8"

// Deno does not have it, and could not load a module that imports it by name. In workerd it says that it is not
// implemented.
const { isStringOneByteRepresentation: native } = v8 as Partial<typeof v8>

const works = (): boolean => {
  try {
    native!("")
    return true
  } catch {
    return false
  }
}

export const isOneByteText: (text: string) => boolean = works() ? native! : () => false
