-- own: an orchestrator takes the run up. ARGV: its inbox. Draws the owner number; every decision of an older owner is refused from here on.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended', state } end
local owner = redis.call('HINCRBY', run, 'owner', 1)
redis.call('HSET', run, 'inbox', ARGV[1], 'state', 'running')
redis.call('HSETNX', run, 'started', whole(now_ms()))
redis.call('ZADD', open_runs, whole(now_ms()), run_id)
if state == 'queued' then emit('run', '{"status":"running"}') end
local meta = redis.call('HMGET', run, 'plan', 'created', 'started', 'deadline')
return { 'ok', owner, whole(now_ms()), meta[1], meta[2], meta[3], meta[4], redis.call('HGETALL', journal) }
