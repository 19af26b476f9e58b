/**
 * The one table of values for parity: each is given to `JSON.stringify` and to every route and output of the library, alone
 * and inside padding, and the texts, errors and calls of user code have to be the same.
 */
import { binaryCases } from "./cases/binary.ts"
import { builtInCases } from "./cases/builtIns.ts"
import { deepCases } from "./cases/deep.ts"
import { effectCases } from "./cases/effectTypes.ts"
import { exoticCases } from "./cases/exotic.ts"
import { patchedCases } from "./cases/patched.ts"
import { pieceCases } from "./cases/pieces.ts"
import { plainCases } from "./cases/plain.ts"
import { realmCases } from "./cases/realms.ts"
import { replacerCases } from "./cases/replacers.ts"
import { spaceCases } from "./cases/spaces.ts"
import { toJSONCases } from "./cases/toJSON.ts"
import type { ParityCase } from "./parityCase.ts"

/** The table in parts: each has a test file of its own, `parity.<name>.test.ts`. */
export const caseGroups = {
  plain: [...plainCases, ...pieceCases, ...spaceCases],
  userCode: [...toJSONCases, ...replacerCases, ...patchedCases],
  objects: [...builtInCases, ...binaryCases, ...exoticCases, ...realmCases, ...effectCases],
  deep: deepCases
}

export const cases: ReadonlyArray<ParityCase> = Object.values(caseGroups).flat()

export type { ParityCase } from "./parityCase.ts"
