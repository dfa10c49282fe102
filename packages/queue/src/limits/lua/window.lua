-- Tokens of the last minute, in slots of 2.5 s by the time of their grants. The slots cover at least 60 s, so that no window of a minute holds
-- more than their sum, also when something of it is given back. A pace beside them spreads the minute's tokens evenly.
local SLOTS, SLOT_MS = 25, 2500
local WINDOW = '<ddddddddddddddddddddddddddd'
-- Of a window's numbers: which slot is the newest, and the level of the pace. The slots follow.
local NEWEST, PACE_LEVEL, FIRST_SLOT = 1, 2, 3
-- Of the limit: what flows off each minute, so that the slots seldom bind; and what may come at once.
local PACE_SHARE, PACE_BURST = 0.96, 0.01

local function slot_at(time)
  return math.floor(time / SLOT_MS)
end

local function read_window(text)
  local newest = slot_at(now)
  if not text then
    local window = { newest, 0 }
    for index = FIRST_SLOT, SLOTS + 2 do window[index] = 0 end
    return window
  end
  local window = { struct.unpack(WINDOW, text) }
  if window[NEWEST] > newest + 1 then
    -- The clock went back: all of it counts from now on.
    local sum = 0
    for index = FIRST_SLOT, SLOTS + 2 do sum, window[index] = sum + window[index], 0 end
    window[NEWEST], window[FIRST_SLOT + newest % SLOTS] = newest, sum
  end
  for slot = math.max(window[NEWEST] + 1, newest - SLOTS + 1), newest do
    window[FIRST_SLOT + slot % SLOTS] = 0
  end
  if newest > window[NEWEST] then window[NEWEST] = newest end
  return window
end

local function window_sum(window)
  local sum = 0
  for index = FIRST_SLOT, SLOTS + 2 do sum = sum + window[index] end
  return sum
end

-- How long until so many more tokens fit; 0: now.
local function window_wait(window, limit, tokens)
  local wait = (window[PACE_LEVEL] - limit * PACE_BURST) / (limit * PACE_SHARE / 60000)
  if wait < 0.01 then wait = 0 end
  local excess = window_sum(window) + tokens - limit
  local slot = window[NEWEST] - SLOTS + 1
  while excess > 0 and slot <= window[NEWEST] do
    excess = excess - window[FIRST_SLOT + slot % SLOTS]
    slot = slot + 1
    wait = math.max(wait, (slot + SLOTS - 1) * SLOT_MS - now)
  end
  return wait
end

local function window_add(window, tokens)
  local index = FIRST_SLOT + window[NEWEST] % SLOTS
  window[index] = window[index] + tokens
  window[PACE_LEVEL] = window[PACE_LEVEL] + tokens
end
