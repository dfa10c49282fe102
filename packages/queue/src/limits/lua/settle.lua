-- settle, where somebody waits: see settle-lease.lua.
local look = take_on(provider, serve(provider))
save_scopes()
return { 'ok', number_text(now), look, promotions }
