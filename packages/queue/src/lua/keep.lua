-- keep: who handed the run in or joined it, and lets it go on without anybody, knows that it was accepted. ARGV: listener. Until then the run
-- counts on that listener, so that one that nobody learns of is cancelled. While only one has said so, `detach` can take it back.
local meta = redis.call('HMGET', run, 'state', 'grace', 'kept_by')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if meta[2] ~= '-1' then
  redis.call('HSET', run, 'grace', -1, 'kept_by', ARGV[1] .. ' ' .. meta[2])
elseif meta[3] and string.match(meta[3], '^%S+') ~= ARGV[1] then
  redis.call('HDEL', run, 'kept_by')
end
redis.call('HDEL', run, 'orphaned')
return { 'ok' }
