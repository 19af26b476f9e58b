/**
 * Runs before each test file: in CI, generated values are the same in every run, so that a change is judged by what it
 * changes. Elsewhere they differ, and what they find becomes a case for good.
 */
import * as fc from "fast-check"

if (process.env["CI"] !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_127 })
