-- inherit: gives a run that nobody took up yet the successes of another, which failed. ARGV: the other's id. Returns how many.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
local other = run_key(ARGV[1]) .. ':journal'
local entries = redis.call('HGETALL', other)
local values = {}
for index = 1, #entries, 2 do values[entries[index]] = entries[index + 1] end
local count = 0
for field, dispatch in pairs(values) do
  if string.sub(field, 1, 2) == 'w:' then
    local step = string.sub(field, 3)
    for _, key in ipairs({ 'c:' .. step .. '#' .. dispatch, 'r:' .. step .. '#' .. dispatch }) do
      if values[key] then redis.call('HSET', journal, key, values[key]) end
    end
    redis.call('HSET', journal, field, dispatch)
    count = count + 1
  end
end
if count > 0 then redis.call('PEXPIREAT', journal, whole(tonumber(redis.call('HGET', run, 'deadline')) + tonumber(redis.call('HGET', run, 'ttl')))) end
redis.call('HSET', run, 'retry_of', ARGV[1])
return { 'ok', count }
