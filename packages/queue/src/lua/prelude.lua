-- Shared by every script. KEYS: 1 the run's hash, 2 the set of open runs, 3 the stream of call records.
-- Redis Cluster is no target, so further keys of the run are derived from its first.
local run, open_runs, call_records = KEYS[1], KEYS[2], KEYS[3]
local journal, events, listeners = run .. ':journal', run .. ':events', run .. ':listeners'
local prefix = string.sub(open_runs, 1, -6)
local run_id = string.match(run, '[^:]+$')
-- Bytes that each open run may come to need, which keep their room while new runs are refused.
local needs = prefix .. ':needs'
-- Runs and dispatches that killed their workers too often and run alone, by the time since when.
local quarantine = prefix .. ':quarantine'

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function run_key(id)
  return prefix .. ':run:' .. id
end

-- Of these a client's answer is made; the others tell of the run's progress, which few follow.
local ANSWER = { delta = true, reset = true, finished = true, error = true }

-- Gives the event the run's next number, whoever writes it. The stream is the truth, PUBLISH wakes the followers: a message is the event's number,
-- that of the one before it on this channel, kind and data.
local function emit(kind, data)
  local number = redis.call('HINCRBY', run, 'number', 1)
  redis.call('XADD', events, number .. '-0', 'k', kind, 'd', data)
  local channel, before = events .. ':progress', number - 1
  if ANSWER[kind] then
    channel, before = events, redis.call('HGET', run, 'answered') or 0
    redis.call('HSET', run, 'answered', number)
  end
  redis.call('PUBLISH', channel, number .. ' ' .. before .. ' ' .. kind .. ' ' .. data)
end

-- The record stream keeps what was spent also when the run itself is gone.
local function record(line)
  if line ~= '' then
    redis.call('XADD', call_records, 'MAXLEN', '~', 100000, '*', 'r', line)
  end
end

local function is_terminal(state)
  return state == 'succeeded' or state == 'failed' or state == 'cancelled'
end

-- A hedge is the step's key behind a `~`: both win the same step.
local function step_of(key)
  return (string.gsub(key, '~.*$', ''))
end

local function cell_field(step, dispatch)
  return 'c:' .. step .. '#' .. dispatch
end

-- A cell is `status|fence|try|inbox of its caller`; nil where there is none.
local function read_cell(field)
  local text = redis.call('HGET', journal, field)
  if not text then return nil end
  local status, fence, try, inbox = string.match(text, '^([^|]*)|([^|]*)|([^|]*)|(.*)$')
  return { status = status, fence = tonumber(fence), try = tonumber(try), inbox = inbox }
end

local function write_cell(field, status, fence, try, inbox)
  redis.call('HSET', journal, field, status .. '|' .. whole(fence) .. '|' .. whole(try) .. '|' .. inbox)
end

local function end_field(step, dispatch, fence, try)
  return 'e:' .. step .. '#' .. dispatch .. '.' .. whole(fence) .. '.' .. whole(try)
end

-- Remembers how a try ended; false when that was known, so that each end is recorded once. Only for tries of a cell that exists.
local function ends_now(step, dispatch, fence, try, status)
  return redis.call('HSETNX', journal, end_field(step, dispatch, fence, try), status) == 1
end

-- Who opens a stream: a try of a cell.
local function opener_of(dispatch, fence, try)
  return dispatch .. '.' .. whole(fence) .. '.' .. whole(try)
end

-- The newest stream attempt of a step, who opened it, and how many batches it has; attempt 0 where there is none.
local function read_stream(step)
  local attempt, by, batches = string.match(redis.call('HGET', journal, 'a:' .. step) or '0||0', '^(%d+)|([^|]*)|(%d+)$')
  return { attempt = tonumber(attempt), by = by, batches = tonumber(batches) }
end

local function write_stream(step, stream)
  redis.call('HSET', journal, 'a:' .. step, whole(stream.attempt) .. '|' .. stream.by .. '|' .. whole(stream.batches))
end

-- Turns a stream into its next attempt. What an earlier one said is void, and those who follow must hear so before the first new word.
local function open_stream(step, stream, opener)
  stream.attempt, stream.by, stream.batches = stream.attempt + 1, opener, 0
  if stream.attempt > 1 then emit('reset', '{"step":' .. cjson.encode(step) .. ',"stream_attempt":' .. stream.attempt .. '}') end
end

-- Adds a batch to a stream unless it is there already: its caller may have missed the answer. `rest` is its data but for what stands here.
local function append_batch(step, stream, index, kind, rest)
  if index ~= stream.batches then return end
  emit(kind, '{"step":' .. cjson.encode(step) .. ',"stream_attempt":' .. stream.attempt .. ',' .. rest)
  stream.batches = stream.batches + 1
end

-- Tells a process something; one that is gone let its inbox expire, and nothing brings that back.
local function tell(inbox, message)
  if inbox and inbox ~= '' then
    redis.call('XADD', inbox, 'NOMKSTREAM', '*', 'm', message)
  end
end

