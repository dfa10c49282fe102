-- A scope is one thing that has limits: a provider (`P`), a key (`P#key`), a model under a key (`P#key/model`).

-- What is configured, 0: no limit of this kind.
local LIMITS = '<ddddddddd'
local RPM, ITPM, OTPM, TPM, CONCURRENT, RPD, TPD, ADAPTIVE, REQUESTED = 1, 2, 3, 4, 5, 6, 7, 8, 9

-- What changes. Times are Redis times in ms, 0: never.
local STATE_SIZE = 28
local STATE = '<dddddddddddddddddddddddddddd'
-- When it was last looked at; requests in the bucket; the UTC day and what was used of it.
local AT, LEVEL, DAY, DAY_REQUESTS, DAY_TOKENS = 1, 2, 3, 4, 5
-- Until when the provider asked to wait, why (see WHY), and how often it did so in a row.
local BLOCKED, BLOCKED_WHY, STREAK = 6, 7, 8
-- 0 open, 1 paused, 2 drained.
local OPERATION = 9
-- What was used, fading: multiplied with 60 s / USE_MS it is a rate per minute.
local USED_REQUESTS, USED_INPUT, USED_OUTPUT, RECENT = 10, 11, 12, 13
-- Limits that the provider's headers name.
local CAP_RPM, CAP_ITPM, CAP_OTPM, CAP_TPM = 14, 15, 16, 17
-- The adaptive rate: see adaptive.lua.
local PEAK, CUT_AT, DEMAND_MS, WANTED_UNTIL, ADAPTIVE_LEVEL = 18, 19, 20, 21, 22
-- The breaker: see breaker.lua.
local FAILURES, OPEN_UNTIL, OPEN_MS, PROBE_UNTIL = 23, 24, 25, 26
-- Until when its key lives, where it does not live for ever.
local KEPT_UNTIL = 27
-- Until when limits by headers are believed.
local CAPS_UNTIL = 28

local USE_MS, RECENT_MS, DAY_MS = 30000, 5000, 86400000
local KEEP_MS = 172800000

local TOKEN_METERS = {
  { field = 'wi', limit = ITPM, cap = CAP_ITPM, input = 1, output = 0, name = 'input_tokens_per_minute' },
  { field = 'wo', limit = OTPM, cap = CAP_OTPM, input = 0, output = 1, name = 'output_tokens_per_minute' },
  { field = 'wt', limit = TPM, cap = CAP_TPM, input = 1, output = 1, name = 'tokens_per_minute' },
}

local function scope_key(id)
  return limits .. ':scope:' .. id
end

-- The smaller of what is configured and what the headers said lately; 0: neither. No call is refused by headers: one that is larger than what they
-- say, which is `tokens`, goes by what is configured.
local function effective(scope, limit, cap, tokens)
  local configured, said = scope.limits[limit], scope.state[cap]
  if scope.state[CAPS_UNTIL] <= now or (tokens and tokens > said) then return configured end
  if configured == 0 or (said > 0 and said < configured) then return said end
  return configured
end

-- Any 60 s hold at most the limit: a burst of a hundredth is part of it, and one more is kept back for requests that are late on their way.
-- Gives what flows off each ms and what the bucket holds.
local function request_bucket(limit)
  local whole = math.max(1, math.floor(limit))
  local burst = math.floor(whole * 0.01)
  local spare = whole >= 100 and 1 or 0
  return math.min(limit, whole - burst - spare) / 60000, burst + 1
end

-- What an adaptive scope admits a second; nil: whatever comes.
local CUBIC, STRETCH_AT, MAX_STRETCH, CUT = 0.0006, 10, 6, 0.1
local function adaptive_rate(state)
  local peak = state[PEAK]
  if peak == 0 then return nil end
  local stretch = math.min(MAX_STRETCH, math.max(1, STRETCH_AT / peak))
  local from_plateau = state[DEMAND_MS] / 1000 / stretch - (CUT / CUBIC) ^ 0.3333333333333333
  return math.min(1e6, peak * (1 + CUBIC * from_plateau ^ 3))
end

-- Redis' clock went back: what lies ahead by the old time lies as far ahead by the new one.
local CLOCK_STEP_MS = 1000
local function set_back(state)
  local step = state[AT] - now
  for _, field in ipairs({ BLOCKED, CUT_AT, WANTED_UNTIL, OPEN_UNTIL, PROBE_UNTIL, KEPT_UNTIL, CAPS_UNTIL }) do
    if state[field] > 0 then state[field] = math.max(1, state[field] - step) end
  end
  state[AT] = now
end

