/**
 * Invalidates names. `ARGV`: mode, origin, a nonce, names.
 *
 * A server that is full refuses scripts that write, unless they say that they may: what is outdated has to go all the
 * more then.
 */
export const allowFull = "#!lua flags=allow-oom"

export const invalidate = `
local names = {}
for i = 4, #ARGV do names[#names + 1] = ARGV[i] end
local epoch, sequence = invalidate(names, ARGV[1], ARGV[2], ARGV[3])
return { epoch, sequence }
`
