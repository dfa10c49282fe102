-- board: everything about providers, for eyes. Gives JSON: the time and for each provider its scopes (what is configured and what changes, in the
-- order of the numbers above, with the number of leases), waiting calls by class, granted ones, and what was learned.
local board = {}
for _, provider in ipairs(redis.call('HKEYS', limits .. ':settings')) do
  local by_scope, seen = {}, {}
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', lease_key(provider), '(' .. number_text(now), '+inf')) do
    local rest = provider .. '#' .. string.match(lease, '|(.*)$')
    for _, id in ipairs({ rest, string.match(rest, '^(.-)/') }) do by_scope[id] = (by_scope[id] or 0) + 1 end
    by_scope[provider] = (by_scope[provider] or 0) + 1
  end
  for _, id in ipairs(redis.call('SMEMBERS', limits .. ':scopes:' .. provider)) do
    local scope = load_scope(id)
    if scope then
      -- What nothing is known of is no number in JSON.
      seen[#seen + 1] = { id = id, limits = scope.limits, state = scope.state, leases = by_scope[id] or 0, rate = adaptive_rate(scope.state) or 0 }
    else
      redis.call('SREM', limits .. ':scopes:' .. provider, id)
    end
  end
  local waiting, granted = { 0, 0, 0, 0, 0, 0 }, redis.call('HLEN', tickets_key(provider))
  for _, name in ipairs(redis.call('SMEMBERS', queues_key(provider))) do
    local class, count = tonumber(string.match(name, '^%d+')) + 1, redis.call('ZCARD', queue_key(provider, name))
    waiting[class], granted = waiting[class] + count, granted - count
  end
  local learned = {}
  for _, model in ipairs(redis.call('SMEMBERS', limits .. ':models:' .. provider)) do
    local fields = redis.call('HGETALL', learned_key(provider, model))
    if #fields > 0 then learned[#learned + 1] = { model = model, fields = fields } end
    if #fields == 0 then redis.call('SREM', limits .. ':models:' .. provider, model) end
  end
  board[#board + 1] = { provider = provider, scopes = seen, waiting = waiting, granted = granted, learned = learned }
end
return { number_text(now), #board == 0 and '[]' or cjson.encode(board) }
