-- accept: stores the plan and opens the run, or finds the one that an idempotency key stands for. ARGV: 1 plan, 2 caller, 3 total deadline ms,
-- 4 time to live ms, 5 listener (empty: nobody follows) and 6 how long it counts without a sign, 7 grace ms after the last listener is gone
-- (-1: the run goes on without any), 8 idempotency key (empty: none), 9 fingerprint of the body, 10 whether a retry without a key may adopt it,
-- 11 whether somebody is to be told of its end by a webhook, 12 whether new runs are refused (1: only joining is possible), 13 bytes that
-- the run may come to need.
-- Returns ok with Redis time and deadline, joined with a run's id, conflict, or full.
local plan, caller, total_deadline, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local idempotent = ARGV[8] ~= '' and prefix .. ':idem:' .. ARGV[8] or nil
local now = now_ms()

if idempotent then
  local known = redis.call('HMGET', idempotent, 'run', 'fingerprint')
  local state = known[1] and redis.call('HGET', run_key(known[1]), 'state')
  -- After a run that failed or was cancelled, the key is free again.
  if state and state ~= 'failed' and state ~= 'cancelled' then
    if known[2] ~= ARGV[9] then return { 'conflict' } end
    if ARGV[5] ~= '' and not is_terminal(state) then listen(known[1], ARGV[5], now + tonumber(ARGV[6])) end
    return { 'joined', known[1] }
  end
end
if redis.call('EXISTS', run) == 1 then return { 'exists' } end
if ARGV[12] == '1' then return { 'full' } end

local deadline = now + total_deadline
redis.call('HSET', run, 'plan', plan, 'caller', caller, 'state', 'queued', 'owner', 0, 'jobs', 1,
  'created', whole(now), 'deadline', whole(deadline), 'ttl', whole(ttl), 'grace', ARGV[7])
redis.call('ZADD', open_runs, whole(now), run_id)
if ARGV[13] then redis.call('HSET', needs, run_id, ARGV[13]) end
if ARGV[11] == '1' then redis.call('HSET', run, 'webhook', 'due') end
emit('run', '{"status":"queued"}')
add_listener(ARGV[5], now + tonumber(ARGV[6]))
-- Whatever happens, everything of a run expires.
redis.call('PEXPIRE', run, whole(total_deadline + ttl))
redis.call('PEXPIRE', events, whole(total_deadline + ttl))

-- A list of runs, oldest first, loses those that expired, faster than it grows. One that lives long keeps those behind it until its own end.
local function trim(key)
  for _, id in ipairs(redis.call('ZRANGE', key, 0, 3)) do
    if redis.call('EXISTS', run_key(id)) == 1 then return end
    redis.call('ZREM', key, id)
  end
end

-- Keys that point to runs live as long as the longest of them.
local function point(key, write)
  write(key)
  if redis.call('PTTL', key) < total_deadline + ttl then redis.call('PEXPIRE', key, whole(total_deadline + ttl)) end
end
if idempotent then point(idempotent, function(key) redis.call('HSET', key, 'run', run_id, 'fingerprint', ARGV[9]) end) end
if ARGV[10] == '1' then
  redis.call('HSET', run, 'twin', ARGV[9])
  point(prefix .. ':twin:' .. ARGV[9], function(key)
    trim(key)
    redis.call('ZADD', key, whole(now), run_id)
  end)
end
point(prefix .. ':runs:' .. caller, function(key)
  trim(key)
  redis.call('ZADD', key, 0, run_id)
end)
return { 'ok', whole(now), whole(deadline) }
