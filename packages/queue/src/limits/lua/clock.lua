-- Shared by every script of the limits. KEYS: 1 the prefix of all their keys. Redis Cluster is no target, so the others are derived from it.
local limits = KEYS[1]

-- Milliseconds since 1970, and parts of one.
local function read_clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end

local now = read_clock()

local function number_text(number)
  return string.format('%.3f', number)
end
