-- begin: asked before every request to a provider. ARGV: step, dispatch, fence, try, caller's inbox, digest, data of the event,
-- record of this start, record of the end of the try before (or empty), whether the run's owner is told. Refuses when the answer could not be used.
local step, dispatch, fence, try = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HGET', run, 'state')
local field = cell_field(step, dispatch)
local cell = state and read_cell(field)
-- What the try before has spent is recorded also when no other follows.
if ARGV[9] ~= '' and (not cell or ends_now(step, dispatch, fence, try - 1, 'failed')) then record(ARGV[9]) end
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended' } end
if redis.call('HEXISTS', journal, 'w:' .. step_of(step)) == 1 then return { 'won' } end
if not cell then return { 'unknown' } end
if cell.status ~= 'open' and cell.status ~= 'kept' then return { 'closed' } end
if cell.fence > fence or (cell.fence == fence and cell.try > try) then return { 'fenced' } end
if redis.call('HGET', journal, 'i:' .. dispatch) ~= ARGV[6] then return { 'digest' } end
-- A composite member whose parent's stage went on without it sends nothing more.
local position = 1
while true do
  local slash = string.find(step, '/', position, true)
  if not slash then break end
  local stage, slot = string.match(string.sub(step, 1, slash - 1), '^(.*)%.(%d+)$')
  local decision = stage and redis.call('HGET', journal, 'd:' .. stage)
  if decision then
    local counted = false
    for _, kept in ipairs(cjson.decode(decision).slots or {}) do counted = counted or kept == tonumber(slot) end
    if not counted then return { 'closed' } end
  end
  position = slash + 1
end
-- A repeated call, whose answer was lost, starts nothing.
if cell.fence ~= fence or cell.try ~= try then
  write_cell(field, cell.status, fence, try, ARGV[5])
  record(ARGV[8])
  emit('call', ARGV[7])
  if ARGV[10] == '1' then
    tell(redis.call('HGET', run, 'inbox'),
      '{"kind":"begun","run":"' .. run_id .. '","step":' .. cjson.encode(step) .. ',"dispatch":' .. dispatch .. '}')
  end
end
return { 'ok', whole(now_ms()), redis.call('HGET', run, 'deadline') }
