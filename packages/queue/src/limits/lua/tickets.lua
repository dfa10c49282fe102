-- The calls that wait for a provider. A ticket is a call's place: it stands in the queue of its class and model, the one with the least tag first,
-- until it is granted, and is gone when its lease is taken over.
local function tickets_key(provider)
  return limits .. ':tickets:' .. provider
end

-- Names of the queues in which somebody stands: `<class>:<model>`.
local function queues_key(provider)
  return limits .. ':queues:' .. provider
end

local function queue_key(provider, name)
  return limits .. ':queue:' .. provider .. ':' .. name
end

-- When each ticket is looked after: a waiting one at its end, a granted one while nobody takes it over.
local function due_key(provider)
  return limits .. ':due:' .. provider
end

-- Virtual time of a class, and where each caller's next call would begin.
local function fair_key(provider, class)
  return limits .. ':fair:' .. provider .. ':' .. class
end

-- How often each class was passed over, and when somebody looks again.
local function order_key(provider)
  return limits .. ':order:' .. provider
end

local waiting_key = limits .. ':waiting'
-- Tickets whose jobs have to be brought back by the process of this call.
local promotions = {}

local function read_ticket(provider, ticket)
  local text = redis.call('HGET', tickets_key(provider), ticket)
  return text and cjson.decode(text) or nil
end

local function write_ticket(provider, ticket, record)
  redis.call('HSET', tickets_key(provider), ticket, cjson.encode(record))
end

local function queue_name(record)
  return record.class .. ':' .. record.model
end

local function stand(provider, ticket, record)
  local name = queue_name(record)
  redis.call('ZADD', queue_key(provider, name), string.format('%.6f', record.tag), ticket)
  redis.call('ZADD', due_key(provider), number_text(record.untilMs), ticket)
  redis.call('SADD', queues_key(provider), name)
  redis.call('SADD', waiting_key, provider)
end

local function virtual_cost(record)
  return math.max(1, record.input + record.output) / record.weight
end

-- Start-time fair queueing: a call begins where its caller's last one ended, or where the class is by now.
local function enter_queue(provider, ticket, record)
  local fair = fair_key(provider, record.class)
  local times = redis.call('HMGET', fair, 'V', 'F:' .. record.caller)
  record.tag = math.max(tonumber(times[1] or 0), tonumber(times[2] or 0))
  local finish = record.tag + virtual_cost(record)
  redis.call('HSET', fair, 'F:' .. record.caller, string.format('%.6f', finish))
  stand(provider, ticket, record)
  write_ticket(provider, ticket, record)
end

-- What is kept for a class, a queue or a provider is gone with the last who stands there.
local function tidy(provider, name)
  if redis.call('EXISTS', queue_key(provider, name)) == 1 then return end
  redis.call('SREM', queues_key(provider), name)
  local class = string.match(name, '^%d+')
  for _, other in ipairs(redis.call('SMEMBERS', queues_key(provider))) do
    if string.match(other, '^%d+') == class then return end
  end
  redis.call('DEL', fair_key(provider, class))
  redis.call('HDEL', order_key(provider), 'passed' .. class)
end

local function tidy_provider(provider)
  if redis.call('EXISTS', tickets_key(provider)) == 1 then return end
  redis.call('SREM', waiting_key, provider)
  redis.call('DEL', order_key(provider))
end

-- Leaves without having been served, so that its caller's next call begins where this one would have.
local function leave_queue(provider, ticket, record)
  local fair = fair_key(provider, record.class)
  local times = redis.call('HMGET', fair, 'V', 'F:' .. record.caller)
  if times[2] then
    local finish = math.max(tonumber(times[1] or 0), tonumber(times[2]) - virtual_cost(record))
    redis.call('HSET', fair, 'F:' .. record.caller, string.format('%.6f', finish))
  end
  redis.call('ZREM', queue_key(provider, queue_name(record)), ticket)
  tidy(provider, queue_name(record))
end

local function forget_ticket(provider, ticket)
  redis.call('HDEL', tickets_key(provider), ticket)
  redis.call('ZREM', due_key(provider), ticket)
end

-- Tells whoever waits that it may ask again: a process by its inbox, a job by being brought back.
local function call_up(provider, ticket, record)
  if record.inbox ~= '' then
    local message = cjson.encode({ kind = 'granted', ticket = ticket, provider = provider })
    if redis.call('XADD', record.inbox, 'NOMKSTREAM', '*', 'm', message) then return end
  end
  if record.job ~= '' then
    promotions[#promotions + 1] = cjson.encode({ provider = provider, ticket = ticket, job = record.job })
  end
end

-- Takes a grant back that nobody has taken over.
local function revoke(provider, record)
  local grant = record.grant
  drop_lease(provider, grant.key, record.model, grant.lease)
  with_leases(provider, grant.key, record.model, function(scope)
    correct(scope, grant.at, -record.input, -record.output, -1)
    note_nothing(scope, grant.at)
  end)
  record.grant = nil
end
