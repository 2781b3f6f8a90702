-- The tenant comes first: in every key, constraint and index of a tenant table, so that the schema
-- can be distributed by tenant, and so that a scope is the beginning of an index.
BEGIN;
SELECT no_plan();

-- Everything in public is a tenant table, but for these. The directories make a name unique
-- over all tenants; nothing else may. The feed of changes is read across tenants by whoever wants
-- to know which of them have changed. The scheduler's index is not unique.
CREATE TEMP TABLE exceptions (name text, index_name text, why text);
INSERT INTO exceptions VALUES
    ('api_key_ids', 'api_key_ids_pkey', 'is the directory of keys'),
    ('plans', NULL, 'is the same for all'),
    ('platform_idempotency_keys', NULL, 'belongs to no tenant'),
    ('quota_holders', NULL, 'is about the servers'),
    ('scheduled_jobs', NULL, 'is about the servers'),
    ('schema_migrations', NULL, 'is about the schema'),
    ('tenant_change_feed', 'tenant_change_feed_changed_by', 'finds what is new in any tenant'),
    ('tenant_codes', 'tenant_codes_pkey', 'is the directory of codes'),
    ('tenant_domains', 'tenant_domains_pkey', 'is the directory of domains'),
    ('token_signing_keys', NULL, 'is about the servers'),
    ('tenants', 'tenants_status_type', 'is for the list of all'),
    ('tenants', 'tenants_name', 'is for the list of all'),
    ('tenant_subscriptions', 'tenant_subscriptions_due', 'finds what is due, over all tenants');

CREATE TEMP TABLE tables AS
SELECT c.oid, c.relname, CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END::name AS key
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND c.relname NOT IN (SELECT name FROM exceptions WHERE index_name IS NULL);

SELECT has_column('public'::name, relname, key, relname || ' has its tenant') FROM tables;
SELECT col_not_null('public'::name, relname, key, relname || ' has a tenant in every row')
FROM tables;
SELECT has_pk('public'::name, relname, relname || ' has a primary key') FROM tables;

SELECT is(
    (SELECT attname FROM pg_attribute a
     WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]),
    t.key, 'index ' || i.indexrelid::regclass || ' begins with the tenant')
FROM tables t JOIN pg_index i ON i.indrelid = t.oid
WHERE i.indexrelid::regclass::text NOT IN (
    SELECT index_name FROM exceptions WHERE index_name IS NOT NULL);

SELECT is(
    (SELECT attname FROM pg_attribute a
     WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1]),
    t.key, 'foreign key ' || k.conname || ' begins with the tenant')
FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f';

SELECT is(
    (SELECT attname FROM pg_attribute a
     WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1]),
    CASE k.confrelid::regclass::text WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END::name,
    'foreign key ' || k.conname || ' stays within the tenant')
FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f';

SELECT is(
    (SELECT string_agg(name, ', ') FROM exceptions e
     WHERE to_regclass(e.name) IS NULL
       OR (index_name IS NOT NULL AND to_regclass(index_name) IS NULL)),
    NULL, 'no exception outlives its table');

-- Where indexes seem to cost the same, as they do for a table of one row, Postgres takes the
-- youngest. It must not be one that is read from end to end for a tenant.
SELECT cmp_ok(
    (SELECT k.conindid FROM pg_constraint k WHERE k.conrelid = to_regclass(e.name)
        AND k.contype = 'p')::bigint, '>', to_regclass(e.index_name)::oid::bigint,
    'the primary key of ' || e.name || ' is younger than ' || e.index_name)
FROM exceptions e
WHERE e.name IN ('tenants', 'tenant_subscriptions') AND e.index_name IS NOT NULL;

-- The making of an index counts a table's rows, and few of them are taken for the size it has.
SELECT is(
    (SELECT string_agg(c.relname, ', ') FROM tables t JOIN pg_class c ON c.oid = t.oid
     WHERE c.relkind = 'r' AND c.reltuples >= 0),
    NULL, 'no table of tenants was counted while it had one tenant');

-- Names are compared by their bytes.
SELECT is(a.attcollation, 'pg_catalog."C"'::regcollation::oid, a.attrelid::regclass || '.'
    || a.attname || ' compares bytes')
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
WHERE a.attname IN ('tenant_code', 'domain', 'key', 'resource_type', 'action', 'status');

SELECT is(
    (SELECT string_agg(tablename || '.' || policyname, ', ') FROM pg_policies
     WHERE schemaname = 'public' AND (qual || coalesce(with_check, '')) ~* '\mselect\M'),
    NULL, 'no policy has a sub-select');
SELECT is(
    (SELECT string_agg(relname, ', ') FROM tables t
     WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)),
    NULL, 'every tenant table has policies');

-- Partitions for this month and three more, and one for whatever else comes.
SELECT has_table('public'::name, name::name, name || ' is there')
FROM (VALUES
        ('tenant_activity_logs'), ('tenant_resource_usage'), ('tenant_usage_ledger')) AS p (parent),
    LATERAL (
        SELECT p.parent || '_' || to_char(
            (now() AT TIME ZONE 'UTC') + make_interval(months => ahead), 'YYYYMM')
        FROM generate_series(0, 3) AS ahead
        UNION ALL SELECT p.parent || '_default') AS n (name);

-- The scope is an index condition, of every table that the application reads.
CREATE TEMP TABLE scoped AS
SELECT t.relname, t.key FROM tables t JOIN pg_class c ON c.oid = t.oid
WHERE NOT c.relispartition AND has_table_privilege('tenancy_app', t.oid, 'SELECT');
GRANT SELECT ON scoped TO PUBLIC;
SELECT is(
    (SELECT array_agg(t.relname ORDER BY t.relname) FROM tables t JOIN pg_class c ON c.oid = t.oid
     WHERE NOT c.relispartition AND t.relname NOT IN (SELECT relname FROM scoped)),
    ARRAY['tenant_change_feed']::name[],
    'but for the feed of changes, which servers read across tenants and only as the platform');

SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL tenancy.tenant_id = 1;
SET LOCAL ROLE tenancy_app;
SELECT matches(
    tap.plan_of('SELECT count(*) FROM ' || relname),
    'Index Cond: \(\(?' || key || ' = .*current_setting',
    relname || ': the scope is an index condition')
FROM scoped;
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
