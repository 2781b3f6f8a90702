-- The purge compares with the time of its own moment, which no index is asked by; and what it looks
-- through is a day of new tenants.
DROP INDEX platform_idempotency_keys_expiry;
