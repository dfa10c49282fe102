-- leave: a call is not wanted any more. ARGV: 1 provider, 2 ticket, 3 its job: with another one it was asked for again and stays (`*`: whatever its
-- job is). Gives the time, ms until this process should look after the provider, and jobs to
-- bring back.
local provider, ticket = ARGV[1], ARGV[2]
local record = load_scope(provider) and read_ticket(provider, ticket)
local look = -1
if record and (ARGV[3] == '*' or ARGV[3] == record.job) then
  if record.grant then revoke(provider, record) else leave_queue(provider, ticket, record) end
  forget_ticket(provider, ticket)
  look = take_on(provider, serve(provider))
  save_scopes()
end
return { number_text(now), look, promotions }
