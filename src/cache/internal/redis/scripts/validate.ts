/** How a stamp stands to the generations of now. `ARGV`: each name and its generation. */
export const validate = `
local stamp = {}
for i = 1, #ARGV, 2 do stamp[ARGV[i]] = ARGV[i + 1] end
return compare(stamp)
`
