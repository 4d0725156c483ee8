-- The postings of one process, made one after another.
--
-- KEYS[1] is the ledger, KEYS[2] the leases that are buried; the keys of accounts and requests
-- follow, and are told by their numbers. Accounts are read once and written once for all postings.

local KEEP_BURIED_MICROS = 3600000000

local MAKERS = { makeTokens, makeSeats, makeFixed, makeSliding, makeCalendar }
local SEATS = 2
local DONE, REFUSED, REPEATED, STALE = 1, 2, 3, 4

local process, channel, accounts
local fence, ticket, ledgerChanged
local buriedCount
local kinds, changesMade = {}, nil

-- An account: number of its kind, number of its first key, name, rules.
local function open(description)
  local number, key, name, rules = unpack(description)
  kinds[number] = kinds[number] or MAKERS[number]()
  local account = {
    kind = kinds[number], isSeats = number == SEATS, name = name, rules = rules,
    turns = KEYS[key], state = KEYS[key + 1], ranks = KEYS[key + 2],
  }
  account.kind.load(account)
  return account
end

local function isBuried(lease)
  buriedCount = buriedCount or call('ZCARD', KEYS[2])
  return buriedCount > 0 and call('ZSCORE', KEYS[2], lease)
end

-- Changes, by number: each returns what it tells.
local function makeChanges()
  return {
    function(account, lease, permits, micros) -- hold
      if not isBuried(lease) then
        account.kind.hold(account, lease, permits, now + micros)
      end
    end,
    function(account, lease, micros) -- extend
      return account.kind.extend(account, lease, now + micros)
    end,
    function(account, lease) -- drop
      account.kind.drop(account, lease)
    end,
    function(_, lease) -- bury
      call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now))
      call('ZADD', KEYS[2], text(now + KEEP_BURIED_MICROS), lease)
      call('PEXPIRE', KEYS[2], keep(KEEP_BURIED_MICROS))
      buriedCount = nil
    end,
    function(_, lease, key) -- forget a request
      local row = call('GET', KEYS[key])
      if row and string.match(row, '%S+') == lease then
        call('DEL', KEYS[key])
      end
    end,
    function(account, permits, age) -- give back
      if account.exists then
        account.kind.giveBack(account, permits, now - age)
        account.dirty, account.freed = true, true
      end
    end,
    function(account, permits) -- debit
      account.dirty = true
      return account.kind.debit(account, permits)
    end,
    function(account) -- fill
      if account.exists then
        account.kind.fill(account)
        account.dirty, account.freed = true, true
      end
    end,
    function(account) -- leave
      leave(account, process)
    end,
  }
end

-- A take: account, permits, leaving, whether it is optional, whether the account begins empty.
local function look(take, isCommitted)
  local account = accounts[take[1]]
  if take[5] and not account.exists then
    account.kind.exhaust(account)
    account.exists = not account.isSeats
    account.dirty = account.dirty or isCommitted
  end
  return account.kind.fits(account, take[2], take[3])
end

-- The earliest ticket that this process has where it takes; nil if it has none.
local function earliestTicket(takes)
  local earliest
  for _, take in ipairs(takes) do
    local own = not take[4] and line(accounts[take[1]])[process]
    earliest = own and min(own, earliest or own) or earliest
  end
  return earliest
end

-- What fits, take by take, and whether nothing is in the way. Who waits has a ticket to come.
local function lookAll(takes, isCommitted, isQueued)
  local own = isQueued and (earliestTicket(takes) or MAX_NUMBER) or nil
  local fits, behind, all = {}, {}, true
  for i, take in ipairs(takes) do
    fits[i] = look(take, isCommitted)
    if not take[4] then
      behind[i] = isBehind(accounts[take[1]], process, own)
      all = all and fits[i] and not behind[i]
    end
  end
  return fits, behind, all
end

