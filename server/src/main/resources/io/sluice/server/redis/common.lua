-- Numbers and times. Every number is whole and at most 2^53, where doubles are exact; quotients of
-- such numbers round up and down exactly. Times are microseconds since 1970.

local call, floor, ceil, max, min = redis.call, math.floor, math.ceil, math.max, math.min

local NEVER = -1
local MAX_NUMBER = 2^53
local SLACK_MILLIS = 1000
local DAY_MILLIS = 86400000

local now -- set once, by the last part

-- tostring() would round at 14 digits.
local function text(number)
  return string.format('%.0f', number)
end

-- How long a key is kept that is of use for so many microseconds. No key lives for ever.
local function keep(micros)
  return text(min(ceil(max(0, micros) / 1000), MAX_NUMBER / 1000) + SLACK_MILLIS)
end
