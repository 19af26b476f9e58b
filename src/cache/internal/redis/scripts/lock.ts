/**
 * Locks. `KEYS[1]` is the hash that counts the fences, `{v1-lock:<name of the layer>}:m`; the locks' own keys begin as it
 * does, and so are on the same node of a cluster. A lock's key holds the token of its holder, and expires with the lease.
 *
 * Fences are those of one server: after a restart, or where a replica has taken over, the last ones may be forgotten, and
 * would be given away a second time. So another server begins another epoch.
 */

const prelude = `
local meta = KEYS[1]
local lock = string.sub(meta, 1, -2) .. 'l:' .. ARGV[1]
local holder = redis.call('GET', lock)
`

/** `ARGV`: name, token, milliseconds of the lease, a nonce. Gives fence and epoch, or nothing. */
export const acquireLock = `${prelude}
if holder and holder ~= ARGV[2] then return false end
local info = redis.pcall('INFO', 'server')
local server = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
local found = redis.call('HMGET', meta, 'e', 'r')
local epoch = found[1]
if not epoch or found[2] ~= server then
  epoch = ARGV[4]
  redis.call('HSET', meta, 'e', epoch, 'r', server)
end
local fence = redis.call('HINCRBY', meta, 'f', 1)
redis.call('SET', lock, ARGV[2], 'PX', ARGV[3])
return { fence, epoch }
`

/** `ARGV`: name, token, milliseconds of the lease. */
export const renewLock = `${prelude}
return holder == ARGV[2] and redis.call('PEXPIRE', lock, ARGV[3]) or 0
`

/** `ARGV`: name, token. */
export const releaseLock = `${prelude}
return holder == ARGV[2] and redis.call('UNLINK', lock) or 0
`
