-- The feed follows every column that somebody may remember, and nobody may write it by hand.
BEGIN;
SELECT no_plan();

-- What the feed does not follow, table by table; the tables are those that have its triggers.
CREATE TEMP TABLE ignored (name text, columns text[]);
INSERT INTO ignored VALUES
    ('tenants', NULL),
    ('tenant_token_revocations', NULL),
    ('tenant_quota_policies', NULL),
    ('tenant_user_quotas', ARRAY['leased', 'period_start', 'used', 'version']),
    ('tenant_configurations', ARRAY['answer_bytes', 'is_sensitive']),
    ('tenant_api_keys', ARRAY['api_key_hash', 'hash_version', 'last_used_at']),
    ('tenant_roles', ARRAY['description', 'updated_at', 'version']),
    ('tenant_grants', ARRAY['granted_at', 'granted_by', 'reason', 'role_name']),
    ('tenant_users', ARRAY['last_login_at', 'last_logout_at', 'updated_at', 'version']),
    ('tenant_subscriptions', ARRAY[
        'current_api_calls', 'current_storage_bytes', 'current_storage_gb',
        'current_transactions', 'current_users', 'due_at', 'leased_api_calls',
        'leased_storage_bytes', 'leased_transactions', 'leased_users', 'max_storage_gb',
        'reserved_api_calls', 'reserved_storage_bytes', 'reserved_transactions',
        'reserved_users', 'updated_at',
        'version']);

CREATE TEMP VIEW followed AS
SELECT t.tgrelid::regclass AS name, t.tgattr::int2[] AS columns
FROM pg_trigger t WHERE t.tgname = 'change_feed_columns';

SELECT is(
    (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
     WHERE attrelid = f.name AND attnum > 0 AND NOT attisdropped
       AND attnum <> ALL (f.columns)),
    (SELECT columns FROM ignored i WHERE i.name = f.name::text),
    f.name || ' is followed, but for what nobody remembers')
FROM followed f WHERE f.name::text IN (SELECT name FROM ignored);
SELECT is(
    (SELECT array_agg(name::text ORDER BY name::text COLLATE "C") FROM followed),
    (SELECT array_agg(name ORDER BY name COLLATE "C") FROM ignored),
    'what servers remember is followed');
SELECT is(
    (SELECT string_agg(f.name::text, ', ') FROM followed f WHERE NOT EXISTS (
        SELECT FROM pg_trigger t
        WHERE t.tgrelid = f.name AND t.tgname = 'change_feed_rows')),
    NULL, 'rows that come and go are followed too');
SELECT is(
    (SELECT string_agg(tgrelid::regclass::text, ', ') FROM pg_trigger
     WHERE tgname LIKE 'change_feed%' AND NOT (tgdeferrable AND tginitdeferred)),
    NULL, 'the feed is written last of all');

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
SELECT is((SELECT count(*) FROM tenant_change_feed WHERE tenant_id = 2), 0::bigint,
    'nothing is written before the commit');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is((SELECT changed_by FROM tenant_change_feed WHERE tenant_id = 2), pg_current_xact_id(),
    'the feed names the transaction');

SELECT table_privs_are('public', 'tenant_change_feed', 'tenancy_app', ARRAY[]::text[]);
SELECT table_privs_are('public', 'tenant_change_feed', 'tenancy_platform', ARRAY['SELECT']);

-- The application's own change is noted, though it may not write the feed.
DELETE FROM tenant_change_feed;
SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;
INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (2, 'u', 'manager');
UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2 AND user_id = 'u';
RESET ROLE;
SELECT is((SELECT array_agg(tenant_id) FROM tenant_change_feed), ARRAY[2]::bigint[],
    'one row, however much was changed');

SELECT * FROM finish();
ROLLBACK;
