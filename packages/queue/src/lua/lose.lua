-- lose: gives up a cell whose job is gone. ARGV: owner, step, dispatch. A cell that has an entry keeps it: its status is returned.
local meta = redis.call('HMGET', run, 'state', 'owner')
if not meta[1] then return { 'gone' } end
if is_terminal(meta[1]) then return { 'ended' } end
if tonumber(meta[2]) ~= tonumber(ARGV[1]) then return { 'stale' } end
local field = cell_field(ARGV[2], ARGV[3])
local cell = read_cell(field)
if not cell then return { 'unknown' } end
if cell.status ~= 'open' then return { cell.status } end
close_cell(field, 'lost')
return { 'lost' }
