-- erase: removes everything of a run that has ended, content and all.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if not is_terminal(state) then return { 'open' } end
local caller = redis.call('HGET', run, 'caller')
forget_twin()
redis.call('DEL', run, events, journal, listeners)
redis.call('ZREM', prefix .. ':runs:' .. caller, run_id)
return { 'ok' }
