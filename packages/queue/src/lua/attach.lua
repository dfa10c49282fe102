-- attach: a listener comes, or shows that it is still there. ARGV: listener, how long it counts without a sign. Returns the run's state.
-- Also after the end, until its client has it all: no retry of another's may adopt the run meanwhile.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
add_listener(ARGV[1], now_ms() + tonumber(ARGV[2]))
return { 'ok', state }
