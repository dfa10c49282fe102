-- adopt: a client's own retry looks for the run that its first try left behind. ARGV: fingerprint, listener, how long it counts without a sign.
-- Only a run that nobody listens to, whose result nobody got, and which runs or succeeded. Who adopts it listens, so that nobody else does;
-- a client that gives up again leaves it to its next try. KEYS[1] is not used.
-- Returns adopted with the run's id; wait when one may be free soon; none.
local twins = prefix .. ':twin:' .. ARGV[1]
local now = now_ms()
-- How many of them, the oldest first, are listened to.
local taken = 0
while true do
  local ids = redis.call('ZRANGE', twins, taken, taken + 49)
  if #ids == 0 then return { taken > 0 and 'wait' or 'none' } end
  for _, id in ipairs(ids) do
    local key = run_key(id)
    local meta = redis.call('HMGET', key, 'state', 'delivered')
    if not meta[1] or meta[1] == 'failed' or meta[1] == 'cancelled' or meta[2] then
      redis.call('ZREM', twins, id)
    else
      redis.call('ZREMRANGEBYSCORE', key .. ':listeners', '-inf', whole(now))
      if redis.call('ZCARD', key .. ':listeners') == 0 then
        listen(id, ARGV[2], now + tonumber(ARGV[3]))
        return { 'adopted', id }
      end
      taken = taken + 1
    end
  end
end
