-- What the ends of calls teach a scope.

-- The adaptive rate is CUBIC's: a cut leaves 0.9 of the rate, which returns to a plateau at the rate before and then grows faster and faster, by the
-- time in which somebody wanted more. Low rates recover more slowly, so that their few requests do not become refusals.
-- A cut soon after another means that the rate is far off. Below this many requests a second nothing is measured.
local SOON_MS, SOON_CUT, LEAST_RATE = 3000, 0.4, 0.05
local MIN_BLOCK_MS, MAX_BLOCK_MS = 250, 30000

local function cut_rate(state)
  -- Of a scope that has just come into use less than that time is known.
  local known_ms = state[PEAK] == 0 and math.max(100, math.min(RECENT_MS, now - state[WANTED_UNTIL])) or RECENT_MS
  local recent = math.max(state[RECENT] * 1000 / known_ms, 0.5)
  local rate = adaptive_rate(state)
  if rate then rate = math.min(rate, math.max(recent, 0.7 * rate)) else rate = recent end
  if now - state[CUT_AT] < SOON_MS then rate = rate * (1 - SOON_CUT) / (1 - CUT) end
  state[PEAK], state[DEMAND_MS], state[ADAPTIVE_LEVEL], state[WANTED_UNTIL] = math.max(LEAST_RATE, rate), 0, 0, now
end

-- The provider turned a request away. `block` is how long it asked to wait, -1: it did not say. Requests that were sent before the last cut tell
-- nothing new.
local function note_throttle(scope, granted_at, block)
  local state = scope.state
  local is_new = granted_at >= state[CUT_AT]
  if is_new then
    state[STREAK] = state[STREAK] + 1
    if scope.limits[ADAPTIVE] == 1 then cut_rate(state) end
    state[CUT_AT] = now
  end
  if block < 0 and is_new then block = math.min(MAX_BLOCK_MS, MIN_BLOCK_MS * 2 ^ math.min(state[STREAK] - 1, 10)) end
  if now + block > state[BLOCKED] then state[BLOCKED], state[BLOCKED_WHY] = now + block, 1 end
  scope.is_changed = true
end

-- Provider's headers, 0: they say nothing. `rest` is how long they leave no room for another request.
local CAPS_MS = 600000
local function note_headers(scope, caps, rest)
  local state, has_caps = scope.state, false
  for index, field in ipairs({ CAP_RPM, CAP_ITPM, CAP_OTPM, CAP_TPM }) do
    if state[CAPS_UNTIL] <= now then state[field] = 0 end
    if caps[index] > 0 then state[field], has_caps = caps[index], true end
  end
  if has_caps then state[CAPS_UNTIL] = now + CAPS_MS end
  if rest > 0 and now + rest > state[BLOCKED] then state[BLOCKED], state[BLOCKED_WHY] = now + rest, 2 end
  scope.is_changed = true
end

-- The breaker: after five failures in a row a scope is put aside for 5 s, then 10 s … 60 s; after that one call probes it, and others wait for its
-- end. Failures of calls that were granted before it was put aside, or before the probe, tell nothing new.
local FAILURES_TO_OPEN, FIRST_OPEN_MS, MAX_OPEN_MS = 5, 5000, 60000

local function note_failure(scope, granted_at, failures)
  local state = scope.state
  if granted_at < state[OPEN_UNTIL] then return end
  state[FAILURES] = state[FAILURES] + failures
  if state[FAILURES] >= FAILURES_TO_OPEN then
    state[OPEN_MS] = math.min(MAX_OPEN_MS, math.max(FIRST_OPEN_MS, state[OPEN_MS] * 2))
    state[OPEN_UNTIL], state[PROBE_UNTIL] = now + state[OPEN_MS], 0
  end
  scope.is_changed = true
end

local function note_success(scope, granted_at)
  local state = scope.state
  if granted_at >= state[CUT_AT] then state[STREAK] = 0 end
  if granted_at >= state[OPEN_UNTIL] then
    state[FAILURES], state[OPEN_UNTIL], state[OPEN_MS], state[PROBE_UNTIL] = 0, 0, 0, 0
  end
  scope.is_changed = true
end