local function tellReadings(out, takes, fits, behind)
  for i, take in ipairs(takes) do
    local account = accounts[take[1]]
    local free = fits[i] and not behind[i]
    out[#out + 1] = free and 1 or 0
    out[#out + 1] = account.kind.remaining(account)
    out[#out + 1] = free and 0 or fits[i] and NEVER
        or account.kind.wait(account, take[2], take[3])
  end
end

-- Waits where it does not fit, and is heard of where it waits already. It has one ticket for all,
-- the earliest: two that wait for each other's accounts would else both wait for ever.
local function queueUp(takes, fits, behind)
  local earliest = earliestTicket(takes)
  for i, take in ipairs(takes) do
    local account = accounts[take[1]]
    local own = line(account)[process]
    if not take[4] and (own or not fits[i] or behind[i]) then
      if not own and not earliest then
        ticket, ledgerChanged = ticket + 1, true
        earliest = ticket
      end
      wait(account, process, own or earliest)
    end
  end
end

local function takeAll(takes, fits, holder)
  for i, take in ipairs(takes) do
    if fits[i] then
      local account = accounts[take[1]]
      account.kind.take(account, take[2], holder)
      account.exists, account.dirty = true, true
    end
  end
end

-- Whether this lease holds a seat already, because the posting is made again.
local function holdsAlready(takes, holder)
  for _, take in ipairs(takes) do
    local account = accounts[take[1]]
    if account.isSeats and account.kind.held(account, holder[1]) then
      return true
    end
  end
  return false
end

local function nextFence()
  fence, ledgerChanged = max(fence + 1, now), true
  return fence
end

-- The lease that was made for a request, its fence, and its body; nil if it was not granted.
local function granted(request)
  local row = request and call('GET', KEYS[request[1]])
  if row then
    return string.match(row, '(%S+) (%S+) (%S+)')
  end
end

local function tellAll(out, told)
  for i = 1, #told do
    out[#out + 1] = told[i]
  end
end

-- Done before: as it was made then, or, if another lease was made, that one.
local function repeated(out, told, takes, holder, body, lease, fenceThen, bodyThen)
  if holder and lease == holder[1] then
    out[#out + 1] = DONE
    out[#out + 1] = tonumber(fenceThen)
    tellAll(out, told)
    local fits = {}
    for i in ipairs(takes) do
      fits[i] = true
    end
    tellReadings(out, takes, fits, {})
    return
  end
  out[#out + 1] = REPEATED
  out[#out + 1] = tonumber(fenceThen)
  tellAll(out, told)
  out[#out + 1] = body == bodyThen and 1 or 0
  for i = 1, 32, 8 do
    out[#out + 1] = tonumber(string.sub(lease, i, i + 7), 16)
  end
end

-- A posting: changes, takes, whether it is committed and queued, holder, request.
local function make(posting, out)
  local changes, takes, isCommitted, isQueued, holder, request = unpack(posting)
  local told = {}
  for i, change in ipairs(changes) do
    changesMade = changesMade or makeChanges()
    told[i] = changesMade[change[1]](accounts[change[2]], unpack(change, 3)) or 0
  end
  local lease, fenceThen, bodyThen = granted(request)
  if lease then
    repeated(out, told, takes, holder, request[2], lease, fenceThen, bodyThen)
    return
  end
  local fits, behind, all = lookAll(takes, isCommitted, isQueued)
  local isBarred = holder and isBuried(holder[1])
  local isMade = holder and not isBarred and holdsAlready(takes, holder)
  if isMade then
    for i in ipairs(takes) do
      fits[i], behind[i] = true, false
    end
  elseif all and isCommitted and not isBarred then
    takeAll(takes, fits, holder)
    if isQueued then
      for _, take in ipairs(takes) do
        leave(accounts[take[1]], process)
      end
    end
  elseif isQueued and isCommitted and not isBarred then
    queueUp(takes, fits, behind)
  end
  local isDone = isMade or all and not isBarred
  local fenceNow = isDone and isCommitted and holder and nextFence() or 0
  if isDone and isCommitted and request and holder then
    call('SET', KEYS[request[1]], holder[1] .. ' ' .. text(fenceNow) .. ' ' .. request[2],
      'PX', text(request[3]))
  end
  out[#out + 1] = isDone and DONE or REFUSED
  out[#out + 1] = fenceNow
  tellAll(out, told)
  tellReadings(out, takes, fits, behind)
end

local function finish()
  for _, account in ipairs(accounts) do
    if account.dirty then
      account.kind.save(account)
    end
    if account.freed and next(line(account)) then
      call('PUBLISH', channel, account.name)
    end
  end
  if ledgerChanged then
    call('HSET', KEYS[1], 'fence', text(fence), 'ticket', text(ticket))
  end
end

-- A batch: the generation that the process knows, its name, the channel, accounts, postings.
local function post(batch)
  local generation, descriptions, postings
  generation, process, channel, descriptions, postings = unpack(batch)
  local ledger = call('HMGET', KEYS[1], 'generation', 'fence', 'ticket')
  if tonumber(ledger[1] or 0) ~= generation then
    return cmsgpack.pack({ STALE })
  end
  fence, ticket = tonumber(ledger[2] or 0), tonumber(ledger[3] or 0)
  accounts, buriedCount, ledgerChanged = {}, nil, false
  for i, description in ipairs(descriptions) do
    accounts[i] = open(description)
  end
  local out = {}
  for _, posting in ipairs(postings) do
    make(posting, out)
  end
  finish()
  return cmsgpack.pack(out)
end
