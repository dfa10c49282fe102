-- adopt: a client's own retry looks for the run that its first try left behind. ARGV: fingerprint, listener, how long it counts without a sign.
-- Only a run that nobody listens to, whose result nobody got, and which runs or succeeded. Who adopts it listens, so that nobody else does;
-- a client that gives up again leaves it to its next try. KEYS[1] is not used.
-- Returns adopted with the run's id; wait when one may be free soon; none.
local twins = prefix .. ':twin:' .. ARGV[1]
local now = now_ms()
local may_be_free = false
for _, id in ipairs(redis.call('ZRANGE', twins, 0, 49)) do
  local key = run_key(id)
  local meta = redis.call('HMGET', key, 'state', 'delivered')
  if not meta[1] or meta[1] == 'failed' or meta[1] == 'cancelled' or meta[2] then
    redis.call('ZREM', twins, id)
  else
    redis.call('ZREMRANGEBYSCORE', key .. ':listeners', '-inf', whole(now))
    if redis.call('ZCARD', key .. ':listeners') == 0 then
      redis.call('ZADD', key .. ':listeners', whole(now + tonumber(ARGV[3])), ARGV[2])
      redis.call('PEXPIRE', key .. ':listeners', 60000)
      redis.call('HDEL', key, 'orphaned')
      return { 'adopted', id }
    end
    may_be_free = true
  end
end
return { may_be_free and 'wait' or 'none' }
