-- pardon: an operator lets a run or a dispatch out of quarantine; it counts as one that never killed anybody. ARGV: dispatch (empty: the run).
local is_run = ARGV[1] == ''
local id = is_run and run_id or run_id .. '.' .. ARGV[1]
if redis.call('ZREM', quarantine, id) == 0 then return { 'unknown' } end
if is_run then forget_deaths(run, 'deaths', id) else forget_deaths(journal, 'q:' .. ARGV[1], id) end
return { 'ok' }
