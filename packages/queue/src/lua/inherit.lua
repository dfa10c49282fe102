-- inherit: gives a run that nobody took up yet the successes of another, which failed. ARGV: the other's id. Returns how many.
local meta = redis.call('HMGET', run, 'state', 'deadline', 'ttl')
if not meta[1] then return { 'gone' } end
-- Whoever took it up has read its journal, and may have decided otherwise since.
if meta[1] ~= 'queued' then return { 'known' } end
local entries = redis.call('HGETALL', run_key(ARGV[1]) .. ':journal')
local values = {}
for index = 1, #entries, 2 do values[entries[index]] = entries[index + 1] end
local count = 0
for field, value in pairs(values) do
  -- The cell that succeeded, which may be that of a hedge, is the one that won its step.
  local step, dispatch = string.match(field, '^c:(.*)#(%d+)$')
  if step and string.sub(value, 1, 10) == 'succeeded|' then
    local report = 'r:' .. step .. '#' .. dispatch
    redis.call('HSET', journal, field, value, report, values[report], 'w:' .. step_of(step), dispatch)
    count = count + 1
  end
end
if count > 0 then redis.call('PEXPIREAT', journal, whole(tonumber(meta[2]) + tonumber(meta[3]))) end
redis.call('HSET', run, 'retry_of', ARGV[1])
return { 'ok', count }
