import { testTable } from "./support/parity.ts"
import { subjects } from "./support/subjects.ts"

testTable(subjects.worker, (testCase) => testCase.isHeavy !== true)
