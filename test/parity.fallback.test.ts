import { testTable } from "./support/parity.ts"
import { subjects } from "./support/subjects.ts"

testTable(subjects.fallback, (testCase) => testCase.isHeavy !== true)
