-- enter: journals that a stage began, once. ARGV: owner, stage key, then pairs of kind and data of the events that say so.
-- Returns the time at which it began first.
local owner, stage = tonumber(ARGV[1]), ARGV[2]
local meta = redis.call('HMGET', run, 'state', 'owner', 'deadline', 'ttl')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= owner then return { 'stale' } end
if redis.call('HSETNX', journal, 's:' .. stage, whole(now_ms())) == 1 then
  redis.call('PEXPIREAT', journal, whole(tonumber(meta[3]) + tonumber(meta[4])))
  for index = 3, #ARGV, 2 do emit(ARGV[index], ARGV[index + 1]) end
end
return { 'ok', redis.call('HGET', journal, 's:' .. stage) }
