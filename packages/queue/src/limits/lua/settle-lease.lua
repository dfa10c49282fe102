-- settle: gives a lease back, once, and tells what became of its call. ARGV: 1 provider, 2 lease, 3 key, 4 model, 5 role, 6 when it was granted,
-- 7 and 8 the estimate, 9 kind (unsent, succeeded, cancelled, throttled, unavailable, timeout,
-- auth: the key is refused, forbidden: the model is refused to the key, failed), 10 and 11 what was used (-1: unknown), 12 ms for
-- which the provider asked to wait (-1: it did not say), 13 counted input tokens before the learned ratio, 14 … 17 limits by its headers (requests,
-- input tokens, output tokens, tokens; 0: none), 18 ms for which they leave no room.
-- Gives `ok`, or `gone` when the lease was given back before; the time, ms until this process should look after the provider, and jobs to bring back.
local provider, lease, key, model, role, at = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local input, output, kind = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]
local used_input, used_output = tonumber(ARGV[10]), tonumber(ARGV[11])
local top = load_scope(provider)
if not top or not drop_lease(provider, key, model, lease) then return { 'gone', number_text(now), -1, {} } end

-- Where nothing is known of them, a call that was cut off has had its prompt read, and one that was turned away has not.
local function or_else(used, otherwise)
  return used >= 0 and used or otherwise
end
local more_input, more_output
if kind == 'unsent' then
  more_input, more_output = -input, -output
else
  local is_whole, is_cut = kind == 'succeeded', kind == 'cancelled' or kind == 'timeout'
  more_input = or_else(used_input, (is_whole or is_cut) and input or 0) - input
  more_output = or_else(used_output, is_whole and output or 0) - output
  if top.limits[REQUESTED] == 1 then more_input, more_output = math.max(0, more_input), math.max(0, more_output) end
end
local of_key, of_model
with_leases(provider, key, model, function(scope)
  correct(scope, at, more_input, more_output, kind == 'unsent' and -1 or 0)
  if scope.id == provider .. '#' .. key then of_key = scope elseif scope.id ~= provider then of_model = scope end
end)

if of_key and of_model then
  local caps = {}
  for index = 1, 4 do caps[index] = tonumber(ARGV[13 + index]) end
  if caps[1] + caps[2] + caps[3] + caps[4] + tonumber(ARGV[18]) > 0 then note_headers(of_model, caps, tonumber(ARGV[18])) end
  if kind == 'succeeded' then
    note_success(of_key, at)
    note_success(of_model, at)
  elseif kind == 'throttled' then
    note_throttle(of_model, at, tonumber(ARGV[12]))
    note_nothing(of_key, at)
    note_nothing(of_model, at)
  elseif kind == 'unavailable' or kind == 'timeout' then
    -- It tells nothing of the key's other models; where they are out too, each is put aside by itself.
    note_nothing(of_key, at)
    note_failure(of_model, at, 1)
  elseif kind == 'forbidden' then
    note_nothing(of_key, at)
    note_failure(of_model, at, FAILURES_TO_OPEN)
  elseif kind == 'auth' then
    note_failure(of_key, at, FAILURES_TO_OPEN)
    note_nothing(of_model, at)
  else
    note_nothing(of_key, at)
    note_nothing(of_model, at)
  end
end
if kind == 'succeeded' then learn(provider, model, role, tonumber(ARGV[13]), used_input, used_output) end

if redis.call('EXISTS', limits .. ':queues:' .. provider) == 0 then
  save_scopes()
  return { 'ok', number_text(now), -1, {} }
end
