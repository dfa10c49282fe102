-- Grants what there is room for, in order: the lowest class first, but one that was passed over OVERDUE times with somebody waiting before all
-- others. With six classes at most four others can be overdue at once, so each has at least one of 16 grants.
local OVERDUE = 11
local MOST_TURNS = 64
local CLASSES = 6

-- Of queues that have no room so many are tried; the others come next time.
local MOST_STUCK, ROUND_MS = 64, 1000

local function read_head(queue)
  local found = redis.call('ZRANGE', queue.key, 0, 0, 'WITHSCORES')
  queue.head, queue.tag = found[1], tonumber(found[2])
end

local function is_before(one, other)
  if one.tag ~= other.tag then return one.tag < other.tag end
  return one.name < other.name
end

-- The class whose turn it is: among those in which somebody may still be served.
local function next_class(lines, passed)
  local best, best_order
  for class = 0, CLASSES - 1 do
    if lines[class][1] then
      local order = passed[class] >= OVERDUE and -passed[class] or class
      if not best or order < best_order then best, best_order = class, order end
    end
  end
  return best
end

-- Puts a queue into its line again, behind those whose heads come before its own.
local function place_again(line, queue)
  local low, high = 1, #line + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_before(line[middle], queue) then low = middle + 1 else high = middle end
  end
  table.insert(line, low, queue)
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
  local lines = {}
  for class = 0, CLASSES - 1 do lines[class] = {} end
  -- A round that had to stop goes on behind the queues that it has tried.
  local after = redis.call('HGET', order_key(provider), 'tried')
  local last = after and cjson.decode(after)
  local function is_tried(queue)
    local at = last and last[tostring(queue.class)]
    return at and not is_before(at, queue)
  end
  for _, name in ipairs(names) do
    local queue = { name = name, key = queue_key(provider, name), class = tonumber(string.match(name, '^%d+')) }
    waiting[queue.class] = waiting[queue.class] + 1
    read_head(queue)
    if queue.head and not is_tried(queue) then table.insert(lines[queue.class], queue) end
  end
  for class = 0, CLASSES - 1 do table.sort(lines[class], is_before) end

  local is_shut, look, turns, is_served, is_provider_full, stuck, tried = {}, nil, 0, false, false, 0, last or {}
  local function are_all_shut()
    if not next(is_shut) or stuck < 3 then return false end
    for _, name in ipairs(configured_keys(provider)) do
      if not is_shut[name] then return false end
    end
    return true
  end
  local is_cut = false
  while not is_provider_full and not are_all_shut() do
    local class = next_class(lines, passed)
    if not class then break end
    if turns == MOST_TURNS or stuck == MOST_STUCK then
      is_cut, look = true, 0
      break
    end
    local queue = table.remove(lines[class], 1)
    local ticket = queue.head
    local record, is_stuck = read_ticket(provider, ticket), false
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
      is_stuck, stuck = true, stuck + 1
      tried[tostring(class)] = { tag = queue.tag, name = queue.name }
      is_provider_full = where == 'provider'
      if lease < UNTIL_TOLD then look = math.min(look or lease, lease) end
    end
    if not is_stuck then
      turns = turns + 1
      read_head(queue)
      if queue.head then
        place_again(lines[class], queue)
      else
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
  if is_cut and stuck == MOST_STUCK then
    redis.call('HSET', order_key(provider), 'tried', cjson.encode(tried))
  elseif last then
    redis.call('HDEL', order_key(provider), 'tried')
    -- What those wait for that were tried before is not known any more.
    look = math.min(look or ROUND_MS, ROUND_MS)
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
