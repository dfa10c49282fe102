-- Grants what there is room for, in order: the lowest class first, but one that was passed over OVERDUE times with somebody waiting before all
-- others. With six classes at most four others can be overdue at once, so each has at least one of 16 grants.
local OVERDUE = 11
local MOST_TURNS = 64
local CLASSES = 6

local function next_queue(queues, passed)
  local best
  for _, queue in ipairs(queues) do
    if queue.head and not queue.is_stuck then
      local is_overdue, count = passed[queue.class] >= OVERDUE, passed[queue.class]
      queue.order = is_overdue and -count or queue.class
      if not best or queue.order < best.order or (queue.order == best.order and (queue.class < best.class or (queue.class == best.class and queue.tag < best.tag))) then
        best = queue
      end
    end
  end
  return best
end

local function read_head(provider, queue)
  local found = redis.call('ZRANGE', queue.key, 0, 0, 'WITHSCORES')
  queue.head, queue.tag = found[1], tonumber(found[2])
  queue.record = queue.head and read_ticket(provider, queue.head)
end

-- The keys that a provider has by now.
local function configured_keys(provider)
  local names = {}
  for index, key in ipairs(read_settings(provider).keys) do names[index] = key.name end
  return names
end

-- Gives the ms until somebody should look again; nil: nobody waits, or only for something that is told.
local function serve(provider)
  local names = redis.call('SMEMBERS', queues_key(provider))
  if #names == 0 then
    tidy_provider(provider)
    return nil
  end
  local queues, counts, passed, waiting = {}, redis.call('HMGET', order_key(provider), 'passed0', 'passed1', 'passed2', 'passed3', 'passed4', 'passed5'), {}, {}
  for class = 0, CLASSES - 1 do
    passed[class], waiting[class] = tonumber(counts[class + 1] or 0), 0
  end
  for index, name in ipairs(names) do
    local queue = { name = name, key = queue_key(provider, name), class = tonumber(string.match(name, '^%d+')) }
    read_head(provider, queue)
    waiting[queue.class] = waiting[queue.class] + 1
    queues[index] = queue
  end

  local is_shut, look, turns, is_served, is_provider_full = {}, nil, 0, false, false
  while not is_provider_full do
    local queue = next_queue(queues, passed)
    if not queue then break end
    if turns == MOST_TURNS then
      look = 0
      break
    end
    local ticket, record = queue.head, queue.record
    local key, lease, why, where
    if record and record.untilMs > now then
      record.grants = record.grants + 1
      key, lease, why, where = take_room(provider, record, record.seed .. '.' .. record.grants, is_shut)
      -- A job whose keys were renamed goes to whoever takes it up, who may know the new ones.
      if why == 'no_key' and record.inbox == '' and record.job ~= '' then
        record.keys = configured_keys(provider)
        key, lease, why, where = take_room(provider, record, record.seed .. '.' .. record.grants, is_shut)
      end
    end
    if key then
      record.grant = { key = key, lease = lease, at = now }
      redis.call('ZREM', queue.key, ticket)
      redis.call('ZADD', due_key(provider), number_text(now + 1000), ticket)
      write_ticket(provider, ticket, record)
      redis.call('HSET', fair_key(provider, queue.class), 'V', string.format('%.6f', queue.tag))
      call_up(provider, ticket, record)
      for class = 0, CLASSES - 1 do
        if class == queue.class then passed[class] = 0
        elseif waiting[class] > 0 then passed[class] = passed[class] + 1 end
      end
      is_served = true
    elseif not lease or lease >= NEVER then
      -- Nobody wants it any more, or it can never be admitted: whoever waits asks again and hears why.
      if record then leave_queue(provider, ticket, record) else redis.call('ZREM', queue.key, ticket) end
      forget_ticket(provider, ticket)
      if lease then call_up(provider, ticket, record) end
    else
      queue.is_stuck = true
      is_provider_full = where == 'provider'
      if lease < UNTIL_TOLD then look = math.min(look or lease, lease) end
    end
    if not queue.is_stuck then
      turns = turns + 1
      read_head(provider, queue)
      if not queue.head then
        waiting[queue.class] = waiting[queue.class] - 1
        tidy(provider, queue.name)
      end
    end
  end
  if is_served then
    local changed = {}
    for class = 0, CLASSES - 1 do
      if waiting[class] > 0 then
        changed[#changed + 1] = 'passed' .. class
        changed[#changed + 1] = passed[class]
      end
    end
    if #changed > 0 then redis.call('HSET', order_key(provider), unpack(changed)) end
  end
  redis.call('HSET', order_key(provider), 'full', is_provider_full and 1 or 0)
  tidy_provider(provider)
  return look
end

-- Who is told to look takes it on: nobody else has to, unless it is sooner. Gives ms, -1: somebody else looks, or there is nothing to look for.
local function take_on(provider, look)
  if not look then return -1 end
  local at = now + look
  local planned = tonumber(redis.call('HGET', order_key(provider), 'look') or 0)
  if planned > now and planned <= at + 1 then return -1 end
  redis.call('HSET', order_key(provider), 'look', number_text(at))
  return math.ceil(look)
end

-- How long a call of this class that has no room for `wait` ms is expected to wait behind others. -1: nobody can tell.
local function expect_wait(provider, call, class, wait)
  local ahead = 0
  for _, name in ipairs(redis.call('SMEMBERS', queues_key(provider))) do
    if tonumber(string.match(name, '^%d+')) <= class then ahead = ahead + redis.call('ZCARD', queue_key(provider, name)) end
  end
  -- Calls per ms: what the limits let through, or what went through lately.
  local rate = nil
  local function consider(other)
    if not rate or other < rate then rate = other end
  end
  local tokens = { input = math.max(call.input, 1), output = math.max(call.output, 1) }
  local function consider_scope(scope, times)
    local request_limit = effective(scope, RPM, CAP_RPM)
    if request_limit > 0 then consider(times * request_bucket(request_limit)) end
    local adaptive = adaptive_rate(scope.state)
    if adaptive then consider(times * adaptive / 1000) end
    for _, meter in ipairs(TOKEN_METERS) do
      local limit = effective(scope, meter.limit, meter.cap)
      if limit > 0 then
        consider(times * limit * PACE_SHARE / 60000 / (tokens.input * meter.input + tokens.output * meter.output))
      end
    end
    if scope.limits[CONCURRENT] > 0 and wait >= UNTIL_TOLD then consider(math.max(scope.state[RECENT], 0.1) / RECENT_MS) end
  end
  local top = load_scope(provider)
  if top.state[OPERATION] ~= 0 then return -1 end
  consider_scope(top, 1)
  for index, key in ipairs(call.keys) do
    local of_key, of_model = load_scope(provider .. '#' .. key), load_scope(provider .. '#' .. key .. '/' .. call.model)
    if index == 1 and of_key then consider_scope(of_key, #call.keys) end
    if index == 1 and of_model then consider_scope(of_model, #call.keys) end
  end
  if wait >= UNTIL_TOLD then
    if not rate then return -1 end
    return (ahead + 1) / rate
  end
  if not rate then return wait end
  return wait + ahead / rate
end
