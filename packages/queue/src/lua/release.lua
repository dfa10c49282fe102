-- release: journals which answers a stage goes on with; the first decision stays. ARGV: owner, stage key, decision, data of its event,
-- whether stragglers are kept (0 or 1), then the cells (step, dispatch) that were still open.
local owner, stage, decision = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local meta = redis.call('HMGET', run, 'state', 'owner', 'deadline', 'ttl')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= owner then return { 'stale' } end
if redis.call('HSETNX', journal, 'd:' .. stage, decision) == 0 then
  return { 'ok', redis.call('HGET', journal, 'd:' .. stage) }
end
redis.call('PEXPIREAT', journal, whole(tonumber(meta[3]) + tonumber(meta[4])))
emit('stage', ARGV[4])
for index = 6, #ARGV, 2 do
  local field = cell_field(ARGV[index], ARGV[index + 1])
  if ARGV[5] == '1' then
    local cell = read_cell(field)
    if cell and cell.status == 'open' then write_cell(field, 'kept', cell.fence, cell.try, cell.inbox) end
  else
    close_cell(field, 'cancelled')
  end
end
return { 'ok', decision }
