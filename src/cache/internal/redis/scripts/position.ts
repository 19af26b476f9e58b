/**
 * Where the store stands, and on which server. `ARGV`: a nonce. A user who may not ask for `INFO` gets no server:
 * another one that took over is then known by its epoch only.
 */
export const position = `
local epoch, sequence = position(ARGV[1])
local info = redis.pcall('INFO', 'server')
return { epoch, sequence, type(info) == 'string' and string.match(info, 'run_id:(%w+)') or '' }
`
