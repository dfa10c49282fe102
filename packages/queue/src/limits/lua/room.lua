-- Whether there is room for a call, and taking it.

-- Waits that only somebody else's act ends, and waits that nothing ends.
local UNTIL_TOLD, NEVER = 1e13, 1e14

-- One call probes what was put aside by the breaker (see outcome.lua); others wait for its end.
local PROBE_MS = 30000
local function breaker_wait(state)
  if state[OPEN_UNTIL] == 0 then return 0, nil end
  if state[OPEN_UNTIL] > now then return state[OPEN_UNTIL] - now, 'breaker_open' end
  if state[PROBE_UNTIL] > now then return state[PROBE_UNTIL] - now, 'breaker_probing' end
  return 0, nil
end

-- Models under keys appear as they are asked for: see settings.lua. Until that part is there, one that was never asked for is not known.
local make_model
local function load_model(provider, key, model)
  local id = provider .. '#' .. key .. '/' .. model
  local scope = load_scope(id)
  if not scope then
    if not make_model then return nil end
    make_model(provider, model, id)
    scopes[id] = nil
    scope = load_scope(id)
  end
  scope.is_model = true
  return scope
end

-- How long until a scope has room for a call, and what it waits for; 0: it has it now.
local function wait_for(scope, call)
  local state, configured = scope.state, scope.limits
  if state[OPERATION] == 2 then return NEVER, 'drained' end
  local wait, why = 0, nil
  local function consider(other, reason)
    if other > wait then wait, why = other, reason end
  end
  if state[OPERATION] == 1 then consider(UNTIL_TOLD, 'paused') end
  if state[BLOCKED] > now then consider(state[BLOCKED] - now, 'blocked') end
  consider(breaker_wait(state))
  local request_limit = effective(scope, RPM, CAP_RPM)
  if request_limit > 0 then
    local flow, holds = request_bucket(request_limit)
    local excess = state[LEVEL] + 1 - holds
    if excess > 1e-6 then consider(excess / flow, 'requests_per_minute') end
  end
  local rate = adaptive_rate(state)
  if rate then
    local excess = state[ADAPTIVE_LEVEL] + 1 - (1 + math.floor(rate * 0.05))
    if excess > 1e-6 then
      local until_free = excess / rate * 1000
      state[WANTED_UNTIL] = now + until_free + 1000
      scope.is_changed = true
      consider(until_free, 'adaptive_rate')
    end
  end
  for _, meter in ipairs(TOKEN_METERS) do
    local tokens = call.input * meter.input + call.output * meter.output
    local limit = effective(scope, meter.limit, meter.cap, tokens)
    if limit > 0 then
      if tokens > limit then return NEVER, 'too_large', { meter.name, limit, tokens } end
      consider(window_wait(scope.windows[meter.field], limit, tokens), meter.name)
    end
  end
  local tokens = call.input + call.output
  local tomorrow = (state[DAY] + 1) * DAY_MS - now
  if configured[RPD] > 0 and state[DAY_REQUESTS] + 1 > configured[RPD] then consider(tomorrow, 'requests_per_day') end
  if configured[TPD] > 0 then
    if tokens > configured[TPD] then return NEVER, 'too_large', { 'tokens_per_day', configured[TPD], tokens } end
    if state[DAY_TOKENS] + tokens > configured[TPD] then consider(tomorrow, 'tokens_per_day') end
  end
  if configured[CONCURRENT] > 0 and count_leases(scope.id) >= math.max(1, math.floor(configured[CONCURRENT])) then
    consider(UNTIL_TOLD, 'concurrent')
  end
  return wait, why
end

local function take(scope, call)
  local state = scope.state
  local tokens = call.input + call.output
  -- Before the first cut: since when it is in use.
  if state[PEAK] == 0 and state[RECENT] < 0.01 then state[WANTED_UNTIL] = now end
  state[LEVEL], state[ADAPTIVE_LEVEL], state[RECENT] = state[LEVEL] + 1, state[ADAPTIVE_LEVEL] + 1, state[RECENT] + 1
  state[USED_REQUESTS], state[USED_INPUT], state[USED_OUTPUT] =
    state[USED_REQUESTS] + 1, state[USED_INPUT] + call.input, state[USED_OUTPUT] + call.output
  state[DAY_REQUESTS], state[DAY_TOKENS] = state[DAY_REQUESTS] + 1, state[DAY_TOKENS] + tokens
  if state[OPEN_UNTIL] > 0 then state[PROBE_UNTIL] = now + PROBE_MS end
  for _, meter in ipairs(TOKEN_METERS) do
    local window = scope.windows[meter.field]
    if window then window_add(window, call.input * meter.input + call.output * meter.output) end
  end
  scope.is_changed = true
end

-- Takes room in all scopes of a call or in none, with the first of its keys that has it. Gives the key and the lease, or nothing and how long to
-- wait, for what, for which scope (`provider`, `key`, `model`), and details.
local function take_room(provider, call, lease, is_shut)
  local top = load_scope(provider)
  local wait, why, detail = wait_for(top, call)
  if wait > 0 then return nil, wait, why, 'provider', detail end
  local least, least_why, level, least_detail = 2 * NEVER, 'no_key', 'model', nil
  local denied = {}
  for _, key in ipairs(call.keys) do
    local of_key = load_scope(provider .. '#' .. key)
    if of_key and is_shut and is_shut[key] then
      -- Somebody before it waits for this key.
      of_key = nil
      if UNTIL_TOLD < least then least, least_why, level, least_detail = UNTIL_TOLD, 'queue', 'key', nil end
    end
    if of_key then
      wait, why, detail = wait_for(of_key, call)
      local where = 'key'
      if wait == 0 then
        local of_model = load_model(provider, key, call.model)
        where = 'model'
        if of_model then wait, why, detail = wait_for(of_model, call) else wait, why = NEVER, 'unknown' end
        if wait == 0 then
          local member = lease .. '|' .. key .. '/' .. call.model
          with_leases(provider, key, call.model, function(scope, has_leases)
            take(scope, call)
            if has_leases then
              redis.call('ZADD', lease_key(scope.id), number_text(now + LEASE_MS), member)
              redis.call('PEXPIRE', lease_key(scope.id), LEASES_KEPT_MS)
              if lease_counts[scope.id] then lease_counts[scope.id] = lease_counts[scope.id] + 1 end
            end
          end)
          return key, member
        end
      elseif wait < NEVER then
        denied[#denied + 1] = key
      end
      if wait < least then least, least_why, level, least_detail = wait, why, where, detail end
    end
  end
  -- A process that knows only keys of another configuration, or whose configuration is not told yet: that ends, and nothing is wrong with the call.
  if least > NEVER then least, least_why, level = UNTIL_TOLD, 'no_key', 'model' end
  -- Who comes later may not take from under this one what it waits for.
  if is_shut and least < NEVER then
    for _, key in ipairs(denied) do is_shut[key] = true end
  end
  return nil, least, least_why, level, least_detail
end
