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

-- Whether a name is what a pattern says, in which a star is anything. Each piece is taken where it comes first, so that no name takes long.
local function fits(name, pattern)
  local pieces = {}
  for piece in string.gmatch(pattern .. '*', '([^*]*)%*') do pieces[#pieces + 1] = piece end
  if #pieces == 1 then return name == pattern end
  local first, last = pieces[1], pieces[#pieces]
  if #name < #first + #last or string.sub(name, 1, #first) ~= first or string.sub(name, #name - #last + 1) ~= last then return false end
  local from, most = #first + 1, #name - #last
  for index = 2, #pieces - 1 do
    if pieces[index] ~= '' then
      local _, to = string.find(name, pieces[index], from, true)
      if not to or to > most then return false end
      from = to + 1
    end
  end
  return true
end

-- Only models are adapted: vendors count each model of an account by itself.
local function model_limits(provider, model)
  local found = read_settings(provider)
  for _, entry in ipairs(found.models) do
    if fits(model, entry.pattern) then return pack_limits(entry.limits, found) end
  end
  return pack_limits({ 0, 0, 0, 0, 0, 0, 0 }, found)
end

-- One that is only asked for, or refused, is soon forgotten: its life is made longer when something is known of it.
local ASKED_MS = 3600000

function make_model(provider, model, id)
  redis.call('HSET', scope_key(id), 'c', model_limits(provider, model))
  redis.call('PEXPIRE', scope_key(id), ASKED_MS)
  local known = limits .. ':scopes:' .. provider
  redis.call('SADD', known, id)
  -- Names of those that were forgotten leave faster than new ones come.
  for _, other in ipairs(redis.call('SRANDMEMBER', known, 3)) do
    if redis.call('EXISTS', scope_key(other)) == 0 then redis.call('SREM', known, other) end
  end
end
