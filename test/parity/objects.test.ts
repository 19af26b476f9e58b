import { testTable } from "../support/parity.ts"

testTable("objects")
