-- renew: keeps leases. ARGV: provider and lease, key and model of each. Gives the time and the leases that are gone, also those whose time was over.
local gone, by_scope = {}, {}
for index = 1, #ARGV, 4 do
  local provider, lease = ARGV[index], ARGV[index + 1]
  local of_key = provider .. '#' .. ARGV[index + 2]
  local expires = tonumber(redis.call('ZSCORE', lease_key(provider), lease) or 0)
  if not by_scope[provider] then forget_ended(provider) end
  if expires <= now then
    gone[#gone + 1] = lease
  else
    for _, id in ipairs({ provider, of_key, of_key .. '/' .. ARGV[index + 3] }) do
      by_scope[id] = by_scope[id] or {}
      table.insert(by_scope[id], number_text(now + LEASE_MS))
      table.insert(by_scope[id], lease)
    end
  end
end
for id, pairs_of_lease in pairs(by_scope) do
  -- Only where it stands: scopes without a limit of their own keep none.
  for first = 1, #pairs_of_lease, 1000 do
    redis.call('ZADD', lease_key(id), 'XX', unpack(pairs_of_lease, first, math.min(first + 999, #pairs_of_lease)))
  end
  redis.call('PEXPIRE', lease_key(id), LEASES_KEPT_MS)
end
return { number_text(now), gone }
