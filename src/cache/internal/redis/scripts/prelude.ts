/**
 * What the scripts share. `KEYS[1]` is the hash with the epoch and the sequence of a namespace, `{v1:<namespace>}:m`;
 * all other keys begin as it does, and so are on the same node of a cluster.
 *
 * Sequences travel as strings: Lua writes a large number with an exponent. Random numbers come from the caller: those
 * of a script are the same in each run.
 */

/** The version of what is in a head and of how it is told. A head of another one is not there. */
export const format = "1"

/** Milliseconds for which a generation is kept while somebody computes. */
export const generationLife = 60_000

/** Keys, positions, generations. `isFenced`: whether generations are compared. Only tests go without. */
export const prelude = (isFenced: boolean): string => `
local FENCED = ${isFenced}
local FORMAT = '${format}'
local LIFE = ${generationLife}
local meta = KEYS[1]
local prefix = string.sub(meta, 1, -2)

local function headAt(key) return prefix .. 'k:' .. key end
local function leaseAt(key) return prefix .. 'l:' .. key end
local function generationAt(name) return prefix .. 'g:' .. name end
local function partAt(id, index) return prefix .. 'p:' .. id .. ':' .. index end
local function publish(message) redis.call('PUBLISH', prefix .. 'bus', message) end

-- Where the store stands. One that is empty begins with the epoch that it is given.
local function position(epoch)
  local found = redis.call('HMGET', meta, 'e', 's')
  if found[1] then return found[1], found[2] end
  redis.call('HSET', meta, 'e', epoch, 's', '0')
  return epoch, '0'
end

local function newGeneration(epoch, sequence, nonce)
  return epoch .. '.' .. sequence .. '.' .. nonce .. '~0'
end

local function hardHalf(generation) return string.match(generation, '^[^~]*') end

-- How a stamp stands to the generations of now.
local function compare(stamp)
  local names, keys = {}, {}
  for name in pairs(stamp) do
    names[#names + 1] = name
    keys[#keys + 1] = generationAt(name)
  end
  if #names == 0 then return 'current' end
  local now = redis.call('MGET', unpack(keys))
  local result = 'current'
  for i, name in ipairs(names) do
    local stamped = stamp[name]
    if now[i] ~= stamped then
      if not now[i] or hardHalf(now[i]) ~= hardHalf(stamped) then return 'gone' end
      result = 'stale'
    end
  end
  return result
end
`

/** Entries: their heads and parts. */
export const entries = `
local function removeParts(head)
  -- The text of one part is in the head.
  if head.parts == 1 then return end
  for i = 0, head.parts - 1 do redis.call('UNLINK', partAt(head.id, i)) end
end

-- What is said of the entry of a key, where it has one of this format. And whether there is anything at all.
local function headOf(key)
  local found = redis.pcall('HMGET', headAt(key), 'f', 'h')
  if found.err then return nil, true end
  if found[1] ~= FORMAT then return nil, found[1] ~= false end
  return cjson.decode(found[2]), true
end

local function removeHead(key)
  local head, exists = headOf(key)
  if head then removeParts(head) end
  if exists then redis.call('UNLINK', headAt(key)) end
end

-- The entry of a key, unless one of its names was invalidated.
local function find(key)
  local at = headAt(key)
  local found = redis.pcall('HMGET', at, 'f', 'h', 's', 'b', 'g')
  if found.err or found[1] ~= FORMAT then return nil end
  local validity = FENCED and compare(cjson.decode(found[3])) or 'current'
  if validity == 'gone' then
    removeHead(key)
    return nil
  end
  local left, grace = redis.call('PTTL', at), tonumber(found[5])
  -- Its stale window begins when it is first found to be stale: nobody knows when that was said.
  if validity == 'stale' and left > grace then
    left = math.floor(grace)
    redis.call('PEXPIRE', at, left)
  end
  return { left = left - grace, reply = { found[2], found[3], left, found[4] } }
end
`

/** Leases. */
export const leases = `
-- Who has the lease of a key, and whether somebody waits.
local function leaseOf(key)
  local found = redis.call('HMGET', leaseAt(key), 't', 'w')
  return found[1], found[2]
end

local function release(key, hasWaiters)
  redis.call('UNLINK', leaseAt(key))
  if hasWaiters then publish('{"done":' .. cjson.encode(key) .. '}') end
end
`

/** Invalidations. */
export const invalidations = `
local function invalidate(names, mode, origin, nonce)
  local epoch = position(nonce)
  redis.call('HINCRBY', meta, 's', 1)
  local sequence = redis.call('HGET', meta, 's')
  for _, name in ipairs(names) do
    local at = generationAt(name)
    local generation = redis.call('GET', at)
    if generation then
      if mode == 'remove' then generation = newGeneration(epoch, sequence, nonce)
      else generation = hardHalf(generation) .. '~' .. sequence .. '.' .. nonce end
      redis.call('SET', at, generation, 'KEEPTTL')
    end
    if string.sub(name, 1, 2) == 'k:' then
      local key = string.sub(name, 3)
      if mode == 'remove' then removeHead(key) end
      local holder, hasWaiters = leaseOf(key)
      if holder then release(key, hasWaiters) end
    end
  end
  publish('{"e":' .. cjson.encode(epoch) .. ',"s":' .. sequence .. ',"names":' .. (#names > 0 and cjson.encode(names) or '[]')
    .. ',"mode":"' .. mode .. '","origin":' .. cjson.encode(origin) .. '}')
  return epoch, sequence
end
`
