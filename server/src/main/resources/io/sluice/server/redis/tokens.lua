-- Tokens that come back with time: a level in units and the time up to which it was refilled, with
-- the scale in which it counts. The same arithmetic as the engine's TokenBucket.

local CLOSED_DEBT = 2^40
local KEEP_CLOSED_MICROS = 30 * DAY_MILLIS * 1000

-- Kinds are made when they are first needed, because a script begins anew each time it is called.
local function makeTokens()
  local Tokens = {}

  -- What time has brought since. The test for a full bucket comes before the multiplication.
  local function refill(bucket)
    local elapsed = now - bucket.at
    if elapsed <= 0 then
      return
    end
    local room = bucket.capacity - bucket.level
    local quanta = floor(elapsed / bucket.quantum)
    if bucket.perQuantum == 0 or room == 0 then
      bucket.at = now -- idle time must not become a second burst
    elseif quanta >= ceil(room / bucket.perQuantum) then
      bucket.level, bucket.at = bucket.capacity, now
    else
      bucket.level = bucket.level + quanta * bucket.perQuantum
      bucket.at = bucket.at + quanta * bucket.quantum
    end
  end

  -- Microseconds until so many units have come; NEVER if that is too far away to count.
  local function accrue(bucket, units)
    if bucket.perQuantum == 0 then
      return NEVER
    end
    local micros = ceil(units / bucket.perQuantum) * bucket.quantum
    if micros > MAX_NUMBER then
      return NEVER
    end
    return micros - (now - bucket.at)
  end

  -- How long the account has to be known until that many units have come.
  local function fillTime(bucket, units)
    if bucket.perQuantum == 0 then
      return KEEP_CLOSED_MICROS
    end
    local micros = units == 0 and 0 or accrue(bucket, units)
    return micros == NEVER and MAX_NUMBER or max(0, micros)
  end

  -- The level in units of another size, rounded down: no token is made.
  local function convert(level, from, to)
    local whole = floor(level / from.perToken)
    local burst = floor(to.capacity / to.perToken)
    if whole >= burst and to.capacity > 0 then
      return to.capacity
    end
    local deepest = to.perQuantum == 0 and CLOSED_DEBT or to.capacity
    if whole * to.perToken <= -deepest then
      return -deepest
    end
    local rest = level - whole * from.perToken
    local product = rest * to.perToken
    -- Too large to be exact, the product is taken two units lower, which is more than its error.
    local part = product < MAX_NUMBER and floor(product / from.perToken)
        or max(0, floor(rest / from.perToken * to.perToken) - 2)
    return min(whole * to.perToken + part, to.capacity)
  end

  function Tokens.load(account)
    local rules = account.rules
    local told = {
      quantum = rules[1], perToken = rules[2], perQuantum = rules[3], capacity = rules[4],
      level = rules[4], at = now,
    }
    account.bucket = told
    local row = call('GET', account.state)
    account.exists = row and true
    if not row then
      return
    end
    local level, at, quantum, perToken, perQuantum, capacity =
      string.match(row, '(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)')
    local known = {
      level = tonumber(level), at = tonumber(at), quantum = tonumber(quantum),
      perToken = tonumber(perToken), perQuantum = tonumber(perQuantum), capacity = tonumber(capacity),
    }
    -- A clock that went back further than the bucket takes to fill is believed.
    if known.perQuantum > 0
        and known.at - now > ceil(known.capacity / known.perQuantum) * known.quantum then
      known.at = now
      account.dirty = true
    end
    refill(known)
    if known.quantum == told.quantum and known.perToken == told.perToken
        and known.perQuantum == told.perQuantum and known.capacity == told.capacity then
      account.bucket = known
    else
      told.level = convert(known.level, known, told)
      told.at = max(known.at, now)
      account.dirty = true -- or time would go on by the old rate
      account.keep = fillTime(known, known.capacity - known.level) -- full earlier is not as new
    end
  end

  function Tokens.remaining(account)
    return floor(account.bucket.level / account.bucket.perToken)
  end

  -- What has to be there; nil if it never is. Above the burst a full bucket will do, up to its debt.
  local function needed(account, permits, leaving)
    local burst = floor(account.bucket.capacity / account.bucket.perToken)
    if leaving == 0 and permits <= 2 * burst then
      return min(permits, burst)
    end
    return permits + leaving <= burst and permits + leaving or nil
  end

  function Tokens.fits(account, permits, leaving)
    local need = needed(account, permits, leaving)
    return need and need * account.bucket.perToken <= account.bucket.level
  end

  function Tokens.wait(account, permits, leaving)
    local need = needed(account, permits, leaving)
    if not need then
      return NEVER
    end
    local missing = need * account.bucket.perToken - account.bucket.level
    return missing <= 0 and 0 or accrue(account.bucket, missing)
  end

  function Tokens.take(account, permits)
    account.bucket.level = account.bucket.level - permits * account.bucket.perToken
  end

  function Tokens.exhaust(account)
    account.bucket.level = 0
  end

  function Tokens.giveBack(account, permits)
    local bucket = account.bucket
    local room = bucket.capacity - bucket.level
    bucket.level = bucket.level
        + (permits > floor(room / bucket.perToken) and room or permits * bucket.perToken)
    refill(bucket) -- what is full is full from now on
  end

  function Tokens.debit(account, permits)
    local bucket = account.bucket
    account.exists = true
    local room = floor((bucket.level + bucket.capacity) / bucket.perToken)
    local counted = max(0, min(permits, room))
    bucket.level = bucket.level - counted * bucket.perToken
    return permits - counted
  end

  function Tokens.fill(account)
    account.bucket.level = account.bucket.capacity
    refill(account.bucket)
  end

  function Tokens.save(account)
    local bucket = account.bucket
    local micros = max(fillTime(bucket, bucket.capacity - bucket.level), account.keep or 0)
    if micros == 0 then
      call('DEL', account.state)
      return
    end
    call('SET', account.state,
      string.format('%.0f %.0f %.0f %.0f %.0f %.0f', bucket.level, bucket.at, bucket.quantum,
        bucket.perToken, bucket.perQuantum, bucket.capacity),
      'PX', keep(micros))
  end

  return Tokens
end
