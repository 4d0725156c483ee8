-- Permits that are held until a time. Two kinds of account are that: seats, held by leases until
-- their ends; and a window that slides, where each slot holds what was taken in it until that has
-- left. The holders are in a sorted set by their times, what each holds in a hash, with the sum.

local SUM = '+'
local PAGE = 100
local MAX_LOOKED_AT = 1000

local function makeHeld()
  local Held = counted({})

  function Held.read(account)
    account.limit = account.rules[1]
    local sum = call('HGET', account.state, SUM)
    account.exists = sum and true
    account.sum = tonumber(sum or 0)
  end

  -- Lets go of a page of holders whose time is over. Returns whether there were any.
  local function expire(account)
    if account.sum == 0 then
      return false
    end
    local over = call('ZRANGEBYSCORE', account.ranks, '-inf', text(now - account.lasts),
      'LIMIT', '0', text(PAGE))
    if #over == 0 then
      return false
    end
    for _, permits in ipairs(call('HMGET', account.state, unpack(over))) do
      account.sum = account.sum - (permits or 0)
    end
    call('ZREM', account.ranks, unpack(over))
    call('HDEL', account.state, unpack(over))
    account.dirty, account.freed = true, true
    return true
  end

  function Held.remaining(account)
    return account.limit - account.sum
  end

  -- Refuses nobody for what is over, however much of it there is, and looks at no more than it must.
  function Held.fits(account, permits, leaving)
    while permits + leaving > account.limit - account.sum do
      if not expire(account) then
        return false
      end
    end
    return true
  end

  -- When so many have come free, those of the earliest times first. A time too early, if many hold.
  function Held.freeIn(account, missing)
    local last = now
    for first = 0, MAX_LOOKED_AT - 1, PAGE do
      local page = call('ZRANGE', account.ranks, text(first), text(first + PAGE - 1), 'WITHSCORES')
      local holders = {}
      for i = 1, #page, 2 do
        holders[#holders + 1] = page[i]
      end
      local amounts = #holders > 0 and call('HMGET', account.state, unpack(holders)) or {}
      for i, permits in ipairs(amounts) do
        last = tonumber(page[2 * i])
        missing = missing - (permits or 0)
        if missing <= 0 then
          return last + account.lasts - now
        end
      end
      if #holders < PAGE then
        break
      end
    end
    return max(last + account.lasts - now, 1)
  end

  -- The hash goes first: a sum without its holders would never come free.
  function Held.save(account)
    if account.sum == 0 then
      call('DEL', account.state, account.ranks)
      return
    end
    local last = call('ZREVRANGE', account.ranks, '0', '0', 'WITHSCORES')[2]
    local micros = tonumber(last or now) + account.lasts - now
    call('HSET', account.state, SUM, text(account.sum))
    call('PEXPIRE', account.state, keep(micros))
    call('PEXPIRE', account.ranks, keep(micros + 1000000))
  end

  return Held, expire
end

-- Seats, held by leases.
local function makeSeats()
  local Seats, expire = makeHeld()

  function Seats.load(account)
    Seats.read(account)
    account.lasts = 0
    expire(account)
  end

  -- What a lease holds; nil if nothing, or if its time is over.
  function Seats.held(account, lease)
    local ends = account.sum > 0 and call('ZSCORE', account.ranks, lease)
    return ends and tonumber(ends) > now and tonumber(call('HGET', account.state, lease)) or nil
  end

  function Seats.hold(account, lease, permits, ends)
    local before = account.sum > 0 and call('HGET', account.state, lease) or 0
    call('ZADD', account.ranks, text(ends), lease)
    call('HSET', account.state, lease, text(permits))
    account.sum = account.sum + permits - before
    account.exists, account.dirty = true, true
  end

  function Seats.take(account, permits, holder)
    Seats.hold(account, holder[1], permits, now + holder[2])
  end

  function Seats.extend(account, lease, ends)
    if not Seats.held(account, lease) then
      return 0
    end
    call('ZADD', account.ranks, 'XX', text(ends), lease)
    account.dirty = true
    return 1
  end

  function Seats.drop(account, lease)
    local permits = account.sum > 0 and call('HGET', account.state, lease)
    if permits then
      call('ZREM', account.ranks, lease)
      call('HDEL', account.state, lease)
      account.sum = account.sum - permits
      account.dirty, account.freed = true, true
    end
  end

  -- They are held, not spent.
  function Seats.exhaust() end
  function Seats.giveBack() end
  function Seats.fill() end

  function Seats.debit()
    return 0
  end

  return Seats
end

-- A window that slides. What is taken in a slot leaves as if taken at the end of it.
local function makeSliding()
  local Sliding, expire = makeHeld()
  local freeIn = Sliding.freeIn

  local function slotEnd(account, time)
    return ceil(time / account.rules[3]) * account.rules[3]
  end

  function Sliding.load(account)
    Sliding.read(account)
    account.lasts = account.rules[2]
    while expire(account) do end
    account.freed = false -- by time: who waits knows when
  end

  local function addTo(account, slot, permits)
    local amount = call('HINCRBY', account.state, slot, text(permits))
    account.sum = account.sum + permits
    if amount > 0 then
      call('ZADD', account.ranks, slot, slot)
    else
      call('HDEL', account.state, slot)
      call('ZREM', account.ranks, slot)
    end
    account.exists, account.dirty = true, true
  end

  -- A clock that went back further than the window is long is believed.
  function Sliding.freeIn(account, missing)
    local micros = freeIn(account, missing)
    if micros <= 2 * account.lasts then
      return micros
    end
    local sum = account.sum
    call('DEL', account.state, account.ranks)
    account.sum = 0
    addTo(account, text(slotEnd(account, now)), sum)
    return freeIn(account, missing)
  end

  function Sliding.take(account, permits)
    if permits > 0 then
      addTo(account, text(slotEnd(account, now)), permits)
    end
  end

  function Sliding.exhaust(account)
    Sliding.take(account, account.limit)
  end

  function Sliding.giveBack(account, permits, takenAt)
    local slot = text(slotEnd(account, takenAt))
    local amount = account.sum > 0 and call('HGET', account.state, slot)
    if amount then
      addTo(account, slot, -min(permits, tonumber(amount)))
    end
  end

  function Sliding.debit(account, permits)
    local counted = max(0, min(permits, 2 * account.limit - account.sum))
    Sliding.take(account, counted)
    return permits - counted
  end

  function Sliding.fill(account)
    call('DEL', account.state, account.ranks)
    account.sum = 0
    account.exists = false
  end

  return Sliding
end
