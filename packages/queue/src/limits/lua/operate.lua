-- operate: pauses (1), drains (2) or resumes (0) a provider, a key, a model under each key or under one. ARGV: 1 provider, 2 operation, 3 key, 4 model
-- (empty: not named). Gives `ok` or `unknown`, the time, ms until this process should look after the provider, and jobs to bring back.
local provider, operation, key, model = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local found = read_settings(provider)
local ids = {}
if found and load_scope(provider) then
  if key == '' and model == '' then ids = { provider } end
  for _, entry in ipairs(found.keys) do
    if (key == '' or key == entry.name) and model ~= '' then ids[#ids + 1] = load_model(provider, entry.name, model).id
    elseif key == entry.name then ids[#ids + 1] = provider .. '#' .. key end
  end
end
if #ids == 0 then return { 'unknown', number_text(now), -1, promotions } end
for _, id in ipairs(ids) do
  local scope = load_scope(id)
  local state = scope.state
  state[OPERATION], scope.is_changed = operation, true
  -- Who resumes knows better than what was heard of the provider before.
  if operation == 0 then
    state[BLOCKED], state[STREAK], state[CAPS_UNTIL] = 0, 0, 0
    state[FAILURES], state[OPEN_UNTIL], state[OPEN_MS], state[PROBE_UNTIL] = 0, 0, 0, 0
  end
  -- What an operator said holds until he says otherwise, however long nobody asks.
  scope.state[KEPT_UNTIL] = 0
  if operation ~= 0 then redis.call('PERSIST', scope_key(id)) end
  if model ~= '' then redis.call(operation == 0 and 'SREM' or 'SADD', limits .. ':stopped:' .. provider, string.sub(id, #provider + 2)) end
end
local look = take_on(provider, serve(provider))
save_scopes()
return { 'ok', number_text(now), look, promotions }
