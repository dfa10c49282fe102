-- What calls came to. Per provider and model: `ratio`, input tokens per counted one, and for each role the output that 95 % stay below.
local RATIO_STEP, QUANTILE, QUANTILE_STEP, LEARNING_CALLS = 0.05, 0.95, 0.05, 10

local function learned_key(provider, model)
  return limits .. ':learned:' .. provider .. '/' .. model
end

-- `counted` are the input tokens before the ratio, of which the provider counted `input`; -1: unknown.
local function learn(provider, model, role, counted, input, output)
  local key = learned_key(provider, model)
  local known = redis.call('HMGET', key, 'ratio', 'q:' .. role, 'n:' .. role)
  local ratio, quantile, calls = tonumber(known[1] or 1), tonumber(known[2] or 0), tonumber(known[3] or 0)
  local fields = {}
  if counted > 0 and input > 0 then
    local sample = math.min(4, math.max(0.25, input / counted))
    ratio = known[1] and ratio + RATIO_STEP * (sample - ratio) or sample
    fields = { 'ratio', string.format('%.4f', ratio) }
  end
  if output >= 0 then
    -- The first ones are few: of them the most counts. Then stochastic approximation: a step up weighs as much as 19 down.
    if calls < LEARNING_CALLS then
      quantile = math.max(quantile, output)
    else
      local step = QUANTILE_STEP * math.max(quantile, 20)
      quantile = math.max(1, quantile + step * (output > quantile and QUANTILE or QUANTILE - 1))
    end
    for _, value in ipairs({ 'q:' .. role, string.format('%.1f', quantile), 'n:' .. role, math.min(calls + 1, LEARNING_CALLS) }) do
      fields[#fields + 1] = value
    end
  end
  if #fields > 0 then
    if not known[1] and not known[3] then
      redis.call('SADD', limits .. ':models:' .. provider, model)
    end
    redis.call('HSET', key, unpack(fields))
    redis.call('PEXPIRE', key, 2592000000)
  end
end

local function read_learned(provider, model, role)
  local known = redis.call('HMGET', learned_key(provider, model), 'ratio', 'q:' .. role)
  return { known[1] or '1', known[2] or '' }
end
