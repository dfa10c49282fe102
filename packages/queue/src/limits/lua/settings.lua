-- What was configured for providers, as JSON.
local settings = {}

local function pack_limits(numbers, provider_settings)
  local packed = {}
  for index = 1, 7 do packed[index] = numbers[index] end
  packed[8], packed[9] = provider_settings.adaptive, provider_settings.requested
  return struct.pack(LIMITS, unpack(packed, 1, 9))
end

local function read_settings(provider)
  if settings[provider] == nil then
    local text = redis.call('HGET', limits .. ':settings', provider)
    settings[provider] = text and cjson.decode(text) or false
  end
  return settings[provider]
end

-- Only models are adapted: vendors count each model of an account by itself.
local function model_limits(provider, model)
  local found = read_settings(provider)
  for _, entry in ipairs(found.models) do
    local pattern = string.gsub(string.gsub(entry.pattern, '[%^%$%(%)%%%.%[%]%+%-%?]', '%%%0'), '%*', '.*')
    if string.find(model, '^' .. pattern .. '$') then return pack_limits(entry.limits, found) end
  end
  return pack_limits({ 0, 0, 0, 0, 0, 0, 0 }, found)
end

function make_model(provider, model, id)
  redis.call('HSET', scope_key(id), 'c', model_limits(provider, model))
  redis.call('SADD', limits .. ':scopes:' .. provider, id)
end
