-- wait: a call is put aside until its provider's limits let it go. ARGV: step, dispatch, fence, caller's inbox, data of the event. Refuses when
-- its answer could not be used. Those who follow the run see once that it waits. It has not begun; its caller is told when nobody wants it any more.
local step, dispatch, fence = ARGV[1], ARGV[2], tonumber(ARGV[3])
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended' } end
if redis.call('HEXISTS', journal, 'w:' .. step_of(step)) == 1 then return { 'won' } end
local field = cell_field(step, dispatch)
local cell = read_cell(field)
if not cell then return { 'unknown' } end
if cell.status ~= 'open' and cell.status ~= 'kept' then return { 'closed' } end
if cell.fence > fence then return { 'fenced' } end
write_cell(field, cell.status, cell.fence, cell.try, ARGV[4])
if redis.call('HSETNX', journal, 'u:' .. step .. '#' .. dispatch, 1) == 1 then emit('call', ARGV[5]) end
return { 'ok', whole(now_ms()) }
