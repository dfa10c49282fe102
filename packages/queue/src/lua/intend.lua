-- intend: journals a dispatch before its job is added. ARGV: owner, digest, number of steps, then per step its key and the data of its event.
local owner, digest, count = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local meta = redis.call('HMGET', run, 'state', 'owner', 'deadline', 'ttl')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= owner then return { 'stale' } end
local dispatch = redis.call('HINCRBY', run, 'dispatches', 1)
local steps = {}
for index = 0, count - 1 do
  local step = ARGV[4 + index * 2]
  steps[index + 1] = step
  write_cell(cell_field(step, dispatch), 'open', 0, 0, '')
  emit('call', ARGV[5 + index * 2])
end
redis.call('HSET', journal, 'i:' .. dispatch, digest)
if dispatch == 1 then redis.call('PEXPIREAT', journal, whole(tonumber(meta[3]) + tonumber(meta[4]))) end
return { 'ok', dispatch, whole(now_ms()) }
