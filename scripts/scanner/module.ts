/**
 * The text of the scanner's WebAssembly module: where JSON can be cut, 64 units at a time.
 *
 * `src/parse/internal/scannerJs.ts` has the same functions in JavaScript, and tells what each does. Functions come in two
 * forms, for text of one byte a unit and of two; the latter is narrowed with saturation, which turns no other character
 * into one that the grammar knows.
 */
import { commaTable, kindTable, openTable, seekLevels, windowStart } from "../../src/parse/internal/scanMemory.ts"

type Width = 8 | 16

const code = (char: string): number => char.charCodeAt(0)

/** Reads 64 units at `$at` into `$v0` to `$v3`. */
const load = (width: Width): string =>
  [0, 1, 2, 3]
    .map((k) =>
      width === 8
        ? `(local.set $v${k} (v128.load offset=${windowStart + 16 * k} (local.get $at)))`
        : `(local.set $v${k} (i8x16.narrow_i16x8_u
             (v128.load offset=${windowStart + 32 * k} (i32.shl (local.get $at) (i32.const 1)))
             (v128.load offset=${windowStart + 32 * k + 16} (i32.shl (local.get $at) (i32.const 1)))))`
    )
    .join("\n")

const splat = (value: number): string => `(i8x16.splat (i32.const ${value}))`

/** One bit a unit: where `test` holds. */
const bits = (test: (vector: string) => string): string => {
  const part = (k: number): string => {
    const mask = `(i64.extend_i32_u (i8x16.bitmask ${test(`(local.get $v${k})`)}))`
    return k === 0 ? mask : `(i64.shl ${mask} (i64.const ${16 * k}))`
  }
  return `(i64.or (i64.or ${part(0)} ${part(1)}) (i64.or ${part(2)} ${part(3)}))`
}

const equal = (value: number) => bits((vector) => `(i8x16.eq ${vector} ${splat(value)})`)
/** `[` and `{`, or `]` and `}`: they differ in one bit. */
const bracket = (value: number) => bits((vector) => `(i8x16.eq (v128.or ${vector} ${splat(0x20)}) ${splat(value)})`)

const blockLocals = `
  (local $at i32) (local $v0 v128) (local $v1 v128) (local $v2 v128) (local $v3 v128)
  (local $valid i64) (local $quotes i64) (local $slashes i64) (local $text i64) (local $follows i64) (local $sum i64)`

/** The units of the block that are before `$to`. */
const valid = `
  (local.set $valid (i64.const -1))
  (if (i32.gt_s (i32.add (local.get $at) (i32.const 64)) (local.get $to))
    (then (local.set $valid (i64.sub
      (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $to) (local.get $at)))) (i64.const 1)))))`

/** `$quotes` that are not escaped. `$escaped` is 1 when the first unit of the next block is. */
const unescapedQuotes = `
  (local.set $quotes (i64.and ${equal(code('"'))} (local.get $valid)))
  (local.set $slashes (i64.and ${equal(code("\\"))} (local.get $valid)))
  (if (i32.eqz (i64.eqz (i64.or (local.get $slashes) (local.get $escaped)))) (then
    (local.set $slashes (i64.and (local.get $slashes) (i64.xor (local.get $escaped) (i64.const -1))))
    (local.set $follows (i64.or (i64.shl (local.get $slashes) (i64.const 1)) (local.get $escaped)))
    (local.set $sum (i64.add (local.get $slashes)
      (i64.and (local.get $slashes)
        (i64.and (i64.const 0xaaaaaaaaaaaaaaaa) (i64.xor (local.get $follows) (i64.const -1))))))
    (local.set $escaped (i64.extend_i32_u (i64.lt_u (local.get $sum) (local.get $slashes))))
    (local.set $quotes (i64.and (local.get $quotes) (i64.xor (i64.const -1)
      (i64.and (local.get $follows)
        (i64.xor (i64.const 0x5555555555555555) (i64.shl (local.get $sum) (i64.const 1)))))))))`

/** `$text`: the units inside of strings, the opening quote with them. `$inside` is -1 when the block ends in a string. */
const textMask = `
  (local.set $text (local.get $quotes))
  ${[1, 2, 4, 8, 16, 32]
    .map((shift) => `(local.set $text (i64.xor (local.get $text) (i64.shl (local.get $text) (i64.const ${shift}))))`)
    .join("\n  ")}
  (local.set $text (i64.xor (local.get $text) (local.get $inside)))
  (local.set $inside (i64.shr_s (local.get $text) (i64.const 63)))`

