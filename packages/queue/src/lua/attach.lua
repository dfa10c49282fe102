-- attach: a listener comes, or shows that it is still there. ARGV: listener, how long it counts without a sign. Returns the run's state.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if not is_terminal(state) then add_listener(ARGV[1], now_ms() + tonumber(ARGV[2])) end
return { 'ok', state }
