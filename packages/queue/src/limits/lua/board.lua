-- board: everything about providers, for eyes.. Gives the time and JSON: for each provider
-- its scopes, waiting calls by class, granted ones, and what was learned. Limits are seven numbers, 0: none; times are Redis times, 0: never.
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

local function describe_scopes(provider)
  local leases, known, seen = {}, limits .. ':scopes:' .. provider, {}
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', lease_key(provider), '(' .. number_text(now), '+inf')) do
    local of_model = provider .. '#' .. string.match(lease, '|(.*)$')
    for _, id in ipairs({ provider, string.match(of_model, '^(.-)/'), of_model }) do leases[id] = (leases[id] or 0) + 1 end
  end
  for _, id in ipairs(redis.call('SMEMBERS', known)) do
    local scope = load_scope(id)
    if scope then seen[#seen + 1] = describe(scope, leases[id] or 0) else redis.call('SREM', known, id) end
  end
  return seen
end

local function describe_learned(provider)
  local known, seen = limits .. ':models:' .. provider, {}
  for _, model in ipairs(redis.call('SMEMBERS', known)) do
    local fields = redis.call('HGETALL', learned_key(provider, model))
    if #fields > 0 then seen[#seen + 1] = { model = model, fields = fields } else redis.call('SREM', known, model) end
  end
  return seen
end

local board = {}
for _, provider in ipairs(redis.call('HKEYS', limits .. ':settings')) do
  local waiting, granted = { 0, 0, 0, 0, 0, 0 }, redis.call('HLEN', tickets_key(provider))
  for _, name in ipairs(redis.call('SMEMBERS', queues_key(provider))) do
    local class, count = tonumber(string.match(name, '^%d+')) + 1, redis.call('ZCARD', queue_key(provider, name))
    waiting[class], granted = waiting[class] + count, granted - count
  end
  local learned = describe_learned(provider)
  board[#board + 1] = {
    provider = provider,
    scopes = describe_scopes(provider),
    waiting = waiting,
    granted = granted,
    learned = #learned > 0 and learned or nil,
  }
end
return { number_text(now), #board == 0 and '[]' or cjson.encode(board) }
