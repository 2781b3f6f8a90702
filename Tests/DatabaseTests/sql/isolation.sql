-- Row-level security of every tenant table, one by one. The tables come from the catalog: a new one
-- is tested without being named here. The application is given every right first, so that what
-- holds it back is the policy and not a missing grant.
BEGIN;
SELECT no_plan();

CREATE TEMP TABLE tenant_tables AS
SELECT c.oid::regclass AS name, a.attname AS key
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    AND a.attname = CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition;

SELECT cmp_ok((SELECT count(*) FROM tenant_tables), '>=', 8::bigint, 'the tenant tables are found');

-- Two tenants, A (2) and B (3), with a row in every table.
SELECT create_tenant(
    'tenant-a', 'A', 'bank', 'a@example.com', p_domain => 'a.example.com',
    p_idempotency_key => 'a', p_request_hash => '\x01');
SELECT create_tenant(
    'tenant-b', 'B', 'bank', 'b@example.com', p_domain => 'b.example.com',
    p_idempotency_key => 'b', p_request_hash => '\x01');
SELECT consume_tenant_quota(2, 'users', 1, 'key', '\x01');
SELECT consume_tenant_quota(3, 'users', 1, 'key', '\x01');
INSERT INTO tenant_subscription_charges (
    tenant_id, subscription_version, reason, plan, billing_cycle, credit_paise, charge_paise,
    period_start, period_end)
SELECT tenant_id, version, 'period', plan, billing_cycle, 0, 1, period_start, period_end
FROM tenant_subscriptions;
INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (2, 'u', 'admin'), (3, 'u', 'admin');
INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
VALUES (2, 'desk', '{consume}', 'x'), (3, 'desk', '{consume}', 'x');
INSERT INTO tenant_grants (tenant_id, user_id, grant_kind, grant_name, granted_by)
VALUES (2, 'u', 'role', 'desk', 'x'), (3, 'u', 'role', 'desk', 'x');
INSERT INTO api_key_ids (tenant_id) VALUES (2), (3);
INSERT INTO tenant_api_keys (
    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by)
SELECT tenant_id, key_id, 'k', 'vym_2_0123456789', sha256('k'), '{read}', 'x' FROM api_key_ids;
INSERT INTO tenant_api_key_windows SELECT tenant_id, key_id, now(), 1 FROM tenant_api_keys;
INSERT INTO tenant_invitations (tenant_id, email, role, token_hash, invited_by, expires_at)
SELECT t, 'i@example.com', 'user', sha256('i'), 'x', now() + interval '1 day'
FROM (VALUES (2), (3)) AS v (t);
INSERT INTO tenant_data_keys (tenant_id, master_key, wrapped_key)
SELECT tenant, 1, decode(repeat('00', 60), 'hex') FROM (VALUES (2), (3)) AS v (tenant);
INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
SELECT tenant, 'flags', 'feature', 'true', '' FROM (VALUES (2), (3)) AS v (tenant);
INSERT INTO tenant_token_revocations (tenant_id, key_id, revoked_before)
SELECT t, 0, now() FROM (VALUES (2), (3)) AS v (t);
INSERT INTO tenant_activity_anchors (tenant_id, sequence, row_hash, created_at)
SELECT t, 1, sha256('a'), now() FROM (VALUES (2), (3)) AS v (t);
INSERT INTO tenant_quota_policies (tenant_id, resource_type, warn_percentages)
SELECT t, 'storage', '{80}' FROM (VALUES (2), (3)) AS v (t);
INSERT INTO tenant_user_quotas (tenant_id, user_id, resource_type, max_units, period_start)
SELECT tenant_id, user_id, 'storage', 5, '-infinity' FROM tenant_users WHERE tenant_id IN (2, 3);
SELECT acquire_client_lease(t, 'storage', 1, '1 minute') FROM (VALUES (2), (3)) AS v (t);
SELECT reserve_tenant_quota(t, 'storage', 1, false, '1 minute') FROM (VALUES (2), (3)) AS v (t);
-- What waits for the commit, such as the feed of changes, is written now.
SET CONSTRAINTS ALL IMMEDIATE;

