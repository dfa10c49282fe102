-- admit: asks for the right to send one request. Whoever has a ticket that was granted takes it over; otherwise it is granted at once when there is
-- room and nobody waits, or takes (keeps) its place. ARGV: 1 provider, 2 ticket, 3 model, 4 keys in order, one a line, 5 and 6 estimate of input and
-- output tokens, 7 caller, 8 its weight, 9 class, 10 until when somebody wants it, 11 inbox of a process that waits in place (empty: none does),
-- 12 job that can be brought back (empty: none), 13 a name for the lease that nobody else uses, 14 ms from which waiting is left to the job.
-- Gives what became of it, the time, ms until this process should look after the provider (-1: it need not), jobs to bring back; and of a grant key,
-- lease, when it was made and how long it took; of a wait the expected ms (-1: unknown), for what, and `job` or `place`; of a refusal why and words.
local provider, ticket = ARGV[1], ARGV[2]
local top = load_scope(provider)
if not top then return { 'unconfigured', number_text(now), -1, promotions } end

local function granted(look, grant, since)
  save_scopes()
  return { 'granted', number_text(now), look, promotions, grant.key, grant.lease, number_text(grant.at), number_text(now - since) }
end

-- The lease counts from now on. Only its provider is sure to have it among its leases.
local function take_over(record)
  local grant = record.grant
  with_leases(provider, grant.key, record.model, function(scope, has_leases)
    if has_leases then redis.call('ZADD', lease_key(scope.id), 'XX', number_text(now + LEASE_MS), grant.lease) end
  end)
  forget_ticket(provider, ticket)
  tidy_provider(provider)
  return granted(-1, grant, record.at)
end

local function refused(why, detail)
  tidy_provider(provider)
  save_scopes()
  local words = why
  if detail then words = string.format('%s is %.0f, and this request needs %.0f', detail[1], detail[2], detail[3]) end
  return { 'refused', number_text(now), -1, promotions, why, words }
end

local has_tickets = redis.call('EXISTS', tickets_key(provider)) == 1
local record = has_tickets and read_ticket(provider, ticket)
local is_new = not record
if record and record.grant then
  local expires = tonumber(redis.call('ZSCORE', lease_key(provider), record.grant.lease) or 0)
  if expires > now then return take_over(record) end
  -- Nobody came in time: it stands where it stood.
  revoke(provider, record)
  stand(provider, ticket, record)
end
if is_new then
  record = { model = ARGV[3], keys = {}, input = tonumber(ARGV[5]), output = tonumber(ARGV[6]), caller = ARGV[7],
    weight = tonumber(ARGV[8]), class = tonumber(ARGV[9]), at = now, grants = 0 }
end
record.keys = {}
for key in string.gmatch(ARGV[4], '[^\n]+') do record.keys[#record.keys + 1] = key end
record.untilMs, record.inbox, record.job, record.seed = tonumber(ARGV[10]), ARGV[11], ARGV[12], ARGV[13]

local wait, why, where, detail
if is_new and (not has_tickets or redis.call('EXISTS', queues_key(provider)) == 0) then
  local key, lease
  key, lease, why, where, detail = take_room(provider, record, record.seed .. '.0', nil)
  if key then return granted(-1, { key = key, lease = lease, at = now }, now) end
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

-- Behind others of its model, or where the provider itself is full, it cannot be served yet.
local look = where and wait < UNTIL_TOLD and wait or nil
local function is_first()
  return redis.call('ZRANGE', queue_key(provider, queue_name(record)), 0, 0)[1] == ticket
end
if not where and redis.call('HGET', order_key(provider), 'full') ~= '1' and is_first() then
  look = serve(provider)
  local after = read_ticket(provider, ticket)
  if not after then return refused('too_large', nil) end
  if after.grant then
    local turn = take_on(provider, look)
    local reply = take_over(after)
    reply[3] = turn
    return reply
  end
end
-- Nobody knows when an operator resumes.
local expected = why == 'paused' and -1 or expect_wait(provider, record, record.class, wait)
local place = record.inbox == '' and 'job' or 'place'
if place == 'place' and record.job ~= '' and (why == 'paused' or expected > tonumber(ARGV[14])) then
  place, record.inbox = 'job', ''
  write_ticket(provider, ticket, record)
end
local turn = take_on(provider, look)
save_scopes()
return { 'waiting', number_text(now), turn, promotions, math.ceil(expected), why or 'queue', place }
