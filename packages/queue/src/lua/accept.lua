-- accept: stores the plan and opens the run. ARGV: plan, caller, total deadline ms, time to live ms. Returns Redis time and the deadline.
local plan, caller, total_deadline, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', run) == 1 then return { 'exists' } end
local now = now_ms()
local deadline = now + total_deadline
redis.call('HSET', run, 'plan', plan, 'caller', caller, 'state', 'queued', 'owner', 0,
  'created', whole(now), 'deadline', whole(deadline), 'ttl', whole(ttl))
redis.call('ZADD', open_runs, whole(now), string.match(run, '[^:]+$'))
emit('run', '{"status":"queued"}')
-- Whatever happens, everything of a run expires.
redis.call('PEXPIRE', run, whole(total_deadline + ttl))
redis.call('PEXPIRE', events, whole(total_deadline + ttl))
return { 'ok', whole(now), whole(deadline) }
