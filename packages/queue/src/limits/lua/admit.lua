-- admit, where there are tickets or no room: see admit-at-once.lua.
-- What is taken over later than this after its grant counts from now on: it is sent in a later minute than the one in which it took room.
local LATE_MS = 250

-- At most so much of a request has flowed off since its grant, and is put back: then the bucket holds no less than had it been taken now.
local function take_later(scope, record, at)
  local state, passed = scope.state, now - at
  local request_limit = effective(scope, RPM, CAP_RPM)
  if request_limit > 0 then state[LEVEL] = state[LEVEL] + math.min(1, passed * request_bucket(request_limit)) end
  local rate = adaptive_rate(state)
  if rate then state[ADAPTIVE_LEVEL] = state[ADAPTIVE_LEVEL] + math.min(1, passed * rate / 1000) end
  for _, meter in ipairs(TOKEN_METERS) do
    local window = scope.windows[meter.field]
    if window then window_move(window, at, record.input * meter.input + record.output * meter.output) end
  end
  scope.is_changed = true
end

-- The lease counts from now on. Only its provider is sure to have it among its leases.
local function take_over(record)
  local grant = record.grant
  local is_late = now - grant.at > LATE_MS
  with_leases(provider, grant.key, record.model, function(scope, has_leases)
    if has_leases then redis.call('ZADD', lease_key(scope.id), 'XX', number_text(now + LEASE_MS), grant.lease) end
    if is_late then take_later(scope, record, grant.at) end
  end)
  if is_late then grant.at = now end
  forget_ticket(provider, ticket)
  tidy_provider(provider)
  return granted(-1, promotions, grant, record.at)
end

local function refused(why, detail)
  tidy_provider(provider)
  save_scopes()
  local words = why
  if detail then words = string.format('%s is %.0f, and this request needs %.0f', detail[1], detail[2], detail[3]) end
  return { 'refused', number_text(now), -1, promotions, why, words }
end

-- A grant for a key that this process does not know is none for it.
local function is_known(key)
  for _, name in ipairs(asked.keys) do
    if name == key then return true end
  end
  return false
end

local record = has_tickets and read_ticket(provider, ticket)
local is_new = not record
if is_new and is_again then
  -- What it was granted is still there: at once, or as the first of those who wait.
  for _, key in ipairs(asked.keys) do
    for grants = 0, 1 do
      local lease = asked.seed .. '.' .. grants .. '|' .. key .. '/' .. asked.model
      local expires = tonumber(redis.call('ZSCORE', lease_key(provider), lease) or 0)
      if expires > now then
        asked.at = expires - LEASE_MS
        asked.grant = { key = key, lease = lease, at = asked.at }
        return take_over(asked)
      end
    end
  end
end
if record and record.grant then
  local expires = tonumber(redis.call('ZSCORE', lease_key(provider), record.grant.lease) or 0)
  -- Not on another day than the one whose limits let it in.
  local is_today = math.floor(record.grant.at / DAY_MS) == math.floor(now / DAY_MS)
  if expires > now and is_today and is_known(record.grant.key) then return take_over(record) end
  -- Nobody came in time: it stands where it stood.
  revoke(provider, record)
  stand(provider, ticket, record)
end
if is_new then record = asked end
record.keys, record.untilMs, record.inbox, record.job, record.seed = asked.keys, asked.untilMs, asked.inbox, asked.job, asked.seed

local wait, why, where, detail
if is_new and redis.call('EXISTS', queues_key(provider)) == 0 then
  local key, lease
  key, lease, why, where, detail = take_room(provider, record, record.seed .. '.0', nil)
  if key then return granted(-1, promotions, { key = key, lease = lease, at = now }, now) end
  wait = lease
  if wait >= NEVER then return refused(why, detail) end
  enter_queue(provider, ticket, record)
else
  -- A limit may make it impossible, whoever waits.
  wait, why, detail = wait_for(top, record)
  if wait >= NEVER then
    if not is_new then
      leave_queue(provider, ticket, record)
      forget_ticket(provider, ticket)
    end
    return refused(why, detail)
  end
  if is_new then enter_queue(provider, ticket, record) else write_ticket(provider, ticket, record) end
  redis.call('ZADD', due_key(provider), number_text(record.untilMs), ticket)
end

-- Of one that stands behind others its own ways may be shut for longer than they are: the least wait of them all.
local function wait_of_keys()
  local least, least_why = NEVER, nil
  for _, key in ipairs(record.keys) do
    local longest, longest_why = 0, nil
    for _, id in ipairs({ provider .. '#' .. key, provider .. '#' .. key .. '/' .. record.model }) do
      local scope = load_scope(id)
      if scope then
        local other, other_why = wait_for(scope, record)
        if other > longest then longest, longest_why = other, other_why end
      end
    end
    -- What is told to it may be told at any time.
    if longest >= UNTIL_TOLD and longest < NEVER then longest, longest_why = 0, nil end
    if longest < least then least, least_why = longest, longest_why end
  end
  if least < NEVER then return least, least_why end
  return 0, nil
end
if not where then
  local of_keys, of_keys_why = wait_of_keys()
  if of_keys > wait then wait, why = of_keys, of_keys_why end
end

-- Behind others of its model, or where the provider itself is full, it cannot be served yet.
local look = where and wait < UNTIL_TOLD and wait or nil
local function is_first()
  return redis.call('ZRANGE', queue_key(provider, queue_name(record)), 0, 0)[1] == ticket
end
if not where and redis.call('HGET', order_key(provider), 'full') ~= '1' and is_first() then
  look = serve(provider)
  local after = read_ticket(provider, ticket)
  if not after then return refused('too_large', nil) end
  if after.grant and is_known(after.grant.key) then
    local turn = take_on(provider, look)
    local reply = take_over(after)
    reply[3] = turn
    return reply
  end
end
-- Nobody knows when an operator resumes, or when a configuration is told.
local is_told = why == 'paused' or why == 'no_key'
local expected = is_told and -1 or expect_wait(provider, record, record.class, wait)
local place = record.inbox == '' and 'job' or 'place'
if place == 'place' and record.job ~= '' and (is_told or expected > tonumber(ARGV[14])) then
  place, record.inbox = 'job', ''
  write_ticket(provider, ticket, record)
end
local turn = take_on(provider, look)
save_scopes()
-- What waits for somebody's act, or for a probe, may be over at any time.
local least = (wait >= UNTIL_TOLD or why == 'breaker_probing') and 0 or math.ceil(wait)
return { 'waiting', number_text(now), turn, promotions, math.ceil(expected), why or 'queue', place, least }
