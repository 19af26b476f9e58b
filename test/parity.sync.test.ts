import { testTable } from "./support/parity.ts"
import { subjects } from "./support/subjects.ts"

testTable(subjects.sync, (testCase) => testCase.isHeavy !== true)
