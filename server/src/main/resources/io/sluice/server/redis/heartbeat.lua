-- A process says that it lives, and hears which generation of the ledger this is.
--
-- KEYS: the ledger, when each member was heard of, which generation each has asserted.
-- ARGV: process, the generation it has asserted, the one it knew before (0 = none), how many
-- processes it knew, whether to look at the memory settings.
-- Returns one text: the generation, whether it is settled, how many members there are, and two
-- settings of memory.

local call = redis.call
local MEMBER_MICROS = 5000000
local KEEP_LEDGER_MILLIS = '2592000000' -- 30 days
local KEEP_MEMBERS_MILLIS = '60000'

local function text(number)
  return string.format('%.0f', number)
end

local function info(section, field)
  local answer = redis.pcall('INFO', section)
  return type(answer) == 'string' and string.match(answer, field .. ':(%S+)') or '-'
end

local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local ledger, members, asserted = KEYS[1], KEYS[2], KEYS[3]
local process, assertedGeneration, knownGeneration, known =
  ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

-- Another server, or one that was started again, may lack what was written last.
local host = info('server', 'run_id') .. ' ' .. info('replication', 'master_replid')
local row = call('HMGET', ledger, 'generation', 'host', 'began', 'expected')
local generation, began, expected =
  tonumber(row[1] or 0), tonumber(row[3] or 0), tonumber(row[4] or 0)
if row[2] ~= host then
  generation, began, expected = math.max(generation + 1, now), now, 0
end

-- Who knew an earlier generation tells how many there were then. Who knew none has nothing to tell.
if knownGeneration ~= 0 and knownGeneration ~= generation then
  expected = math.max(expected, known)
end
if knownGeneration == 0 then
  assertedGeneration = generation
end
call('HSET', ledger, 'generation', text(generation), 'host', host, 'began', text(began),
  'expected', text(expected))
call('PEXPIRE', ledger, KEEP_LEDGER_MILLIS)

call('ZADD', members, text(now), process)
call('ZADD', asserted, text(assertedGeneration), process)
local gone = call('ZRANGEBYSCORE', members, '-inf', text(now - MEMBER_MICROS), 'LIMIT', '0', '100')
if #gone > 0 then
  call('ZREM', members, unpack(gone))
  call('ZREM', asserted, unpack(gone))
end
call('PEXPIRE', members, KEEP_MEMBERS_MILLIS)
call('PEXPIRE', asserted, KEEP_MEMBERS_MILLIS)

local alive = call('ZCARD', members)
local allHere = alive >= expected or now - began > MEMBER_MICROS
local settled = allHere and call('ZCOUNT', asserted, text(generation), text(generation)) == alive
local memory = ARGV[5] == '1' and info('memory', 'maxmemory') .. ' ' .. info('memory', 'maxmemory_policy')
    or '- -'
return string.format('%.0f %d %d %s', generation, settled and 1 or 0, alive, memory)
