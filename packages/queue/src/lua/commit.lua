-- commit: closes a cell with what became of its call; never refuses the record. ARGV: 1 step, 2 dispatch, 3 fence, 4 try,
-- 5 outcome (succeeded, failed, cancelled), 6 report, 7 and 8 event data around its status, 9 and 10 record around its status,
-- 11 stream attempt (0: its caller knows of none), 12 kind of event of its text (empty: nobody sees it), 13 index of the first batch that its
-- caller does not know to be appended, then the rests of the data of that batch and of those behind it.
local step, dispatch, fence, try, outcome = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local meta = redis.call('HMGET', run, 'state', 'inbox', 'deaths')
local state = meta[1]
local field = cell_field(step, dispatch)
local cell = state and read_cell(field)
-- Of a run that is gone, or of a dispatch that was never intended, nothing is written but the record.
if not cell then
  local status = outcome == 'succeeded' and 'late' or outcome
  record(ARGV[9] .. status .. ARGV[10])
  return { status }
end

local winner = 'w:' .. step_of(step)
local stream, attempt = read_stream(step), tonumber(ARGV[11])
local is_free = cell.status == 'open' or cell.status == 'lost'
local is_waiting = is_free or cell.status == 'kept' or cell.status == 'cancelled'
local status = outcome
if outcome ~= 'succeeded' then
  if is_terminal(state) or cell.status == 'cancelled' then status = 'cancelled' end
elseif is_terminal(state) or (is_waiting and not is_free) then
  status = 'late'
elseif not is_free or redis.call('HEXISTS', journal, winner) == 1 then
  status = 'duplicate'
elseif ARGV[12] ~= '' and attempt ~= 0 and attempt ~= stream.attempt then
  -- A streamed step is won by the attempt that its followers read, so that what they saw is what is committed.
  status = 'duplicate'
end

-- A repeated commit, whose answer was lost, changes nothing.
if not ends_now(step, dispatch, fence, try, status) then
  return { redis.call('HGET', journal, end_field(step, dispatch, fence, try)) }
end
record(ARGV[9] .. status .. ARGV[10])
-- A call whose job was taken up again since, and which is of no use, leaves the cell to the call that is made now.
local is_overtaken = cell.fence > fence and status ~= 'succeeded' and status ~= 'late'
if not is_waiting or is_overtaken then return { status } end

if status == 'succeeded' then
  if ARGV[12] ~= '' then
    local opener = opener_of(dispatch, fence, try)
    if attempt == 0 and stream.by ~= opener then open_stream(step, stream, opener) end
    for index = 14, #ARGV do append_batch(step, stream, tonumber(ARGV[13]) + index - 14, ARGV[12], ARGV[index]) end
    write_stream(step, stream)
  end
  redis.call('HSET', journal, winner, dispatch)
  -- Whoever still works on a step that is hedged, or was dispatched anew because this cell was given up, works for nothing.
  if cell.status == 'lost' or redis.call('HEXISTS', journal, 'h:' .. step_of(step)) == 1 then
    for _, other in ipairs(redis.call('HKEYS', journal)) do
      local rival = string.match(other, '^c:(.*)#%d+$')
      if rival and other ~= field and step_of(rival) == step_of(step) then close_cell(other, 'cancelled') end
    end
  end
end
write_cell(field, status, fence, try, cell.inbox)
redis.call('HSET', journal, 'r:' .. step .. '#' .. dispatch, ARGV[6])
if meta[3] then forget_deaths(run, 'deaths', run_id) end
if fence > 1 then forget_deaths(journal, 'q:' .. dispatch, run_id .. '.' .. dispatch) end
if not is_terminal(state) then
  emit('call', ARGV[7] .. status .. ARGV[8])
  tell(meta[2], '{"kind":"settled","run":"' .. run_id .. '","step":' .. cjson.encode(step) .. ',"dispatch":' .. dispatch
    .. ',"status":"' .. status .. '","report":' .. ARGV[6] .. '}')
end
return { status }
