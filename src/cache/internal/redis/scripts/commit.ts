/**
 * Stores an entry, or refuses it. `ARGV`: key, token, `1` for a write, origin, a nonce, milliseconds to keep it, the
 * head, epoch and sequence of the beginning, `1` if there is a body, the body, the number of stamped names, each name
 * and its generation, late names.
 *
 * Everything is decided before anything is written, and the head is written first: a server that is full refuses the
 * first write of a script, and only that.
 */
export const commit = `
local key, token, isWrite, origin, nonce, life, headJson, begunEpoch, begunSequence, hasBody, body, count = unpack(ARGV, 1, 12)
isWrite = isWrite == '1'
life = tonumber(life)
local last = 12 + 2 * tonumber(count)
local head = cjson.decode(headJson)
local epoch, sequence = position(nonce)
local holder, hasWaiters = leaseOf(key)
local isHeld = holder == token

-- Made within the epoch of the beginning, and not after its sequence.
local function isNotAfter(generation)
  local madeIn, made, soft = string.match(generation, '^([^.]*)%.(%d+)%.[^~]*~(%d+)')
  return madeIn == begunEpoch and tonumber(made) <= tonumber(begunSequence) and tonumber(soft) <= tonumber(begunSequence)
end

local stamp, made, isValid = {}, {}, true
for i = 13, last, 2 do stamp[ARGV[i]] = ARGV[i + 1] end
if FENCED and (begunEpoch ~= epoch or compare(stamp) ~= 'current') then isValid = false end
if isValid then
  for i = last + 1, #ARGV do
    local name = ARGV[i]
    local generation = redis.call('GET', generationAt(name))
    local isSafe
    if generation then isSafe = isNotAfter(generation)
    else
      isSafe = begunSequence == sequence
      generation = newGeneration(epoch, sequence, nonce)
      made[name] = generation
    end
    if FENCED and not isSafe then isValid = false end
    stamp[name] = generation
  end
end

-- A write that comes too late has invalidated its key all the same: what is there now began before it did.
if isWrite then epoch, sequence = invalidate({ 'k:' .. key }, 'remove', origin, nonce) end
if not isValid then
  removeParts(head)
  if isHeld then release(key, hasWaiters) end
  -- From now on it is known when they are invalidated: who computes it again may store it. A full server goes without.
  for name in pairs(made) do
    redis.pcall('SET', generationAt(name), newGeneration(epoch, sequence, nonce), 'PX', math.max(life, LIFE))
  end
  return { 'Fenced' }
end
if not isHeld and not isWrite then
  local found = find(key)
  if found and found.left > 0 then
    removeParts(head)
    return { 'Superseded' }
  end
end
if isWrite then
  local own = 'k:' .. key
  local generation = redis.call('GET', generationAt(own))
  if not generation then
    generation = newGeneration(epoch, sequence, nonce)
    made[own] = generation
  end
  stamp[own] = generation
end

local at = headAt(key)
local old, exists = headOf(key)
if exists and not old then redis.call('UNLINK', at) end
local stampJson = cjson.encode(stamp)
redis.call('HSET', at, 'f', FORMAT, 'h', headJson, 's', stampJson, 'g', tostring(head.grace))
if hasBody == '1' then redis.call('HSET', at, 'b', body) else redis.call('HDEL', at, 'b') end
redis.call('PEXPIRE', at, life)
if old and old.id ~= head.id then removeParts(old) end
for name in pairs(stamp) do
  if made[name] then redis.call('SET', generationAt(name), made[name], 'PX', life)
  else redis.call('PEXPIRE', generationAt(name), life, 'GT') end
end
if isHeld then release(key, hasWaiters) end
return { 'Stored', stampJson, epoch, sequence }
`
