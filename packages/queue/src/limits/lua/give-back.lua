-- Giving room back, and correcting what was taken.

-- Corrects what was reserved at a time: less is given back where it stood, more is charged to those who come now.
-- A debt is paced over a minute at most: after that the slots do not know of it either.
local function window_correct(window, at, tokens, limit)
  local level = window[PACE_LEVEL]
  window[PACE_LEVEL] = math.max(0, tokens > 0 and math.max(level, math.min(level + tokens, limit)) or level + tokens)
  local slot = tokens > 0 and window[NEWEST] or slot_at(at)
  if slot > window[NEWEST] - SLOTS and slot <= window[NEWEST] then
    local index = FIRST_SLOT + slot % SLOTS
    window[index] = math.max(0, window[index] + tokens)
  end
end

-- What was reserved at a time counts for now.
local function window_move(window, at, tokens)
  local slot, newest = slot_at(at), window[NEWEST]
  if slot > newest - SLOTS and slot < newest then
    local from, to = FIRST_SLOT + slot % SLOTS, FIRST_SLOT + newest % SLOTS
    window[from], window[to] = math.max(0, window[from] - tokens), window[to] + tokens
  end
end

-- Corrects the tokens of a call by what it came to. Requests are not given back: their burst is so small that a window would hold too many.
local function correct(scope, at, input, output, requests)
  local state = scope.state
  for _, meter in ipairs(TOKEN_METERS) do
    local window = scope.windows[meter.field]
    local tokens = input * meter.input + output * meter.output
    if window and tokens ~= 0 then window_correct(window, at, tokens, effective(scope, meter.limit, meter.cap)) end
  end
  state[USED_INPUT], state[USED_OUTPUT] = math.max(0, state[USED_INPUT] + input), math.max(0, state[USED_OUTPUT] + output)
  if math.floor(at / DAY_MS) == state[DAY] then
    state[DAY_TOKENS] = math.max(0, state[DAY_TOKENS] + input + output)
    state[DAY_REQUESTS] = math.max(0, state[DAY_REQUESTS] + requests)
  end
  if requests < 0 then state[ADAPTIVE_LEVEL] = math.max(0, state[ADAPTIVE_LEVEL] + requests) end
  scope.is_changed = true
end

-- Gives a lease back; false: it is not there any more.
local function drop_lease(provider, key, model, member)
  if redis.call('ZREM', lease_key(provider), member) == 0 then return false end
  lease_counts[provider] = nil
  with_leases(provider, key, model, function(scope, has_leases)
    if has_leases and scope.id ~= provider then
      redis.call('ZREM', lease_key(scope.id), member)
      lease_counts[scope.id] = nil
    end
  end)
  return true
end

-- A probe that told nothing: the next call is one.
local function note_nothing(scope, granted_at)
  if granted_at >= scope.state[OPEN_UNTIL] then
    scope.state[PROBE_UNTIL] = 0
    scope.is_changed = true
  end
end
