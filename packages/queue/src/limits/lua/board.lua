-- board: everything about providers, for eyes. Gives the time and JSON: for each provider its scopes, waiting calls by class, granted ones, and what was
-- learned. Of models, whose names clients choose, at most so many are shown: those that are stopped, under way, waited for, or known.
local MOST_MODELS = 100

local function choose_models(provider, leases)
  local chosen, is_chosen = {}, {}
  local function choose(model)
    if #chosen >= MOST_MODELS or is_chosen[model] then return end
    is_chosen[model] = true
    if load_scope(provider .. '#' .. model) then chosen[#chosen + 1] = model end
  end
  local keys = read_settings(provider).keys
  for _, model in ipairs(redis.call('SMEMBERS', limits .. ':stopped:' .. provider)) do choose(model) end
  local busy = {}
  for id in pairs(leases) do
    local model = string.match(string.sub(id, #provider + 2), '^[^/]+/.+$')
    if model then busy[#busy + 1] = model end
  end
  table.sort(busy, function(one, other) return leases[provider .. '#' .. one] > leases[provider .. '#' .. other] end)
  for _, model in ipairs(busy) do choose(model) end
  local function choose_under_keys(model)
    for _, key in ipairs(keys) do choose(key.name .. '/' .. model) end
  end
  for _, name in ipairs(redis.call('SRANDMEMBER', queues_key(provider), MOST_MODELS)) do choose_under_keys(string.match(name, '^%d+:(.*)$')) end
  for _, model in ipairs(redis.call('SRANDMEMBER', limits .. ':models:' .. provider, MOST_MODELS)) do choose_under_keys(model) end
  for _, id in ipairs(redis.call('SRANDMEMBER', limits .. ':scopes:' .. provider, 2 * MOST_MODELS)) do
    local model = string.match(string.sub(id, #provider + 2), '^[^/]+/.+$')
    if model then choose(model) end
  end
  return chosen
end

local function count_under_way(provider)
  local leases = {}
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', lease_key(provider), '(' .. number_text(now), '+inf')) do
    local of_model = provider .. '#' .. string.match(lease, '|(.*)$')
    for _, id in ipairs({ provider, string.match(of_model, '^(.-)/'), of_model }) do leases[id] = (leases[id] or 0) + 1 end
  end
  return leases
end

local function describe_learned(provider)
  local known, seen = limits .. ':models:' .. provider, {}
  for _, model in ipairs(redis.call('SRANDMEMBER', known, MOST_MODELS)) do
    local fields = redis.call('HGETALL', learned_key(provider, model))
    if #fields > 0 then seen[#seen + 1] = { model = model, fields = fields } else redis.call('SREM', known, model) end
  end
  return seen
end

local board = {}
for _, provider in ipairs(redis.call('HKEYS', limits .. ':settings')) do
  local leases = count_under_way(provider)
  local described = describe_provider(provider, choose_models(provider, leases), leases)
  local learned = describe_learned(provider)
  described.learned = #learned > 0 and learned or nil
  board[#board + 1] = described
end
return { number_text(now), #board == 0 and '[]' or cjson.encode(board) }
