-- finish: ends the run. ARGV: state, owner (empty: whoever may cancel), kind of the last event, its data,
-- then pairs of kind and data of events that those who follow have not seen yet. Returns the state that the run has.
local meta = redis.call('HMGET', run, 'state', 'owner')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended', meta[1] } end
if ARGV[2] ~= '' and tonumber(meta[2]) ~= tonumber(ARGV[2]) then return { 'stale' } end
for index = 5, #ARGV, 2 do emit(ARGV[index], ARGV[index + 1]) end
end_run(ARGV[1], ARGV[3], ARGV[4], ARGV[2] ~= '')
return { 'ok', ARGV[1] }
