-- What is shown of a provider. Limits are seven numbers, 0: none; times are Redis times, 0: never.
local CAPS = { CAP_RPM, CAP_ITPM, CAP_OTPM, CAP_TPM }
local PER_MINUTE = 60000 / USE_MS
local WHY = { 'rate_limited', 'headers' }

local function describe(scope, leases)
  local state, configured, admitted = scope.state, {}, {}
  for limit = RPM, TPD do
    configured[limit] = scope.limits[limit]
    admitted[limit] = CAPS[limit] and effective(scope, limit, CAPS[limit]) or configured[limit]
  end
  local rate = adaptive_rate(state)
  if rate and (admitted[RPM] == 0 or rate * 60 < admitted[RPM]) then admitted[RPM] = rate * 60 end
  return {
    id = scope.id,
    operation = state[OPERATION],
    configured = configured,
    effective = admitted,
    used = { state[USED_REQUESTS] * PER_MINUTE, state[USED_INPUT] * PER_MINUTE, state[USED_OUTPUT] * PER_MINUTE, state[DAY_REQUESTS], state[DAY_TOKENS] },
    leases = leases,
    blockedUntil = state[BLOCKED] > now and state[BLOCKED] or 0,
    blockedWhy = WHY[state[BLOCKED_WHY]] or '',
    failures = state[FAILURES],
    openUntil = state[OPEN_UNTIL],
  }
end

-- The provider, its keys, and models under them, named `key/model`. `leases` counts what is under way by scope, where it is known.
local function describe_provider(provider, models, leases)
  local seen = {}
  local function add(id)
    local scope = load_scope(id)
    if not scope then return end
    local count = leases and leases[id] or 0
    if not leases and (id == provider or scope.limits[CONCURRENT] > 0) then count = count_leases(id) end
    seen[#seen + 1] = describe(scope, count)
  end
  add(provider)
  for _, key in ipairs(read_settings(provider).keys) do add(provider .. '#' .. key.name) end
  for _, model in ipairs(models) do add(provider .. '#' .. model) end
  local waiting, granted = { 0, 0, 0, 0, 0, 0 }, redis.call('HLEN', tickets_key(provider))
  for _, name in ipairs(redis.call('SMEMBERS', queues_key(provider))) do
    local class, count = tonumber(string.match(name, '^%d+')) + 1, redis.call('ZCARD', queue_key(provider, name))
    waiting[class], granted = waiting[class] + count, granted - count
  end
  return { provider = provider, scopes = seen, waiting = waiting, granted = granted }
end
