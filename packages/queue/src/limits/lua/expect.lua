-- expect: of all providers what tells how long calls wait, of models only those that are asked for. ARGV: provider and model of each. Gives what `board`
-- gives, without what was learned.
local models = {}
for index = 1, #ARGV, 2 do
  local provider, model = ARGV[index], ARGV[index + 1]
  models[provider] = models[provider] or {}
  local found = read_settings(provider)
  for _, key in ipairs(found and found.keys or {}) do table.insert(models[provider], key.name .. '/' .. model) end
end
local board = {}
for _, provider in ipairs(redis.call('HKEYS', limits .. ':settings')) do
  board[#board + 1] = describe_provider(provider, models[provider] or {}, nil)
end
return { number_text(now), #board == 0 and '[]' or cjson.encode(board) }
