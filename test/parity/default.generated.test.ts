import { testGenerated } from "../support/parity.ts"
import { subjects } from "../support/subjects.ts"

testGenerated(subjects.default, 3000)
