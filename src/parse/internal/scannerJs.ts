/**
 * The scanner's functions in JavaScript, for where there is no WebAssembly. They answer as the module does.
 */
import type { Kernel, Views } from "./kernel.ts"
import { seekLevels, windowStart } from "./scanMemory.ts"

type Units = Uint8Array | Uint16Array

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a

const isOpen = (unit: number): boolean => unit === 0x5b || unit === 0x7b
const isClose = (unit: number): boolean => unit === 0x5d || unit === 0x7d

/** The index behind a string's closing quote, when its content begins at `at`; -1 if it does not end. */
const skipText = (units: Units, from: number, to: number): number => {
  for (let at = from; at < to; at++) {
    const unit = units[at]!
    if (unit === quote) return at + 1
    if (unit === backslash) at++
  }
  return -1
}

/** Looks for the last comma of each level. */
const scan = (views: Views, units: Units, from: number, to: number, limit: number): number => {
  const { commas, opens, result } = views
  let depth = 0
  let last = -1
  let string = -1
  let reason = 0
  let at = from
  let all = 0
  let least = 0xff
  scanning: for (; at < to; at++) {
    const unit = units[at]!
    if (unit === quote) {
      const end = skipText(units, at + 1, to)
      if (end < 0) {
        string = at
        at = to
        break
      }
      at = end - 1
    } else if (unit === comma) {
      last = at
    } else if (isOpen(unit)) {
      if (depth >= limit) {
        reason = 1
        break scanning
      }
      commas[depth++] = last
      opens[depth] = at
      last = -1
    } else if (isClose(unit)) {
      if (depth === 0) {
        depth = -1
        break scanning
      }
      last = commas[--depth]!
    }
  }
  const stop = Math.min(at, to)
  for (let i = from; i < stop; i++) {
    all |= units[i]!
    if (units[i]! < least) least = units[i]!
  }
  if (depth >= 0) commas[depth] = last
  result[0] = depth
  result[1] = reason
  result[2] = string
  result[3] = all > 0x7f ? 1 : 0
  result[4] = least < 0x20 ? 1 : 0
  return stop
}

/** Skips: stops at the `count`th comma of the own level, or at the bracket that closes it. Goes on where it was. */
const seek = (
  views: Views,
  units: Units,
  from: number,
  to: number,
  limit: number,
  wanted: number,
  level: number,
  inside: number,
  odd: number
): number => {
  const { kinds, result } = views
  let count = wanted
  let depth = level
  let isInside = inside === 1
  let isEscaped = odd === 1
  let reason = 0
  let all = 0
  let least = 0xff
  let at = from
  for (; at < to; at++) {
    const unit = units[at]!
    all |= unit
    if (unit < least) least = unit
    // As the module does, escapes count wherever they stand: what is no JSON is found out later.
    if (isEscaped) {
      isEscaped = false
      if (unit === quote || isInside) continue
    } else if (unit === backslash) {
      isEscaped = true
      continue
    }
    if (unit === quote) isInside = !isInside
    else if (isInside) continue
    else if (unit === comma) {
      if (depth === 0 && --count === 0) {
        reason = 3
        break
      }
    } else if (isOpen(unit)) {
      if (depth >= limit) {
        reason = 1
        break
      }
      if (depth < seekLevels) kinds[depth] = unit === 0x7b ? 1 : 0
      depth++
    } else if (isClose(unit)) {
      if (--depth < 0) break
      if (depth < seekLevels && kinds[depth] !== (unit === 0x7d ? 1 : 0)) {
        reason = 2
        break
      }
    }
  }
  result[0] = depth
  result[1] = reason
  result[2] = isInside ? 1 : 0
  result[3] = all > 0x7f ? 1 : 0
  result[4] = least < 0x20 ? 1 : 0
  result[5] = isEscaped ? 1 : 0
  result[6] = count
  return at
}

/** Copies entries to `out` with commas for the colons of their own level; how many delimiters, or -1. */
const entries = (units: Units, target: Units, from: number, to: number): number => {
  target.set(units.subarray(from, to))
  let depth = 0
  let count = 0
  for (let at = from; at < to; at++) {
    const unit = units[at]!
    if (unit === quote) {
      const end = skipText(units, at + 1, to)
      if (end < 0) return count
      at = end - 1
    } else if (isOpen(unit)) depth++
    else if (isClose(unit)) depth--
    else if (depth === 0 && (unit === colon || unit === comma)) {
      if ((unit === colon) === (count % 2 === 1)) return -1
      target[at - from] = comma
      count++
    }
  }
  return count
}

/** The end of a string that is open at `from`: its quote, or `to`. Tells what else is in it. */
const text = (views: Views, units: Units, from: number, to: number): number => {
  const { result } = views
  let isPlain = 1
  let all = 0
  let at = from
  for (; at < to; at++) {
    const unit = units[at]!
    if (unit === quote) break
    all |= unit
    if (unit < 0x20) isPlain = 0
    else if (unit === backslash) {
      isPlain = 0
      at++
    }
  }
  result[0] = at < to ? 1 : 0
  result[1] = isPlain
  result[3] = all > 0x7f ? 1 : 0
  return Math.min(at, to)
}

/** Line ends as V8 counts them; where the last one is, or -1. `after` is 1 when a carriage return stands before. */
const lines = (views: Views, units: Units, from: number, to: number, after: number): number => {
  let count = 0
  let last = -1
  let isAfter = after === 1
  for (let at = from; at < to; at++) {
    const unit = units[at]!
    if (unit === 13 || unit === 10) {
      if (unit === 13 || !isAfter) count++
      last = at
    }
    isAfter = unit === 13
  }
  views.result[0] = last
  return count
}

/** Code units that UTF-8 gives: one a character, two where it takes four bytes. */
const codeUnits = ({ units8 }: Views, from: number, to: number): number => {
  let count = 0
  for (let at = from; at < to; at++) {
    const byte = units8[at]!
    if ((byte & 0xc0) !== 0x80) count += byte < 0xf0 ? 1 : 2
  }
  return count
}

const target8 = ({ buffer }: Views, out: number): Uint8Array => new Uint8Array(buffer.buffer, out)
const target16 = ({ buffer }: Views, out: number): Uint16Array => new Uint16Array(buffer.buffer, out)

export const makeKernel = (views: Views): Kernel => ({
  scan8: (from, to, limit) => scan(views, views.units8, from, to, limit),
  scan16: (from, to, limit) => scan(views, views.units16, from, to, limit),
  seek8: (...args) => seek(views, views.units8, ...args),
  seek16: (...args) => seek(views, views.units16, ...args),
  entries8: (from, to, out) => entries(views.units8, target8(views, out), from, to),
  entries16: (from, to, out) => entries(views.units16, target16(views, out), from, to),
  text8: (from, to) => text(views, views.units8, from, to),
  text16: (from, to) => text(views, views.units16, from, to),
  lines8: (from, to, after) => lines(views, views.units8, from, to, after),
  lines16: (from, to, after) => lines(views, views.units16, from, to, after),
  codeUnits: (from, to) => codeUnits(views, from, to),
  widen: (from, to, out) => target16(views, out).set(views.buffer.subarray(windowStart + from, windowStart + to))
})
