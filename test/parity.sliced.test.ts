import { testTable } from "./support/parity.ts"
import { subjects } from "./support/subjects.ts"

testTable(subjects.sliced, (testCase) => testCase.isHeavy !== true)
