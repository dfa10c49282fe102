-- configure: says what limits a provider has. ARGV: 1 provider, 2 its settings as JSON: `adaptive` and `requested` (0 or 1), `limits` (seven numbers,
-- 0: none), `keys` and `models` with limits of their own. Gives `ok`, or `known` when they are the same.
local provider, text = ARGV[1], ARGV[2]
if redis.call('HGET', limits .. ':settings', provider) == text then return { 'known' } end
redis.call('HSET', limits .. ':settings', provider, text)
local found = read_settings(provider)
local known = limits .. ':scopes:' .. provider

local is_key = {}
redis.call('HSET', scope_key(provider), 'c', pack_limits(found.limits, found))
redis.call('SADD', known, provider)
for _, key in ipairs(found.keys) do
  local id = provider .. '#' .. key.name
  is_key[key.name] = true
  redis.call('HSET', scope_key(id), 'c', pack_limits(key.limits, found))
  redis.call('PERSIST', scope_key(id))
  redis.call('SADD', known, id)
end
-- What is used up and learned of a scope stays; a key that is not named any more is not asked for again.
for _, id in ipairs(redis.call('SMEMBERS', known)) do
  local key, model = string.match(string.sub(id, #provider + 2), '^([^/]+)/(.+)$')
  if redis.call('EXISTS', scope_key(id)) == 0 then
    redis.call('SREM', known, id)
  elseif key then
    redis.call('HSET', scope_key(id), 'c', model_limits(provider, model))
  elseif id ~= provider and not is_key[string.sub(id, #provider + 2)] then
    -- What was used of its day and its minute is remembered in case it comes back.
    redis.call('HDEL', scope_key(id), 'c')
    redis.call('PEXPIRE', scope_key(id), KEEP_MS)
    redis.call('SREM', known, id)
  end
end
-- A limit of concurrency that is new finds what is under way already.
local under_way = redis.call('ZRANGEBYSCORE', lease_key(provider), '(' .. number_text(now), '+inf', 'WITHSCORES')
for index = 1, #under_way, 2 do
  local lease, expires = under_way[index], under_way[index + 1]
  with_leases(provider, string.match(lease, '|(.-)/'), string.match(lease, '|.-/(.*)$'), function(scope, has_leases)
    if has_leases and scope.id ~= provider then
      redis.call('ZADD', lease_key(scope.id), 'NX', expires, lease)
      redis.call('PEXPIRE', lease_key(scope.id), LEASES_KEPT_MS)
    end
  end)
end
return { 'ok' }
