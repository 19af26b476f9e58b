/**
 * Which calls take part in a rollout.
 *
 * A key always falls on the same point between 0 and 1, and takes part while the share is above that point. So raising
 * the share only adds keys, and lowering it only takes some away: a user who was in at 10 % is in at 50 %, too.
 */

export class Rollout {
  private readonly share: () => number

  constructor(share: () => number) {
    this.share = share
  }

  /** The share now, whatever was written to the reference: NaN is nobody. */
  get current(): number {
    const share = this.share()
    return share >= 1 ? 1 : share > 0 ? share : 0
  }

  takes(key: string | undefined): boolean {
    const { current } = this
    if (current === 1) return true
    if (current === 0) return false
    return (key === undefined ? Math.random() : pointOf(key)) < current
  }
}

// FNV-1a over the code units, then the finalizer of MurmurHash3: without it, keys that differ in their last digit fall
// close to each other.
export const pointOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}
