-- Who may do what, apart from rows.
BEGIN;
SELECT no_plan();

SELECT is(
    (rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb),
    (false, false, false, false, false), 'tenancy_app has no power of its own')
FROM pg_roles WHERE rolname = 'tenancy_app';
SELECT is(
    (rolsuper, rolbypassrls, rolcanlogin), (false, false, false),
    'tenancy_platform cannot log in, and is bound by policies')
FROM pg_roles WHERE rolname = 'tenancy_platform';

SELECT is(
    (SELECT count(*) FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace
       AND c.relowner IN ('tenancy_app'::regrole, 'tenancy_platform'::regrole)),
    0::bigint, 'neither owns anything');

-- has_table_privilege counts what is inherited; what PUBLIC has is inherited by everybody.
SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class c, aclexplode(c.relacl) a
     WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0),
    NULL, 'PUBLIC has no right to a table or a sequence');
SELECT is(
    (SELECT string_agg(p.proname, ', ') FROM pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace
       AND EXISTS (
           SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
           WHERE a.grantee = 0)),
    NULL, 'PUBLIC may call no function');

SELECT table_privs_are('public', 'tenant_activity_logs', 'tenancy_app', ARRAY['SELECT', 'INSERT']);
SELECT table_privs_are(
    'public', 'tenant_activity_logs', 'tenancy_platform', ARRAY['SELECT', 'INSERT']);
SELECT table_privs_are('public', 'tenants', 'tenancy_app', ARRAY['SELECT']);
SELECT table_privs_are('public', 'tenant_codes', 'tenancy_app', ARRAY['SELECT']);
SELECT table_privs_are(
    'public', 'tenant_domains', 'tenancy_app', ARRAY['SELECT', 'INSERT', 'DELETE']);
SELECT table_privs_are('public', 'plans', 'tenancy_app', ARRAY['SELECT']);
SELECT table_privs_are('public', 'plans', 'tenancy_platform', ARRAY['SELECT']);
SELECT table_privs_are('public', 'platform_idempotency_keys', 'tenancy_app', ARRAY[]::text[]);
SELECT table_privs_are('public', 'tenant_subscriptions', 'tenancy_app', ARRAY['SELECT']);
SELECT is(
    (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute
     WHERE attrelid = 'tenant_subscriptions'::regclass AND attnum > 0
       AND has_column_privilege('tenancy_app', attrelid, attnum, 'UPDATE')),
    ARRAY[
        'billing_cycle', 'billing_period_end', 'billing_period_start', 'cancellation_reason',
        'cancels_at', 'current_api_calls', 'current_storage_bytes', 'current_transactions',
        'current_users', 'leased_api_calls', 'leased_storage_bytes', 'leased_transactions',
        'leased_users', 'max_api_calls', 'max_storage_bytes', 'max_transactions', 'max_users',
        'monthly_price_paise', 'period_end', 'period_start', 'plan', 'reserved_api_calls',
        'reserved_storage_bytes', 'reserved_transactions', 'reserved_users',
        'scheduled_billing_cycle',
        'scheduled_max_api_calls', 'scheduled_max_storage_bytes', 'scheduled_max_transactions',
        'scheduled_max_users', 'scheduled_monthly_price_paise', 'scheduled_plan', 'status',
        'trial_ends_at'
    ]::name[],
    'the application may move counters and change terms, and nothing else');
SELECT table_privs_are(
    'public', 'tenant_subscription_charges', role, ARRAY['SELECT', 'INSERT'])
FROM (VALUES ('tenancy_app'), ('tenancy_platform')) AS v (role);
SELECT table_privs_are('public', 'scheduled_jobs', 'tenancy_app', ARRAY[]::text[]);
SELECT table_privs_are('public', 'scheduled_jobs', 'tenancy_platform', ARRAY['SELECT']);

SELECT table_privs_are('public', 'token_signing_keys', 'tenancy_app', ARRAY[]::text[]);
SELECT table_privs_are(
    'public', 'token_signing_keys', 'tenancy_platform', ARRAY['SELECT', 'INSERT']);
SELECT is(
    (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute
     WHERE attrelid = 'token_signing_keys'::regclass AND attnum > 0
       AND has_column_privilege('tenancy_platform', attrelid, attnum, 'UPDATE')),
    ARRAY['revocation_reason', 'revoked_at']::name[],
    'of a signing key nothing changes but that it ends');
SELECT table_privs_are(
    'public', 'tenant_token_revocations', 'tenancy_app', ARRAY['SELECT', 'INSERT']);

-- A partition is reached through its table. isolation.sql tests the policies of its own.
SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM pg_class c
     WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
       AND (has_any_column_privilege('tenancy_app', c.oid, 'SELECT, INSERT, UPDATE')
            OR has_any_column_privilege('tenancy_platform', c.oid, 'SELECT, INSERT, UPDATE'))),
    NULL, 'no partition can be reached past its table');

SELECT is(
    (SELECT array_agg(proname::text ORDER BY proname) FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prosecdef),
    ARRAY[
        'drop_expired_activity', 'drop_expired_usage', 'ensure_partitions',
        'expire_tenant_activity', 'note_platform_change', 'note_tenant_change',
        'signing_key_works'],
    'few functions run with the rights of the owner');
SELECT is(
    (SELECT count(*) FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prosecdef
       AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=%', false)),
    0::bigint, 'and with a search path of its own');
SELECT is(
    has_function_privilege('tenancy_app', 'create_tenant(
        text, text, text, text, text, text, text, text, text, text, text, text, jsonb, jsonb,
        text, text, bytea, boolean)', 'EXECUTE'),
    false, 'the application makes a tenant only as the platform');

SELECT * FROM finish();
ROLLBACK;
