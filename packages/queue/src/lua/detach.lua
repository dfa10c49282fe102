-- detach: a listener is gone. ARGV: listener (empty: only look), grace ms (empty: the run's own; -1: the run goes on), data of the error of a
-- cancelled run, least grace ms (none: 0), for who finds that listeners gave no sign, which they may just not have been able to, and whether
-- the listener takes back that it keeps the run (1), which holds unless another keeps it too. A run that nobody listens to beyond its grace is
-- cancelled in the same step. Returns ok with what became of the run: ended, kept, cancelled, or grace with the ms that are left.
local meta = redis.call('HMGET', run, 'state', 'grace', 'orphaned', 'kept_by')
if not meta[1] then return { 'gone' } end
if ARGV[1] ~= '' then redis.call('ZREM', listeners, ARGV[1]) end
if is_terminal(meta[1]) then return { 'ok', 'ended' } end
local wish = ARGV[2]
if ARGV[5] == '1' and meta[4] then
  local by, before = string.match(meta[4], '^(%S+) (%S+)$')
  if by == ARGV[1] then wish = before end
end
if wish ~= '' then
  -- What the one who leaves asked for holds from here on.
  redis.call('HSET', run, 'grace', wish)
  redis.call('HDEL', run, 'kept_by')
  meta[2] = wish
end
local grace = tonumber(meta[2])
local now = now_ms()
if grace < 0 or has_listener(now) then return { 'ok', 'kept' } end
grace = math.max(grace, tonumber(ARGV[4] or 0))
local orphaned = tonumber(meta[3]) or now
if now - orphaned < grace then
  redis.call('HSET', run, 'orphaned', whole(orphaned))
  return { 'ok', 'grace', whole(grace - (now - orphaned)) }
end
end_run('cancelled', 'error', ARGV[3], false)
return { 'ok', 'cancelled' }
