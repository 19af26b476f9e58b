/**
 * Looks for an entry, and takes the lease where there is none. `ARGV`: key, purpose, token, milliseconds of the lease,
 * `refreshBelow`, `discard`, a nonce, names.
 *
 * A hit writes nothing, so that a server that is full still answers it.
 */
export const begin = `
local key, purpose, token, lease, refreshBelow, discard, nonce = unpack(ARGV, 1, 7)
if discard ~= '' then
  local head = headOf(key)
  if head and head.id == discard then removeHead(key) end
end
local found = purpose ~= 'write' and find(key) or nil
local entry = found and found.reply or false
local isFresh = found and found.left > 0
if isFresh and (purpose == 'read' or found.left > tonumber(refreshBelow)) then return { 'Hit', entry } end
if purpose == 'read' then return { 'Absent', entry } end
if purpose == 'compute' then
  local holder, hasWaiters = leaseOf(key)
  if holder and holder ~= token then
    if isFresh then return { 'Hit', entry } end
    if not hasWaiters then redis.call('HSET', leaseAt(key), 'w', '1') end
    return { 'Busy', entry }
  end
  redis.call('HSET', leaseAt(key), 't', token)
  redis.call('PEXPIRE', leaseAt(key), lease)
end
local epoch, sequence = position(nonce)
local generations = {}
for i = 8, #ARGV do
  local at = generationAt(ARGV[i])
  local generation = redis.call('GET', at)
  if generation then redis.call('PEXPIRE', at, LIFE, 'GT')
  else
    generation = newGeneration(epoch, sequence, nonce)
    redis.call('SET', at, generation, 'PX', LIFE)
  end
  generations[#generations + 1] = generation
end
return { 'Leased', entry, epoch, sequence, generations }
`
