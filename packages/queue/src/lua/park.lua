-- park: the owner puts a run aside of which no call has begun. ARGV: owner, until when at most, the most that this may be from now, then the
-- cells (step, dispatch) that it waits for. Refused as soon as one of them is more than waiting: begun (with its step and dispatch), or settled.
-- From here on the run's inbox is read for one thing: that something came.
local meta = redis.call('HMGET', run, 'state', 'owner')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= tonumber(ARGV[1]) then return { 'stale' } end
for index = 4, #ARGV, 2 do
  local cell = read_cell(cell_field(ARGV[index], ARGV[index + 1]))
  if not cell or cell.status ~= 'open' then return { 'settled' } end
  if cell.fence > 0 then return { 'begun', ARGV[index], tonumber(ARGV[index + 1]) } end
end
local now = now_ms()
redis.call('HSET', run, 'parked', whole(math.min(tonumber(ARGV[2]), now + tonumber(ARGV[3]))))
redis.call('HSET', journal, 'p', whole(now))
return { 'ok', whole(now) }
