import { testGenerated } from "../support/parity.ts"
import { subjects } from "../support/subjects.ts"

testGenerated(subjects.fallback, 3000)
