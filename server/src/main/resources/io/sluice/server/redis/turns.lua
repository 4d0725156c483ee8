-- Whose turn it is. A process that waits at an account has a ticket there, from one counter for all
-- accounts, and is heard of each time it asks again. The hash tells each one's ticket and that time.

local STALE_MICROS = 3000000

-- Returns the tickets of those who wait, by process.
local function line(account)
  if not account.line then
    account.line = {}
    local rows = call('HGETALL', account.turns)
    for i = 1, #rows, 2 do
      local ticket, heard = string.match(rows[i + 1], '(%S+) (%S+)')
      if math.abs(now - heard) <= STALE_MICROS then
        account.line[rows[i]] = tonumber(ticket)
      else
        call('HDEL', account.turns, rows[i])
        account.freed = true
      end
    end
  end
  return account.line
end

-- Whether somebody goes first: another process with an earlier ticket; without a ticket, anybody.
local function isBehind(account, process, ticket)
  for waiting, earlier in pairs(line(account)) do
    if not ticket or (waiting ~= process and earlier < ticket) then
      return true
    end
  end
  return false
end

local function wait(account, process, ticket)
  line(account)[process] = ticket
  call('HSET', account.turns, process, text(ticket) .. ' ' .. text(now))
  call('PEXPIRE', account.turns, keep(STALE_MICROS))
end

local function leave(account, process)
  if line(account)[process] then
    account.line[process] = nil
    call('HDEL', account.turns, process)
    account.freed = true -- for the next one
  end
end
