-- append: adds a batch of tokens to the run's events. ARGV: step, dispatch, fence, try, stream attempt (0 opens one), index of the batch,
-- kind of event, rest of its data. The newest stream attempt of a step is the only one that may write.
local step, dispatch, fence, try = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local attempt, index = tonumber(ARGV[5]), tonumber(ARGV[6])
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended' } end
if redis.call('HEXISTS', journal, 'w:' .. step_of(step)) == 1 then return { 'won' } end
local cell = read_cell(cell_field(step, dispatch))
if not cell or cell.status ~= 'open' then return { 'closed' } end
if cell.fence ~= fence then return { 'fenced' } end

local field = 'a:' .. step
local opener = dispatch .. '.' .. whole(fence) .. '.' .. try
local stored = redis.call('HGET', journal, field)
local newest, by, length = 0, '', 0
if stored then
  local n, b, l = string.match(stored, '^(%d+)|([^|]*)|(%d+)$')
  newest, by, length = tonumber(n), b, tonumber(l)
end
if by == opener then
  if attempt ~= 0 and attempt ~= newest then return { 'stale' } end
else
  if attempt ~= 0 then return { 'stale' } end
  newest, length = newest + 1, 0
  -- What an earlier attempt said is void, and those who follow must hear so before the first new word.
  if newest > 1 then emit('reset', '{"step":' .. cjson.encode(step) .. ',"stream_attempt":' .. newest .. '}') end
end
if index == length then
  emit(ARGV[7], '{"step":' .. cjson.encode(step) .. ',"stream_attempt":' .. newest .. ',' .. ARGV[8])
  length = length + 1
end
redis.call('HSET', journal, field, newest .. '|' .. opener .. '|' .. length)
return { 'ok', newest }
