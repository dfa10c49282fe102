-- erase: removes everything of a run that has ended, content and all. Gives what its dispatches were, as fields and values in turn: their jobs
-- are removed by whoever asked.
local state = redis.call('HGET', run, 'state')
if not state then return { 'gone' } end
if not is_terminal(state) then return { 'open' } end
local intents = {}
for _, field in ipairs(redis.call('HKEYS', journal)) do
  if string.sub(field, 1, 2) == 'i:' then
    intents[#intents + 1] = field
    intents[#intents + 1] = redis.call('HGET', journal, field)
  end
end
local caller = redis.call('HGET', run, 'caller')
forget_twin()
redis.call('DEL', run, events, journal, listeners)
redis.call('ZREM', prefix .. ':runs:' .. caller, run_id)
return { 'ok', intents }
