-- finish: the only way to a terminal state. ARGV: state, owner (empty: whoever may cancel), kind of the last event, its data,
-- then pairs of kind and data of events that those who follow have not seen yet. Returns the state that the run has.
local target = ARGV[1]
local meta = redis.call('HMGET', run, 'state', 'owner', 'inbox', 'ttl')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended', meta[1] } end
if ARGV[2] ~= '' and tonumber(meta[2]) ~= tonumber(ARGV[2]) then return { 'stale' } end
for index = 5, #ARGV, 2 do emit(ARGV[index], ARGV[index + 1]) end
redis.call('HSET', run, 'state', target, 'ended', whole(now_ms()))
for _, field in ipairs(redis.call('HKEYS', journal)) do
  if string.sub(field, 1, 2) == 'c:' then close_cell(field, 'cancelled') end
end
emit('run', '{"status":"' .. target .. '"}')
emit(ARGV[3], ARGV[4])
redis.call('HSET', run, 'outcome', redis.call('HGET', run, 'number'))
redis.call('ZREM', open_runs, string.match(run, '[^:]+$'))
-- The owner, unless it asked for this itself, stops working on the run.
if ARGV[2] == '' then tell(meta[3], '{"kind":"ended","run":"' .. string.match(run, '[^:]+$') .. '"}') end
-- From here on its time to live counts.
for _, key in ipairs({ run, events, journal }) do redis.call('PEXPIRE', key, meta[4]) end
return { 'ok', target }
