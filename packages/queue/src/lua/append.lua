-- append: adds a batch of tokens to the run's events. ARGV: step, dispatch, fence, try, stream attempt (0 opens one), index of the batch,
-- kind of event, rest of its data. The newest stream attempt of a step is the only one that may write.
local step, dispatch, fence, try = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local attempt, index = tonumber(ARGV[5]), tonumber(ARGV[6])
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
local cell = read_cell(cell_field(step, dispatch))
-- The stage or the whole run went on without it: its answer is still wanted, its words by nobody.
local is_kept = cell and cell.status == 'kept' and cell.fence == fence and cell.try == try
if is_terminal(state) and not is_kept then return { 'ended' } end
if redis.call('HEXISTS', journal, 'w:' .. step_of(step)) == 1 then return { 'won' } end
if is_kept then return { 'kept' } end
if not cell or cell.status ~= 'open' then return { 'closed' } end
if cell.fence ~= fence or cell.try ~= try then return { 'fenced' } end

local stream, opener = read_stream(step), opener_of(dispatch, fence, try)
if stream.by ~= opener then
  if attempt ~= 0 then return { 'stale' } end
  open_stream(step, stream, opener)
elseif attempt ~= 0 and attempt ~= stream.attempt then
  return { 'stale' }
end
append_batch(step, stream, index, ARGV[7], ARGV[8])
write_stream(step, stream)
return { 'ok', stream.attempt }
