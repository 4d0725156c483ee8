-- A process ends: it is no member any more.
-- KEYS: when each member was heard of, which generation each has asserted. ARGV: process.
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return ''
