-- Permits in windows that begin and end: how many were taken in this one, when it began, and when
-- the last one was taken. The same arithmetic as the engine's FixedWindow and CalendarWindow.

-- Adds what all accounts have in common whose limit is a number of permits.
local function counted(kind)
  function kind.fits(account, permits, leaving)
    return permits + leaving <= kind.remaining(account)
  end

  function kind.wait(account, permits, leaving)
    local missing = permits + leaving - kind.remaining(account)
    if missing <= 0 then
      return 0
    end
    return permits + leaving > account.limit and NEVER or kind.freeIn(account, missing)
  end

  return kind
end

local function makeWindow()
  local Window = counted({})

  -- A window that begins now. What was taken at this instant, but before, belongs to the last one.
  local function begin(account)
    account.taken = 0
    account.began = max(now, account.last + 1)
  end

  function Window.read(account)
    account.limit = account.rules[1]
    account.taken, account.began, account.last = 0, 0, 0
    local row = call('GET', account.state)
    account.exists = row and true
    if row then
      local taken, began, last, ends = string.match(row, '(%S+) (%S+) (%S+) (%S+)')
      account.taken, account.began = tonumber(taken), tonumber(began)
      account.last, account.ends = tonumber(last), tonumber(ends)
    end
  end

  function Window.remaining(account)
    return account.limit - account.taken
  end

  function Window.open(account)
    if not account.exists then
      begin(account)
      account.exists = true
    end
  end

  function Window.take(account, permits)
    Window.open(account)
    account.taken = account.taken + permits
    account.last = now
  end

  function Window.exhaust(account)
    Window.take(account, account.limit)
  end

  function Window.giveBack(account, permits, takenAt)
    if account.exists and takenAt >= account.began then
      account.taken = max(0, account.taken - permits)
    end
  end

  function Window.debit(account, permits)
    local counted = max(0, min(permits, 2 * account.limit - account.taken))
    Window.take(account, counted)
    return permits - counted
  end

  function Window.fill(account)
    account.exists = false
    account.taken, account.last = 0, 0
  end

  function Window.write(account, micros)
    if not account.exists then
      call('DEL', account.state)
      return
    end
    call('SET', account.state,
      string.format('%.0f %.0f %.0f %.0f', account.taken, account.began, account.last, account.ends),
      'PX', keep(micros))
  end

  return Window, begin
end

-- Of a fixed length, which begins with the first permit.
local function makeFixed()
  local Fixed = makeWindow()

  function Fixed.load(account)
    Fixed.read(account)
    account.length = account.rules[2]
    -- A clock that went back further than a window is long is believed.
    if account.began > now + account.length then
      account.began = now
      account.dirty = true
    end
    if account.exists and now - account.began >= account.length then
      account.exists = false
      account.taken = 0
    end
  end

  function Fixed.freeIn(account)
    return account.began + account.length - now
  end

  function Fixed.save(account)
    account.ends = 0 -- told by its length
    Fixed.write(account, account.exists and Fixed.freeIn(account) or 0)
  end

  return Fixed
end

-- Of the calendar. The end, in milliseconds, is told by who has one; it only ever moves on.
local function makeCalendar()
  local Calendar, begin = makeWindow()

  function Calendar.load(account)
    Calendar.read(account)
    local told = account.rules[2]
    if account.exists and account.ends < told then
      begin(account)
      account.dirty = true
    end
    account.ends = max(told, account.ends or 0)
  end

  function Calendar.freeIn(account)
    return max(account.ends * 1000 - now, 1000) -- who told it may have a clock that is late
  end

  -- A day longer, because a clock that is late would open the window again.
  function Calendar.save(account)
    Calendar.write(account, account.ends * 1000 - now + DAY_MILLIS * 1000)
  end

  return Calendar
end
