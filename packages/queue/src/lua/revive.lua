-- revive: an open run whose job is gone gets the next one. ARGV: number of the job that was looked at. Returns ok with the next number;
-- another sweeper that was first makes it `known`.
local meta = redis.call('HMGET', run, 'state', 'jobs')
if not meta[1] then
  redis.call('ZREM', open_runs, run_id)
  redis.call('HDEL', needs, run_id)
  -- Its dispatches are named by nothing else any more.
  for _, id in ipairs(redis.call('ZRANGE', quarantine, 0, -1)) do
    if string.sub(id .. '.', 1, #run_id + 1) == run_id .. '.' then redis.call('ZREM', quarantine, id) end
  end
  return { 'gone' }
end
if is_terminal(meta[1]) then
  redis.call('ZREM', open_runs, run_id)
  redis.call('HDEL', needs, run_id)
  return { 'ended' }
end
if meta[2] ~= ARGV[1] then return { 'known' } end
redis.call('ZADD', open_runs, whole(now_ms()), run_id)
return { 'ok', redis.call('HINCRBY', run, 'jobs', 1) }
