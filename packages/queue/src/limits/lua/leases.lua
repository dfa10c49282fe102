-- Requests under way: a set of leases by the time at which they end by themselves, so that no count can drift.
local LEASE_MS, LEASES_KEPT_MS = 10000, 600000

local function lease_key(id)
  return limits .. ':leases:' .. id
end

local lease_counts = {}
local function count_leases(id)
  if not lease_counts[id] then lease_counts[id] = redis.call('ZCOUNT', lease_key(id), '(' .. number_text(now), '+inf') end
  return lease_counts[id]
end