-- Brings a scope to the present: what flowed off, faded, or belonged to a day that is over.
local function advance(scope)
  local state = scope.state
  if state[AT] > now + CLOCK_STEP_MS then
    set_back(state)
    scope.is_changed = true
  end
  -- The rate that was found is one of a time in which it was looked for.
  if scope.limits[ADAPTIVE] == 0 then state[PEAK] = 0 end
  local passed = math.max(0, now - state[AT])
  local request_limit = effective(scope, RPM, CAP_RPM)
  if request_limit > 0 then
    state[LEVEL] = math.max(0, state[LEVEL] - passed * request_bucket(request_limit))
  else
    state[LEVEL] = 0
  end
  local rate = adaptive_rate(state)
  if rate then
    state[ADAPTIVE_LEVEL] = math.max(0, state[ADAPTIVE_LEVEL] - passed * rate / 1000)
    state[DEMAND_MS] = state[DEMAND_MS] + math.max(0, math.min(now, state[WANTED_UNTIL]) - state[AT])
  end
  local fade = math.exp(-passed / USE_MS)
  state[USED_REQUESTS], state[USED_INPUT], state[USED_OUTPUT] = state[USED_REQUESTS] * fade, state[USED_INPUT] * fade, state[USED_OUTPUT] * fade
  state[RECENT] = state[RECENT] * math.exp(-passed / RECENT_MS)
  local day = math.floor(now / DAY_MS)
  if state[DAY] ~= day then state[DAY], state[DAY_REQUESTS], state[DAY_TOKENS] = day, 0, 0 end
  if passed > 0 then state[AT] = now end
  for index = 1, #TOKEN_METERS do
    local meter = TOKEN_METERS[index]
    local limit = effective(scope, meter.limit, meter.cap)
    if limit > 0 then
      -- Calls that are too large for what headers say go by what is configured, so the pace does.
      if scope.limits[meter.limit] > 0 then limit = scope.limits[meter.limit] end
      local window = read_window(scope.texts[meter.field])
      window[PACE_LEVEL] = math.max(0, window[PACE_LEVEL] - passed * limit * PACE_SHARE / 60000)
      scope.windows[meter.field] = window
    end
  end
end

local scopes = {}

-- A scope as it is now; false: nobody configured it.
local function load_scope(id)
  local scope = scopes[id]
  if scope ~= nil then return scope end
  local found = redis.call('HMGET', scope_key(id), 'c', 's', 'wi', 'wo', 'wt')
  if not found[1] then
    scopes[id] = false
    return false
  end
  scope = { id = id, limits = { struct.unpack(LIMITS, found[1]) }, texts = { wi = found[3], wo = found[4], wt = found[5] }, windows = {} }
  if found[2] then
    -- What was written before a number was added to it is shorter.
    if #found[2] < 8 * STATE_SIZE then found[2] = found[2] .. string.rep('\0', 8 * STATE_SIZE - #found[2]) end
    scope.state = { struct.unpack(STATE, found[2]) }
  else
    scope.state = {}
    for index = 1, STATE_SIZE do scope.state[index] = 0 end
    scope.state[AT] = now
  end
  advance(scope)
  scopes[id] = scope
  return scope
end

-- Writes what was changed. Models under keys are many and forgotten after two days, unless an operator said something of them.
local function save_scopes()
  for id, scope in pairs(scopes) do
    if scope and scope.is_changed then
      local is_renewed = scope.is_model and scope.state[OPERATION] == 0 and now > scope.state[KEPT_UNTIL] - KEEP_MS / 2
      if is_renewed then scope.state[KEPT_UNTIL] = now + KEEP_MS end
      local fields = { 's', struct.pack(STATE, unpack(scope.state, 1, STATE_SIZE)) }
      for field, window in pairs(scope.windows) do
        fields[#fields + 1] = field
        fields[#fields + 1] = struct.pack(WINDOW, unpack(window, 1, SLOTS + 2))
      end
      redis.call('HSET', scope_key(id), unpack(fields))
      if is_renewed then redis.call('PEXPIRE', scope_key(id), KEEP_MS) end
    end
  end
end

-- The provider's leases are all there are; a key's and a model's are kept apart only where their number is limited.
local function with_leases(provider, key, model, act)
  act(load_scope(provider), true)
  local of_key = load_scope(provider .. '#' .. key)
  if of_key then act(of_key, of_key.limits[CONCURRENT] > 0) end
  local of_model = load_scope(provider .. '#' .. key .. '/' .. model)
  if of_model then act(of_model, of_model.limits[CONCURRENT] > 0) end
end
