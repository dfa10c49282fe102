-- own: an orchestrator takes the run up. ARGV: its inbox, the job it took and how often that was taken from a worker that died (empty: this
-- is known). Draws the owner number; every decision of an older owner is refused from here on. Gives also the deaths since the last commit.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended', state } end
local owner = redis.call('HINCRBY', run, 'owner', 1)
redis.call('HSET', run, 'inbox', ARGV[1], 'state', 'running')
redis.call('HSETNX', run, 'started', whole(now_ms()))
redis.call('ZADD', open_runs, whole(now_ms()), run_id)
if state == 'queued' then emit('run', '{"status":"running"}') end
local deaths = count_deaths(run, 'deaths', ARGV[2] or '', tonumber(ARGV[3]) or 0, 0)
local entries = redis.call('HGETALL', journal)
-- It is aside no more; that it was is part of what its owner is told.
if redis.call('HDEL', run, 'parked') == 1 then redis.call('HDEL', journal, 'p') end
local meta = redis.call('HMGET', run, 'plan', 'created', 'started', 'deadline')
return { 'ok', owner, whole(now_ms()), meta[1], meta[2], meta[3], meta[4], entries, deaths and deaths.deaths or 0 }
