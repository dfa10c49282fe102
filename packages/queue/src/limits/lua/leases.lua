-- Requests under way: a set of leases by the time at which they end by themselves, so that no count can drift.
-- A lease is named `<name>|<key>/<model>`. Of one that ended by itself it is known for a minute that it was there, so that what it came to is heard.
local LEASE_MS, ENDED_KEPT_MS, LEASES_KEPT_MS = 10000, 60000, 600000

local function lease_key(id)
  return limits .. ':leases:' .. id
end

local lease_counts = {}
local function count_leases(id)
  if not lease_counts[id] then lease_counts[id] = redis.call('ZCOUNT', lease_key(id), '(' .. number_text(now), '+inf') end
  return lease_counts[id]
end

local function forget_ended(provider)
  local key, ended = lease_key(provider), number_text(now - ENDED_KEPT_MS)
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', ended, 'LIMIT', 0, 100)) do
    local of_model = provider .. '#' .. string.match(lease, '|(.*)$')
    for _, id in ipairs({ provider, string.match(of_model, '^(.-)/'), of_model }) do redis.call('ZREM', lease_key(id), lease) end
  end
end