-- What a role may do in a scope: "3 rows", or the SQLSTATE of the refusal. Everything is undone.
CREATE FUNCTION tap.attempt(p_role text, p_scope text, p_statement text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_rows bigint;
    v_result text;
BEGIN
    BEGIN
        PERFORM set_config('tenancy.tenant_id', p_scope, true) WHERE p_scope IS NOT NULL;
        PERFORM set_config('role', p_role, true);
        EXECUTE p_statement;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_result := v_rows || ' rows';
        RAISE EXCEPTION USING ERRCODE = 'TAP01';
    EXCEPTION
        WHEN SQLSTATE 'TAP01' THEN NULL;
        WHEN OTHERS THEN v_result := SQLSTATE;
    END;
    RETURN v_result;
END
$$;

-- The columns of a table that take a value.
CREATE FUNCTION tap.writable(p_table regclass) RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

DO $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN SELECT * FROM tenant_tables LOOP
        EXECUTE format('GRANT ALL ON %s TO tenancy_app', v_table.name);
        EXECUTE format(
            'CREATE TABLE tap.%I AS SELECT * FROM %s WHERE %I = 3 LIMIT 1',
            'copy_of_' || v_table.name, v_table.name, v_table.key);
        EXECUTE format('GRANT SELECT ON tap.%I TO PUBLIC', 'copy_of_' || v_table.name);
    END LOOP;
END
$$;

SELECT is(c.relrowsecurity AND c.relforcerowsecurity, true, t.name || ' forces row security')
FROM tenant_tables t JOIN pg_class c ON c.oid = t.name;

-- So does every partition, also those that the maintenance job makes, and also reached past its
-- table with every right. The job moves what waited in the default partition; without policies for
-- its role it would see nothing of that.
INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used)
SELECT t, date_trunc('month', now() AT TIME ZONE 'UTC') + interval '5 months', 'storage', 7
FROM (VALUES (2), (3)) AS v (t);
SELECT is(ensure_partitions(5), 6, 'two more months of three tables are made ahead');
CREATE TEMP TABLE partitions AS
SELECT c.oid::regclass AS name, c.relrowsecurity AND c.relforcerowsecurity AS is_forced
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p');
SELECT cmp_ok((SELECT count(*) FROM partitions), '>=', 21::bigint, 'the partitions are found');
DO $$
DECLARE
    v_name regclass;
BEGIN
    FOR v_name IN SELECT name FROM partitions LOOP
        EXECUTE format('GRANT ALL ON %s TO tenancy_app', v_name);
    END LOOP;
END
$$;
SELECT is(is_forced, true, name || ' forces row security') FROM partitions;
SELECT is(
    tap.attempt('tenancy_app', scope, format(statement, name)), '0 rows', name || ': ' || what)
FROM partitions, (VALUES
    ('2', 'SELECT FROM %s WHERE tenant_id <> 2', 'A sees nothing of others'),
    ('2', 'DELETE FROM %s WHERE tenant_id <> 2', 'A deletes nothing of others'),
    (NULL, 'SELECT FROM %s', 'no scope sees nothing')
) AS v (scope, statement, what);
SELECT is(
    tap.attempt('tenancy_app', '2', 'SELECT FROM tenant_resource_usage_' || to_char(
        (now() AT TIME ZONE 'UTC') + interval '5 months', 'YYYYMM')),
    '1 rows', 'what waited was moved, and A sees its own');
SELECT is(
    tap.attempt('postgres', NULL, 'SELECT FROM tenant_resource_usage_default'), '0 rows',
    'and nothing waits any more');

SELECT matches(
    tap.attempt('postgres', '', format('SELECT FROM %s WHERE %I = %s', name, key, tenant)),
    '^[1-9]\d* rows$', name || ' has rows of tenant ' || tenant)
FROM tenant_tables, (VALUES (2), (3)) AS v (tenant);

SELECT is(
    tap.attempt('tenancy_app', scope, format(statement, name, key, tap.writable(name),
        'tap.' || quote_ident('copy_of_' || name))),
    expected, name || ': ' || what)