-- The workers that died on a run (`deaths` of its hash) or on a dispatch (`q:<dispatch>` of its journal) since it last got anywhere, as
-- `deaths|stalls|fence|since|job|what it makes|how they died`. A job's stalls, which BullMQ never resets, and a death that a take-up of the job
-- reports are counted once each. `since` is 0 outside of quarantine.
local function read_deaths(key, field)
  local text = redis.call('HGET', key, field)
  if not text then return nil end
  local deaths, stalls, fence, since, job, step, reason = string.match(text, '^(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|([^|]*)|(.*)$')
  return { deaths = tonumber(deaths), stalls = tonumber(stalls), fence = tonumber(fence), since = since, job = job, step = step, reason = reason }
end

local function write_deaths(key, field, entry)
  redis.call('HSET', key, field, table.concat({ whole(entry.deaths), whole(entry.stalls), whole(entry.fence), entry.since, entry.job,
    entry.step, entry.reason }, '|'))
end

-- Counts what is new; `fence` is that of the take-up that reports a death, or 0. Nil where nobody ever died.
local function count_deaths(key, field, job, stalls, fence, reason)
  local entry = read_deaths(key, field)
  if not entry and stalls == 0 and fence == 0 then return nil end
  entry = entry or { deaths = 0, stalls = 0, fence = 0, since = '0', job = job, step = '', reason = '' }
  if entry.job ~= job then entry.job, entry.stalls, entry.fence = job, 0, 0 end
  local new = math.max(0, stalls - entry.stalls)
  if new > 0 then entry.stalls, entry.reason = stalls, 'its lock was lost' end
  if fence > entry.fence then new, entry.fence, entry.reason = new + 1, fence, reason end
  if new == 0 then return entry end
  entry.deaths = entry.deaths + new
  write_deaths(key, field, entry)
  return entry
end

-- It got somewhere, or is let go: what killed workers before is no longer held against it.
local function forget_deaths(key, field, id)
  local entry = read_deaths(key, field)
  if not entry or entry.deaths == 0 then return false end
  entry.deaths, entry.since = 0, '0'
  write_deaths(key, field, entry)
  redis.call('ZREM', quarantine, id)
  return true
end

-- Ends a cell that nobody waits for any more, if it is `open` or as given; a process that works on it is told to abort.
local function close_cell(field, status, or_if)
  local cell = read_cell(field)
  if not cell or (cell.status ~= 'open' and cell.status ~= or_if) then return end
  write_cell(field, status, cell.fence, cell.try, cell.inbox)
  local step, dispatch = string.match(field, '^c:(.*)#(%d+)$')
  tell(cell.inbox, cjson.encode({ kind = 'abort', run = run_id, step = step, dispatch = tonumber(dispatch) }))
end

-- Somebody reads a run's events until the given time: renewed by their gateway, so that one that dies is forgotten, with the last of them the key.
local function listen(id, listener, until_ms)
  local key = run_key(id) .. ':listeners'
  redis.call('ZADD', key, whole(until_ms), listener)
  redis.call('PEXPIREAT', key, whole(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]))
  redis.call('HDEL', run_key(id), 'orphaned')
end

local function add_listener(listener, until_ms)
  if listener ~= '' then listen(run_id, listener, until_ms) end
end

local function has_listener(now)
  redis.call('ZREMRANGEBYSCORE', listeners, '-inf', whole(now))
  return redis.call('ZCARD', listeners) > 0
end

-- No retry of a client may adopt the run any more.
local function forget_twin()
  local twin = redis.call('HGET', run, 'twin')
  if twin then redis.call('ZREM', prefix .. ':twin:' .. twin, run_id) end
end

-- The only way to a terminal state. `told`: the owner asked for it and need not be told.
local function end_run(target, kind, data, told)
  local meta = redis.call('HMGET', run, 'inbox', 'ttl', 'webhook')
  redis.call('HSET', run, 'state', target, 'ended', whole(now_ms()))
  -- In the same step as the end, so that no crash comes between the two.
  if meta[3] == 'due' then redis.call('ZADD', prefix .. ':webhooks', whole(now_ms()), run_id) end
  redis.call('HDEL', run, 'orphaned')
  if target ~= 'succeeded' then forget_twin() end
  -- An answer that was to be kept may still come after an end; after a cancel, nothing more is to be spent.
  local or_if = target == 'cancelled' and 'kept' or nil
  for _, field in ipairs(redis.call('HKEYS', journal)) do
    local kind = string.sub(field, 1, 2)
    if kind == 'c:' then close_cell(field, 'cancelled', or_if) end
    if kind == 'q:' then redis.call('ZREM', quarantine, run_id .. '.' .. string.sub(field, 3)) end
  end
  redis.call('ZREM', quarantine, run_id)
  emit('run', '{"status":"' .. target .. '"}')
  emit(kind, data)
  redis.call('HSET', run, 'outcome', redis.call('HGET', run, 'number'))
  redis.call('ZREM', open_runs, run_id)
  redis.call('HDEL', needs, run_id)
  if not told then tell(meta[1], '{"kind":"ended","run":"' .. run_id .. '"}') end
  -- From here on its time to live counts.
  for _, key in ipairs({ run, events, journal }) do redis.call('PEXPIRE', key, meta[2]) end
end
