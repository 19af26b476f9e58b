/** Holds on to a lease, and to generations. `ARGV`: key, token, milliseconds of the lease, names. */
export const renew = `
for i = 4, #ARGV do redis.call('PEXPIRE', generationAt(ARGV[i]), LIFE, 'GT') end
if leaseOf(ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', leaseAt(ARGV[1]), ARGV[3])
`

/** Gives a lease back. `ARGV`: key, token. */
export const abandon = `
local holder, hasWaiters = leaseOf(ARGV[1])
if holder == ARGV[2] then release(ARGV[1], hasWaiters) end
return 1
`