FROM tenant_tables, (VALUES
    ('2', 'SELECT FROM %1$s WHERE %2$I <> 2', '0 rows', 'A sees nothing of others'),
    ('2', 'UPDATE %1$s SET %2$I = %2$I WHERE %2$I <> 2', '0 rows', 'A changes nothing of others'),
    ('2', 'DELETE FROM %1$s WHERE %2$I <> 2', '0 rows', 'A deletes nothing of others'),
    ('2', 'INSERT INTO %1$s (%3$s) SELECT %3$s FROM %4$s', '42501', 'A adds nothing for B'),
    ('', 'SELECT FROM %1$s', '0 rows', 'the empty scope sees nothing'),
    (NULL, 'SELECT FROM %1$s', '0 rows', 'no scope sees nothing'),
    (NULL, 'UPDATE %1$s SET %2$I = %2$I', '0 rows', 'no scope changes nothing'),
    (NULL, 'DELETE FROM %1$s', '0 rows', 'no scope deletes nothing'),
    (NULL, 'INSERT INTO %1$s (%3$s) SELECT %3$s FROM %4$s', '42501', 'no scope adds nothing'),
    ('2 OR true', 'SELECT FROM %1$s', '22P02', 'a scope that is no number is refused')
) AS v (scope, statement, expected, what);

-- A row cannot be handed to another tenant. Where a trigger or a key refuses first, that will do.
SELECT unalike(
    tap.attempt('tenancy_app', '2', format('UPDATE %s SET %I = 3', name, key)),
    '%rows', name || ': A hands nothing to B')
FROM tenant_tables;

SELECT matches(
    tap.attempt('tenancy_app', '2', format('SELECT FROM %s', name)),
    '^[1-9]\d* rows$', name || ': A sees its own')
FROM tenant_tables;

SELECT matches(
    tap.attempt(
        'tenancy_platform', NULL,
        format('SELECT FROM %s WHERE %I = %s', name, key, tenant)),
    '^[1-9]\d* rows$', name || ': the platform sees tenant ' || tenant)
FROM tenant_tables, (VALUES (2), (3)) AS v (tenant);

-- The functions are no way around.
SELECT is(
    tap.attempt('tenancy_app', '2', statement), '0 rows', 'A asks about B: ' || statement)
FROM (VALUES
    ('SELECT * FROM get_tenant_by_code(''tenant-b'')'),
    ('SELECT * FROM check_tenant_quota(3, ''users'')'),
    ('SELECT * FROM tenant_quota_standing(3)'),
    ('SELECT * FROM get_tenant_users_with_roles(3)'),
    ('SELECT FROM lock_quota_counter(3, ''key_calls'', ''2'') c WHERE c.state <> ''absent'''),
    ('SELECT FROM take_tenant_user_unit(3) c WHERE c.outcome <> ''not_found'''),
    ('SELECT FROM (SELECT roll_tenant_period(3, ''infinity'')) AS r (done) WHERE done'),
    ('SELECT FROM (SELECT settle_tenant_subscription(3, ''9999-01-01'')) AS r (done) WHERE done'),
    ('SELECT FROM reserve_tenant_quota(3, ''users'', 1, false, ''1 s'') WHERE max_units > 0'),
    ('SELECT FROM acquire_client_lease(3, ''users'', 1, ''1 s'') WHERE granted > 0'),
    ('SELECT FROM refund_tenant_usage(3, ''users'', 1, '''') WHERE max_units > 0'),
    ('SELECT FROM reconcile_tenant_usage(3)'),
    ('SELECT FROM consume_tenant_quota(3, ''users'', 1) c WHERE c.outcome <> ''not_found''')
) AS v (statement);
SELECT is(
    tap.attempt('tenancy_app', '2', 'SELECT increment_tenant_resource_usage(3, ''users'')'),
    'P0002', 'A records nothing for B');
SELECT is(
    tap.attempt(
        'tenancy_app', '2',
        'SELECT append_tenant_activity(3, ''x'', ''x'', ''x'', ''{}'')'),
    'P0002', 'A logs nothing for B');
SELECT is(
    tap.attempt('tenancy_app', '2', 'SELECT FROM platform_idempotency_keys'),
    '42501', 'A sees no keys of the platform');

SELECT * FROM finish();
ROLLBACK;
