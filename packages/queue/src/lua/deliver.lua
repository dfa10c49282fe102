-- deliver: the result reached its client whole, so no retry of that client may adopt the run.
if redis.call('EXISTS', run) == 0 then return { 'gone' } end
redis.call('HSET', run, 'delivered', 1)
forget_twin()
return { 'ok' }
