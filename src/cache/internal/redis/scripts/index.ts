/**
 * The scripts of the store, each with what it needs.
 */
import { makeScript, type Script } from "../script.ts"
import { begin } from "./begin.ts"
import { commit } from "./commit.ts"
import { allowFull, invalidate } from "./invalidate.ts"
import { abandon, renew } from "./lease.ts"
import { position } from "./position.ts"
import { entries, invalidations, leases, prelude } from "./prelude.ts"
import { validate } from "./validate.ts"

export interface StoreScripts {
  readonly begin: Script
  readonly renew: Script
  readonly abandon: Script
  readonly commit: Script
  readonly validate: Script
  readonly invalidate: Script
  readonly position: Script
}

/** The scripts, with or without the comparison of generations: what happens without it, a test has to show. */
export const storeScripts = (isFenced: boolean): StoreScripts => {
  const common = prelude(isFenced)
  return {
    begin: makeScript(common, entries, leases, begin),
    renew: makeScript(common, leases, renew),
    abandon: makeScript(common, leases, abandon),
    commit: makeScript(common, entries, leases, invalidations, commit),
    validate: makeScript(common, validate),
    invalidate: makeScript(allowFull, common, entries, leases, invalidations, invalidate),
    position: makeScript(allowFull, common, position)
  }
}
