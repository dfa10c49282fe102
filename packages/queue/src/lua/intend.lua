-- intend: journals a dispatch before its job is taken. ARGV: owner, dispatch number, digest, then per step its key and the data of its event.
local owner, dispatch, digest = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local meta = redis.call('HMGET', run, 'state', 'owner', 'deadline', 'ttl')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= owner then return { 'stale' } end
-- A repeated call, whose answer was lost, must not open cells again that callers have begun or closed since.
if redis.call('HSETNX', journal, 'i:' .. dispatch, digest) == 1 then
  redis.call('PEXPIREAT', journal, whole(tonumber(meta[3]) + tonumber(meta[4])))
  for index = 4, #ARGV, 2 do
    local field = cell_field(ARGV[index], dispatch)
    local step = step_of(ARGV[index])
    -- The answer of a dispatch that was given up may have come since: then nothing more is sent for its step.
    local is_won = redis.call('HEXISTS', journal, 'w:' .. step) == 1
    if not read_cell(field) then write_cell(field, is_won and 'cancelled' or 'open', 0, 0, '') end
    if step ~= ARGV[index] then redis.call('HSET', journal, 'h:' .. step, dispatch) end
    emit('call', ARGV[index + 1])
  end
end
return { 'ok', whole(now_ms()) }
