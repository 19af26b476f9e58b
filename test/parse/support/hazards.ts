/** Texts that are hard in one way of their own. What is right of each, `JSON.parse` says. */

const long = (length: number): string => "x".repeat(length)
const items = (count: number): string => Array.from({ length: count }, (_, i) => `{"id":${i}}`).join(",")
const keys = (count: number): string => Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(",")

export const hazards: { readonly [name: string]: ReadonlyArray<string> } = {
  "nothing, white space, scalars": [
    "",
    " ",
    "\n\t\r ",
    "1",
    " -0 ",
    "true",
    "null ",
    '"a"',
    '""',
    "12 ",
    "tru",
    "nulll",
    "-",
    "1."
  ],
  "empty containers": ["[]", "{}", "[ ]", "{\n}", "[[]]", "[{}]", '{"a":{}}', "[[],[]]", "[ [ ] , { } ]"],
  "commas where none may be": [
    "[1,]",
    '{"a":1,}',
    "[,1]",
    "[1,,2]",
    '{,"a":1}',
    "[,]",
    "{,}",
    `[${items(20)},]`,
    `{${keys(40)},}`,
    `[,"${long(100)}"]`,
    `[1,,"${long(100)}"]`,
    `{,"a":"${long(100)}"}`,
    `{"a":1,,"b":"${long(100)}"}`,
    `["${long(200)}",]`,
    `["${long(200)}", ]`,
    `{"a":"${long(200)}",}`,
    `[[1,2,"${long(200)}"],]`
  ],
  "a comma missing behind a child": [
    "[[1][2]]",
    "[[1] 2]",
    '{"a":[1]"b":2}',
    `[[${items(20)}]{"a":1}]`,
    `[{"a":"${long(60)}"} [1]]`,
    `{"a":{"b":"${long(60)}"}"c":1}`
  ],
  "keys without colons, colons without keys": [
    '{"a"}',
    '{"a" 1}',
    '{"a",1}',
    "{:1}",
    '{"a"::1}',
    '{"a":}',
    '["a":1]',
    "{1:2}",
    "{a:1}"
  ],
  "colon and comma swapped in a wide map": [
    `{${keys(300)},"x","y":1,${keys(300)}}`,
    `{${keys(300)},"x":"y":1,${keys(300)}}`,
    `{${keys(300)},"x"}`,
    `{${keys(300)},"x",1}`,
    `{${keys(300)},"x",1,"y":2,"z"}`,
    `{"東":1,${keys(300)},"x"}`,
    `{"東":1,${keys(300)},"x","y":1,${keys(300)}}`
  ],
  "number keys in a wide map": [`{${keys(300)},1:2,${keys(300)}}`, `{${keys(300)},null:2}`, `{${keys(300)},[1]:2}`],
  "brackets that do not match": [
    "[}",
    "{]",
    "[1}",
    '{"a":1]',
    "[[1}]",
    '{"a":[1}}',
    "[1",
    '{"a":{"b":1}',
    "]",
    "}",
    `[${items(20)}}`
  ],
  "text behind the end": [
    "[1] x",
    "{} {}",
    "1 2",
    "[]]",
    "{}}",
    '"a" "b"',
    `[${items(20)}] 1`,
    "[1]\n\n,",
    "nullnull",
    "[1]\u0000"
  ],
  "line ends of all kinds": [
    "[1\n,\r\n2\r,\r\n\r\n3\n\rx]",
    "\r\n\r\n[1\r\r2]",
    `[\n${items(30)}\r\n,\rx]`,
    '{"a":\r\n"\n"}',
    "\r\nx",
    "\n\r\n"
  ],
  escapes: [
    '["\\u00e9\\n\\"\\\\\\/\\b\\f\\r\\t"]',
    '["\\x"]',
    '["\\u12g4"]',
    '["\\u12"]',
    '["\\',
    '["\\u',
    '["\\u00e',
    '["a\\"]',
    "[\\]",
    '[1,\\"2"]'
  ],
  "backslashes by the thousand": [
    `["${"\\".repeat(65_536)}"]`,
    `["${"\\".repeat(65_537)}"]`,
    `["x${"\\".repeat(4098)}","y"]`
  ],
  "quotes in keys": ['{"a\\"b":1,"\\"":{"\\"x":[1]}}', `{"\\"${long(80)}":{"a\\"":1}}`],
  "control characters": [
    '["a\u0000b"]',
    '["a\u001f"]',
    "[\u0000]",
    '["\n"]',
    '["\u007f"]',
    `["${long(100)}\u0001"]`,
    `["${long(100)}\t"]`
  ],
  numbers: [
    "[01]",
    "[-01]",
    "[1.]",
    "[.5]",
    "[+1]",
    "[1e]",
    "[1e+]",
    "[- 1]",
    "[0x1]",
    "[1.5.2]",
    "[1e5x]",
    "[NaN]",
    "[1e400,-1e400,5e-324,-0]"
  ],
  "a long number, a long key, long white space": [
    `[${"1".repeat(5000)}]`,
    `[1,${"9".repeat(200)}.5]`,
    `{"${long(5000)}":1}`,
    `{"a":1,"${long(300)}":{"b":[1,2,3]}}`,
    `[1,${" ".repeat(70_000)}2]`,
    `{"a"${" ".repeat(500)}:${"\n".repeat(500)}1${" ".repeat(500)}}`,
    `${" ".repeat(70_000)}1${" ".repeat(70_000)}`
  ],
  "byte order marks": [
    "\ufeff[1]",
    "\ufeff\ufeff[1]",
    "[1]\ufeff",
    "[\ufeff1]",
    "\ufeff",
    `["\ufeff${long(100)}\ufeff"]`
  ],
  "duplicate keys, next to each other and pieces apart": [
    '{"a":1,"b":2,"a":3}',
    `{"a":1,"b":"${long(200)}","a":[${items(30)}],"c":1,"a":2}`,
    `{"a":{"x":1},"b":"${long(200)}","a":{"y":"${long(200)}"}}`,
    `{${keys(60)},${keys(60)},"k3":null}`
  ],
  "keys of Object.prototype, pieces apart": [
    '{"__proto__":1}',
    `{"a":"${long(200)}","__proto__":{"x":"${long(200)}"},"constructor":{"prototype":"${long(200)}"},"toString":1}`,
    `{"__proto__":null,"a":"${long(200)}","__proto__":[${items(30)}],"hasOwnProperty":"${long(100)}"}`,
    `{${keys(60)},"__proto__":[1],"valueOf":0,${keys(60)}}`
  ],
  "integer-like keys": [
    '{"b":1,"2":2,"a":3,"1":4,"01":5,"-1":6,"4294967295":7,"4294967294":8}',
    `{"b":"${long(200)}","2":[${items(30)}],"1":{"a":1},"0":0}`
  ],
  "lone surrogates": [
    '["\ud800"]',
    '["\udc00\ud800"]',
    '["\\ud800"]',
    `["${long(99)}\ud83d\ude00\ud83d"]`,
    `["${"\ud83d\ude00".repeat(60)}"]`,
    '{"\ud800":1}'
  ],
  "characters outside of strings": [
    "[é]",
    "[東]",
    "{é:1}",
    "[1\u00a0]",
    "\u20281",
    '["a"\u2028]',
    "[\u3000]",
    "[䈬]",
    "[嬢]"
  ],
  deep: [
    "[".repeat(5000) + "]".repeat(5000),
    '{"a":'.repeat(5000) + "1" + "}".repeat(5000),
    "[".repeat(5000),
    "[".repeat(4097) + "1" + "]".repeat(4096),
    "[1,".repeat(4500) + "2" + "]".repeat(4500)
  ],
  "long strings at the root": [
    `"${long(70_000)}"`,
    `"${long(70_000)}`,
    `"${long(70_000)}" x`,
    `"${long(70_000)}\n"`,
    `"${long(500)}\\"`
  ]
}

/**
 * V8 of Node 24 and 26 mistakes the key `"\""` for one that ends with a backslash, where it has seen such a one at the same place
 * of another object (`JSON.parse('[{"a":0,"\\\\":1}]')`, then `JSON.parse('{"a":0,"\\"":2}')`). Nothing is promised there.
 */
export const backslashKeys = ['[{"a":0,"\\\\":1}]', '{"a":0,"\\"":2}']
