-- grant: looks after providers. ARGV: 1 this process, then the providers it was told to look after; none: those of all that wait for which it is, or
-- becomes, the granter. Gives the time, jobs to bring back, and for each provider it looked after its name and the ms until it should look again.
local GRANTER_MS, GRANT_MS, REPEAT_MS, MOST_DUE = 2000, 10000, 2000, 100

local function look_after_due(provider)
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', due_key(provider), '-inf', number_text(now), 'LIMIT', 0, MOST_DUE)) do
    local record = read_ticket(provider, ticket)
    local grant = record and record.grant
    if not record then
      redis.call('ZREM', due_key(provider), ticket)
    elseif not grant then
      leave_queue(provider, ticket, record)
      forget_ticket(provider, ticket)
    elseif now - grant.at < GRANT_MS then
      call_up(provider, ticket, record)
      redis.call('ZADD', due_key(provider), number_text(math.min(now + REPEAT_MS, grant.at + GRANT_MS)), ticket)
    else
      -- Who does not come twice is gone; who comes later asks anew.
      revoke(provider, record)
      if record.grants >= 2 or record.untilMs <= now then
        forget_ticket(provider, ticket)
      else
        stand(provider, ticket, record)
        write_ticket(provider, ticket, record)
      end
    end
  end
end

local function is_granter(provider)
  local key = limits .. ':granter:' .. provider
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[1] then return false end
  redis.call('SET', key, ARGV[1], 'PX', GRANTER_MS)
  return true
end

local looks = {}
local function look_after(provider)
  look_after_due(provider)
  forget_ended(provider)
  redis.call('HDEL', order_key(provider), 'look')
  local look = take_on(provider, serve(provider))
  looks[#looks + 1] = provider
  looks[#looks + 1] = look
end

if #ARGV > 1 then
  for index = 2, #ARGV do
    if load_scope(ARGV[index]) then look_after(ARGV[index]) end
  end
else
  for _, provider in ipairs(redis.call('SMEMBERS', waiting_key)) do
    if not load_scope(provider) then redis.call('SREM', waiting_key, provider)
    elseif is_granter(provider) then look_after(provider) end
  end
end
save_scopes()
return { number_text(now), promotions, looks }