const outside = (mask: string): string =>
  `(i64.and (i64.and ${mask} (local.get $valid)) (i64.xor (local.get $text) (i64.const -1)))`

const highest = (mask: string): string =>
  `(i32.add (local.get $at) (i32.sub (i32.const 63) (i32.wrap_i64 (i64.clz ${mask}))))`
const lowest = (mask: string): string => `(i32.add (local.get $at) (i32.wrap_i64 (i64.ctz ${mask})))`

const result = (index: number, value: string): string => `(i32.store offset=${4 * index} (i32.const 0) ${value})`

/** Runs `body` for each bracket of `$brackets`, the lowest first: `$bit` is its bit, `$below` those under it. */
const eachBracket = (body: string): string => `
  (block $none (loop $bracket
    (br_if $none (i64.eqz (local.get $brackets)))
    (local.set $bit (i64.and (local.get $brackets) (i64.sub (i64.const 0) (local.get $brackets))))
    (local.set $below (i64.sub (local.get $bit) (i64.const 1)))
    ${body}
    (local.set $brackets (i64.and (local.get $brackets) (i64.sub (local.get $brackets) (i64.const 1))))
    (br $bracket)))`

const scan = (width: Width): string => `
(func (export "scan${width}") (param $from i32) (param $to i32) (param $limit i32) (result i32)
  ${blockLocals}
  (local $inside i64) (local $escaped i64) (local $opens i64) (local $brackets i64) (local $commas i64)
  (local $bit i64) (local $below i64) (local $found i64)
  (local $depth i32) (local $last i32) (local $string i32) (local $stop i32) (local $reason i32)
  (local $all v128) (local $least v128)
  (local.set $at (local.get $from))
  (local.set $last (i32.const -1))
  (local.set $stop (local.get $to))
  (local.set $least (v128.const i64x2 -1 -1))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(width)}
    (local.set $all (v128.or (local.get $all) (v128.or
      (v128.or (local.get $v0) (local.get $v1)) (v128.or (local.get $v2) (local.get $v3)))))
    (local.set $least (i8x16.min_u (local.get $least) (i8x16.min_u
      (i8x16.min_u (local.get $v0) (local.get $v1)) (i8x16.min_u (local.get $v2) (local.get $v3)))))
    ${valid}
    ${unescapedQuotes}
    ${textMask}
    (if (i32.eqz (i64.eqz (local.get $quotes))) (then (local.set $string ${highest("(local.get $quotes)")})))
    (if (i64.ne (local.get $text) (i64.const -1)) (then
      (local.set $commas ${outside(equal(code(",")))})
      (local.set $opens ${outside(bracket(code("{")))})
      (local.set $brackets (i64.or (local.get $opens) ${outside(bracket(code("}")))}))
      ${eachBracket(`
        (local.set $found (i64.and (local.get $commas) (local.get $below)))
        (local.set $commas (i64.xor (local.get $commas) (local.get $found)))
        (if (i64.eqz (i64.and (local.get $opens) (local.get $bit)))
          (then
            (if (i32.eqz (local.get $depth)) (then
              (local.set $depth (i32.const -1))
              (local.set $stop ${lowest("(local.get $bit)")})
              (br $end)))
            (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
            (local.set $last (i32.load offset=${commaTable} (i32.shl (local.get $depth) (i32.const 2)))))
          (else
            (if (i32.eqz (i64.eqz (local.get $found)))
              (then (local.set $last ${highest("(local.get $found)")})))
            (if (i32.ge_s (local.get $depth) (local.get $limit)) (then
              (local.set $reason (i32.const 1))
              (local.set $stop ${lowest("(local.get $bit)")})
              (br $end)))
            (i32.store offset=${commaTable} (i32.shl (local.get $depth) (i32.const 2)) (local.get $last))
            (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
            (i32.store offset=${openTable} (i32.shl (local.get $depth) (i32.const 2)) ${lowest("(local.get $bit)")})
            (local.set $last (i32.const -1))))`)}
      (if (i32.eqz (i64.eqz (local.get $commas))) (then (local.set $last ${highest("(local.get $commas)")})))))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  (if (i32.ge_s (local.get $depth) (i32.const 0))
    (then (i32.store offset=${commaTable} (i32.shl (local.get $depth) (i32.const 2)) (local.get $last))))
  ${result(0, "(local.get $depth)")}
  ${result(1, "(local.get $reason)")}
  ${result(2, "(select (local.get $string) (i32.const -1) (i32.eqz (i64.eqz (local.get $inside))))")}
  ${result(3, "(i32.ne (i8x16.bitmask (local.get $all)) (i32.const 0))")}
  ${result(4, `(v128.any_true (i8x16.lt_u (local.get $least) ${splat(0x20)}))`)}
  (local.get $stop))`

/** Skips: stops behind the `$count`th comma of the own level, or at the bracket that closes it. Goes on where it was. */
const seek = (width: Width): string => `
(func (export "seek${width}") (param $from i32) (param $to i32) (param $limit i32) (param $count i32)
  (param $depth i32) (param $in i32) (param $odd i32) (result i32)
  ${blockLocals}
  (local $inside i64) (local $escaped i64) (local $opens i64) (local $brackets i64) (local $commas i64) (local $curly i64)
  (local $bit i64) (local $below i64) (local $found i64) (local $number i32)
  (local $stop i32) (local $reason i32) (local $all v128) (local $least v128) (local $is i32) (local $cell i32)
  (local.set $at (local.get $from))
  (local.set $stop (local.get $to))
  (local.set $inside (i64.sub (i64.const 0) (i64.extend_i32_u (local.get $in))))
  (local.set $escaped (i64.extend_i32_u (local.get $odd)))
  (local.set $least (v128.const i64x2 -1 -1))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(width)}
    (local.set $all (v128.or (local.get $all) (v128.or
      (v128.or (local.get $v0) (local.get $v1)) (v128.or (local.get $v2) (local.get $v3)))))
    (local.set $least (i8x16.min_u (local.get $least) (i8x16.min_u
      (i8x16.min_u (local.get $v0) (local.get $v1)) (i8x16.min_u (local.get $v2) (local.get $v3)))))
    ${valid}
    ${unescapedQuotes}
    ${textMask}
    (if (i64.ne (local.get $text) (i64.const -1)) (then
      (local.set $commas ${outside(equal(code(",")))})
      (local.set $opens ${outside(bracket(code("{")))})
      (local.set $brackets (i64.or (local.get $opens) ${outside(bracket(code("}")))}))
      (local.set $curly (i64.or ${equal(code("{"))} ${equal(code("}"))}))
      ${eachBracket(`
        (if (i32.eqz (local.get $depth)) (then
          (local.set $found (i64.and (local.get $commas) (local.get $below)))
          ${countCommas}))
        (local.set $commas (i64.and (local.get $commas) (i64.xor (local.get $below) (i64.const -1))))
        (local.set $is (i32.eqz (i64.eqz (i64.and (local.get $curly) (local.get $bit)))))
        (if (i64.eqz (i64.and (local.get $opens) (local.get $bit)))
          (then
            (if (i32.eqz (local.get $depth)) (then
              (local.set $depth (i32.const -1))
              (local.set $stop ${lowest("(local.get $bit)")})
              (br $end)))
            (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
            (if (i32.lt_s (local.get $depth) (i32.const ${seekLevels}))
              (then (if (i32.ne (local.get $is) (i32.load8_u offset=${kindTable} (local.get $depth))) (then
                (local.set $reason (i32.const 2))
                (local.set $stop ${lowest("(local.get $bit)")})
                (br $end))))))
          (else
            (if (i32.ge_s (local.get $depth) (local.get $limit)) (then
              (local.set $reason (i32.const 1))
              (local.set $stop ${lowest("(local.get $bit)")})
              (br $end)))
            (if (i32.lt_s (local.get $depth) (i32.const ${seekLevels}))
              (then (i32.store8 offset=${kindTable} (local.get $depth) (local.get $is))))
            (local.set $depth (i32.add (local.get $depth) (i32.const 1)))))`)}
      (if (i32.eqz (local.get $depth)) (then
        (local.set $found (local.get $commas))
        ${countCommas}))))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  ${result(0, "(local.get $depth)")}
  ${result(1, "(local.get $reason)")}
  ${result(2, "(i32.eqz (i64.eqz (local.get $inside)))")}
  ${result(3, "(i32.ne (i8x16.bitmask (local.get $all)) (i32.const 0))")}
  ${result(4, `(v128.any_true (i8x16.lt_u (local.get $least) ${splat(0x20)}))`)}
  ${result(5, "(i32.wrap_i64 (local.get $escaped))")}
  ${result(6, "(local.get $count)")}
  (local.get $stop))`

/** Takes the commas of `$found` off `$count`, and stops at the last one wanted. */
const countCommas = `
  (local.set $number (i32.wrap_i64 (i64.popcnt (local.get $found))))
  (if (i32.ge_s (local.get $number) (local.get $count)) (then
    (loop $drop
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (if (i32.gt_s (local.get $count) (i32.const 0)) (then
        (local.set $found (i64.and (local.get $found) (i64.sub (local.get $found) (i64.const 1))))
        (br $drop))))
    (local.set $reason (i32.const 3))
    (local.set $stop ${lowest("(local.get $found)")})
    (br $end)))
  (local.set $count (i32.sub (local.get $count) (local.get $number)))`

/** Copies entries to `$out` with commas for the colons of their own level; how many delimiters, or -1. */
const entries = (width: Width): string => `
(func (export "entries${width}") (param $from i32) (param $to i32) (param $out i32) (result i32)
  ${blockLocals}
  (local $inside i64) (local $escaped i64) (local $opens i64) (local $brackets i64) (local $colons i64) (local $both i64)
  (local $bit i64) (local $depth i32) (local $count i32) (local $isColon i32)
  (memory.copy (local.get $out)
    (i32.add (i32.const ${windowStart}) ${width === 8 ? "(local.get $from)" : "(i32.shl (local.get $from) (i32.const 1))"})
    ${width === 8 ? "(i32.sub (local.get $to) (local.get $from))" : "(i32.shl (i32.sub (local.get $to) (local.get $from)) (i32.const 1))"})
  (local.set $at (local.get $from))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(width)}
    ${valid}
    ${unescapedQuotes}
    ${textMask}
    (if (i64.ne (local.get $text) (i64.const -1)) (then
      (local.set $colons ${outside(equal(code(":")))})
      (local.set $both (i64.or (local.get $colons) ${outside(equal(code(",")))}))
      (local.set $opens ${outside(bracket(code("{")))})
      (local.set $brackets (i64.or (i64.or (local.get $opens) (local.get $both)) ${outside(bracket(code("}")))}))
      (block $none (loop $mark
        (br_if $none (i64.eqz (local.get $brackets)))
        (local.set $bit (i64.and (local.get $brackets) (i64.sub (i64.const 0) (local.get $brackets))))
        (local.set $brackets (i64.xor (local.get $brackets) (local.get $bit)))
        (if (i64.eqz (i64.and (local.get $both) (local.get $bit)))
          (then
            (local.set $depth (i32.add (local.get $depth)
              (select (i32.const -1) (i32.const 1) (i64.eqz (i64.and (local.get $opens) (local.get $bit)))))))
          (else (if (i32.eqz (local.get $depth)) (then
            (local.set $isColon (i32.eqz (i64.eqz (i64.and (local.get $colons) (local.get $bit)))))
            (if (i32.eq (local.get $isColon) (i32.and (local.get $count) (i32.const 1)))
              (then (return (i32.const -1))))
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            ${
              width === 8
                ? `(i32.store8 (i32.add (local.get $out)
                     (i32.sub ${lowest("(local.get $bit)")} (local.get $from))) (i32.const ${code(",")}))`
                : `(i32.store16 (i32.add (local.get $out)
                     (i32.shl (i32.sub ${lowest("(local.get $bit)")} (local.get $from)) (i32.const 1))) (i32.const ${code(",")}))`
            }))))
        (br $mark)))))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  (local.get $count))`

/** The end of a string that is open at `$from`: its quote, or `$to`. Tells what else is in it. */
const text = (width: Width): string => `
(func (export "text${width}") (param $from i32) (param $to i32) (result i32)
  ${blockLocals}
  (local $escaped i64) (local $plain i32) (local $stop i32) (local $closed i32) (local $high v128)
  (local.set $at (local.get $from))
  (local.set $stop (local.get $to))
  (local.set $plain (i32.const 1))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(width)}
    (local.set $high (v128.or (local.get $high) (v128.or
      (v128.or (local.get $v0) (local.get $v1)) (v128.or (local.get $v2) (local.get $v3)))))
    ${valid}
    ${unescapedQuotes}
    (local.set $sum (i64.and (local.get $valid) (i64.or ${equal(code("\\"))}
      ${bits((vector) => `(i8x16.lt_u ${vector} ${splat(0x20)})`)})))
    (if (i64.eqz (local.get $quotes))
      (then (if (i32.eqz (i64.eqz (local.get $sum))) (then (local.set $plain (i32.const 0)))))
      (else
        (local.set $stop ${lowest("(local.get $quotes)")})
        (local.set $closed (i32.const 1))
        (if (i32.eqz (i64.eqz (i64.and (local.get $sum) (i64.sub
          (i64.and (local.get $quotes) (i64.sub (i64.const 0) (local.get $quotes))) (i64.const 1)))))
          (then (local.set $plain (i32.const 0))))
        (br $end)))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  ${result(0, "(local.get $closed)")}
  ${result(1, "(local.get $plain)")}
  ${result(3, "(i32.ne (i8x16.bitmask (local.get $high)) (i32.const 0))")}
  (local.get $stop))`

/** Line ends as V8 counts them; where the last one is, or -1. `$after` is 1 when a carriage return stands before. */
const lines = (width: Width): string => `
(func (export "lines${width}") (param $from i32) (param $to i32) (param $after i32) (result i32)
  ${blockLocals}
  (local $feeds i64) (local $returns i64) (local $before i64) (local $count i32) (local $last i32)
  (local.set $at (local.get $from))
  (local.set $last (i32.const -1))
  (local.set $before (i64.extend_i32_u (local.get $after)))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(width)}
    ${valid}
    (local.set $feeds (i64.and ${equal(10)} (local.get $valid)))
    (local.set $returns (i64.and ${equal(13)} (local.get $valid)))
    (if (i32.eqz (i64.eqz (i64.or (local.get $feeds) (local.get $returns)))) (then
      (local.set $last ${highest("(i64.or (local.get $feeds) (local.get $returns))")})
      (local.set $count (i32.add (local.get $count) (i32.wrap_i64 (i64.sub
        (i64.add (i64.popcnt (local.get $feeds)) (i64.popcnt (local.get $returns)))
        (i64.popcnt (i64.and (local.get $feeds)
          (i64.or (i64.shl (local.get $returns) (i64.const 1)) (local.get $before))))))))))
    (local.set $before (i64.shr_u (local.get $returns) (i64.const 63)))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  ${result(0, "(local.get $last)")}
  (local.get $count))`

/** Code units that UTF-8 gives: one a character, two where it takes four bytes. */
const codeUnits = `
(func (export "codeUnits") (param $from i32) (param $to i32) (result i32)
  ${blockLocals}
  (local $count i32)
  (local.set $at (local.get $from))
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $at) (local.get $to)))
    ${load(8)}
    ${valid}
    (local.set $count (i32.add (local.get $count) (i32.wrap_i64 (i64.add
      (i64.popcnt (i64.and (local.get $valid) ${bits((vector) => `(i8x16.ge_s ${vector} ${splat(-64)})`)}))
      (i64.popcnt (i64.and (local.get $valid) ${bits((vector) => `(i8x16.ge_u ${vector} ${splat(0xf0)})`)}))))))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br $next)))
  (local.get $count))`

/** Copies bytes to \`$out\` with two bytes for each. */
const widen = `
(func (export "widen") (param $from i32) (param $to i32) (param $out i32)
  (local $v v128)
  (block $end (loop $next
    (br_if $end (i32.ge_s (local.get $from) (local.get $to)))
    (local.set $v (v128.load offset=${windowStart} (local.get $from)))
    (v128.store (local.get $out) (i16x8.extend_low_i8x16_u (local.get $v)))
    (v128.store offset=16 (local.get $out) (i16x8.extend_high_i8x16_u (local.get $v)))
    (local.set $from (i32.add (local.get $from) (i32.const 16)))
    (local.set $out (i32.add (local.get $out) (i32.const 32)))
    (br $next))))`

export const moduleText = `(module
(memory (export "memory") 1)
${scan(8)}${scan(16)}
${seek(8)}${seek(16)}
${entries(8)}${entries(16)}
${text(8)}${text(16)}
${lines(8)}${lines(16)}
${codeUnits}
${widen})
`
