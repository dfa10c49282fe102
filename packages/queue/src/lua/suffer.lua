-- suffer: counts workers that died on a run or a dispatch, and puts it into quarantine. ARGV: dispatch (empty: the run itself), what it makes,
-- job, how often that was taken from a worker that died, fence of the take-up that saw another death (0: none), how that came, from how many
-- deaths on it runs alone. Returns ok with the deaths since it last got anywhere, and how the last came.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if is_terminal(state) then return { 'ended' } end
local dispatch, is_run = ARGV[1], ARGV[1] == ''
if not is_run and redis.call('HEXISTS', journal, 'i:' .. dispatch) == 0 then return { 'unknown' } end
local key, field, id = run, 'deaths', run_id
if not is_run then key, field, id = journal, 'q:' .. dispatch, run_id .. '.' .. dispatch end
local entry = count_deaths(key, field, ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6])
if not entry then return { 'ok', 0, '' } end
if entry.deaths >= tonumber(ARGV[7]) and entry.since == '0' then
  entry.since, entry.step = whole(now_ms()), ARGV[2]
  write_deaths(key, field, entry)
  redis.call('ZADD', quarantine, entry.since, id)
  emit('run', '{"status":"' .. state .. '","quarantine":{"step":' .. (is_run and 'null' or cjson.encode(ARGV[2]))
    .. ',"deaths":' .. whole(entry.deaths) .. '}}')
end
return { 'ok', entry.deaths, entry.reason }
