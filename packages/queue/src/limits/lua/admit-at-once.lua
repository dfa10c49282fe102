-- admit: asks for the right to send one request. Whoever has a ticket that was granted takes it over; otherwise it is granted at once when there is
-- room and nobody waits, or takes (keeps) its place. ARGV: 1 provider, 2 ticket, 3 model, 4 keys in order, one a line, 5 and 6 estimate of input and
-- output tokens, 7 caller, 8 its weight, 9 class, 10 until when somebody wants it, 11 inbox of a process that waits in place (empty: none does),
-- 12 job that can be brought back (empty: none), 13 a name for the lease that nobody else uses, 14 ms from which waiting is left to the job,
-- 15 `again` where it was asked under this name before and no answer came.
-- Gives what became of it, the time, ms until this process should look after the provider (-1: it need not), jobs to bring back; and of a grant key,
-- lease, when it was made and how long it took; of a wait the expected ms (-1: unknown), for what, `job` or `place`, and the ms that it waits whoever is
-- before it (0: unknown); of a refusal why and words.
-- What is at the end of this part is all that a call costs that is granted at once: the parts behind it are not even made.
local provider, ticket = ARGV[1], ARGV[2]
local top = load_scope(provider)
if not top then return { 'unconfigured', number_text(now), -1, {} } end

local function granted(look, jobs, grant, since)
  save_scopes()
  return { 'granted', number_text(now), look, jobs, grant.key, grant.lease, number_text(grant.at), number_text(now - since) }
end

local asked = {
  model = ARGV[3], keys = {}, input = tonumber(ARGV[5]), output = tonumber(ARGV[6]), caller = ARGV[7], weight = tonumber(ARGV[8]),
  class = tonumber(ARGV[9]), at = now, grants = 0, untilMs = tonumber(ARGV[10]), inbox = ARGV[11], job = ARGV[12], seed = ARGV[13],
}
for key in string.gmatch(ARGV[4], '[^\n]+') do asked.keys[#asked.keys + 1] = key end

local has_tickets = redis.call('EXISTS', limits .. ':tickets:' .. provider) == 1
local is_again = ARGV[15] == 'again'
if not has_tickets and not is_again then
  local key, lease = take_room(provider, asked, asked.seed .. '.0', nil)
  if key then return granted(-1, {}, { key = key, lease = lease, at = now }, now) end
end
