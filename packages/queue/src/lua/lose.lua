-- lose: gives up a cell whose job is gone. ARGV: owner (empty: who took its job up gives it up), step, dispatch, fence of who took it up,
-- then of a call that was tried: its last try, the record of that one's end, its report. What that spent is recorded also when this is refused.
-- A cell that has an entry keeps it: its status is returned. Of a step that another cell has won, nothing is lost: won is returned.
local meta = redis.call('HMGET', run, 'state', 'owner', 'inbox')
local tried = ARGV[5] ~= nil
local is_known = meta[1] and read_cell(cell_field(ARGV[2], ARGV[3]))
if tried and (not is_known or ends_now(ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), 'failed')) then
  record(ARGV[6])
end
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
local by_owner = ARGV[1] ~= ''
if by_owner and tonumber(meta[2]) ~= tonumber(ARGV[1]) then return { 'stale' } end
local field = cell_field(ARGV[2], ARGV[3])
local cell = read_cell(field)
if not cell then return { 'unknown' } end
if cell.status ~= 'open' then return { cell.status } end
if not by_owner and cell.fence > tonumber(ARGV[4]) then return { 'fenced' } end
local is_won = redis.call('HEXISTS', journal, 'w:' .. step_of(ARGV[2])) == 1
local status = is_won and 'cancelled' or 'lost'
close_cell(field, status)
if tried then redis.call('HSET', journal, 'r:' .. ARGV[2] .. '#' .. ARGV[3], ARGV[7]) end
if not by_owner then
  tell(meta[3], '{"kind":"settled","run":"' .. run_id .. '","step":' .. cjson.encode(ARGV[2]) .. ',"dispatch":' .. ARGV[3]
    .. ',"status":"' .. status .. '","report":' .. (ARGV[7] or 'null') .. ',"given_up":true}')
end
return { is_won and 'won' or 'lost' }
