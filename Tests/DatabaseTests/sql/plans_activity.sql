-- The activity log of one tenant with a million rows, and of many small ones: every page, whatever
-- its filter, begins at the right end of the right index.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
-- Three days of one month, whatever today is: the newest row is from just before.
CREATE FUNCTION tap.newest() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '3 days'
$$;
GRANT EXECUTE ON FUNCTION tap.newest() TO PUBLIC;
-- Only the rows count here, not what they were made by.
SET LOCAL session_replication_role = replica;
INSERT INTO tenant_activity_logs
SELECT CASE WHEN n % 20 = 0 THEN 1000 + n % 5000 ELSE 2 END,
    tap.newest() - interval '3 days' + n * interval '200 ms', 10 + n, 'user:user_' || n % 1000,
    CASE n % 100 WHEN 0 THEN 'login' WHEN 1 THEN 'logout' ELSE 'config_updated' END,
    CASE n % 50 WHEN 0 THEN 'user' ELSE 'configuration' END, 'key_' || n % 5000, '{}',
    NULL, NULL, '\x0000000000000000000000000000000000000000000000000000000000000000',
    '\x0000000000000000000000000000000000000000000000000000000000000000'
FROM generate_series(1, 1000000) AS n;
SET LOCAL session_replication_role = origin;
ANALYZE tenant_activity_logs;

-- Which of a plan's indexes are ours, by their columns: a partition's has a name of its own.
CREATE FUNCTION tap.index_columns(p_plan text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT (
        SELECT string_agg(a.attname, ' ' ORDER BY k.place)
        FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute a ON a.attnum = k.attnum
        WHERE i.indexrelid = to_regclass(m[1]) AND a.attrelid = i.indrelid), ', ')
    FROM regexp_matches(p_plan, 'Index (?:Only )?Scan (?:Backward )?using (\S+) on', 'g') AS m
$$;
GRANT EXECUTE ON FUNCTION tap.index_columns(text) TO PUBLIC;

-- The statement of a page.
CREATE FUNCTION tap.page(p_filter text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.plan_of(
        'SELECT l.sequence, l.details FROM tenant_activity_logs l WHERE l.tenant_id = 2 '
        || p_filter || ' ORDER BY l.created_at DESC, l.sequence DESC LIMIT 51')
$$;
GRANT EXECUTE ON FUNCTION tap.page(text) TO PUBLIC;

SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;

SELECT is(tap.index_columns(tap.page(filter)), columns, what || ': the right index')
FROM (VALUES
    ('', 'tenant_id created_at sequence', 'no filter'),
    ('AND l.action = ''login''', 'tenant_id action created_at sequence', 'one action'),
    ('AND l.actor = ''user:user_7''', 'tenant_id actor created_at sequence', 'an actor'),
    ('AND l.entity_type = ''user''', 'tenant_id entity_type created_at sequence', 'a kind'),
    ('AND l.entity_type = ''user'' AND l.entity_id = ''key_50''',
        'tenant_id entity_type entity_id created_at sequence', 'a thing'),
    ('AND l.created_at < tap.newest() - interval ''1 day''', 'tenant_id created_at sequence',
        'before a time'),
    ('AND l.created_at <= tap.newest() - interval ''1 day''
        AND (l.created_at, l.sequence) < (tap.newest() - interval ''1 day'', 500000)',
        'tenant_id created_at sequence', 'a later page')
) AS v (filter, columns, what);
SELECT doesnt_match(
    tap.page(filter), '(->|^)\s*(Incremental )?Sort\n', what || ': nothing is sorted')
FROM (VALUES
    ('', 'no filter'), ('AND l.action = ''login''', 'one action'),
    ('AND l.actor = ''user:user_7''', 'an actor'), ('AND l.entity_type = ''user''', 'a kind')
) AS v (filter, what);
SELECT is(
    tap.index_columns(tap.plan_of($$
        SELECT l.sequence FROM unnest(ARRAY['login', 'logout']) AS a (action)
        CROSS JOIN LATERAL (
            SELECT l.* FROM tenant_activity_logs l
            WHERE l.tenant_id = 2 AND l.action = a.action
            ORDER BY l.created_at DESC, l.sequence DESC LIMIT 51) AS l
        ORDER BY l.created_at DESC, l.sequence DESC LIMIT 51$$)),
    'tenant_id action created_at sequence', 'several actions: the newest of each');
SELECT unalike(
    tap.plan_of($$
        SELECT FROM tenant_activity_logs WHERE tenant_id = 2
            AND created_at >= date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            AND created_at < date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                + interval '1 day'$$),
    '%' || to_char(now() + interval '1 month', 'YYYYMM') || '%',
    'other months are left out');
SELECT is(
    tap.index_columns(tap.plan_of($$
        SELECT l.* FROM tenant_activity_logs l
        WHERE l.tenant_id = 2 AND l.sequence > 900000 AND l.sequence <= 900100
            AND l.created_at >= tap.newest() - interval '3 days' AND l.created_at <= tap.newest()
        ORDER BY l.sequence LIMIT 64$$)),
    'tenant_id sequence', 'a watch reads the chain in its order');
SELECT is(
    tap.index_columns(tap.plan_of($$
        SELECT l.* FROM tenant_activity_logs l
        WHERE l.tenant_id = 2 AND l.sequence <= 1000010 AND l.sequence >= 500000
          AND (l.sequence, l.created_at) > (500000, '2020-01-01')
        ORDER BY l.sequence, l.created_at LIMIT 5000$$)),
    'tenant_id sequence', 'a proof reads the chain in its order');
SELECT is(
    (SELECT rows_checked FROM verify_tenant_activity(
        2, 500000, '2020-01-01', sha256('x'), 1000010, 5000)),
    1::bigint, 'a proof stops at the first row that does not fit');
RESET ROLE;

-- Retention looks up the last row from before a month, tenant by tenant.
SET LOCAL ROLE tenancy_platform;
SELECT is(
    tap.index_columns(tap.plan_of($$
        SELECT l.* FROM tenant_activity_logs l
        WHERE l.tenant_id = 2 AND l.created_at < tap.newest() - interval '1 day'
        ORDER BY l.created_at DESC, l.sequence DESC LIMIT 1$$)),
    'tenant_id created_at sequence', 'the last row from before a month');
SELECT matches(
    tap.plan_of($$
        SELECT h.tenant_id, h.sequence, coalesce(a.sequence, 0)
        FROM tenant_activity_heads h
        LEFT JOIN tenant_activity_anchors a ON a.tenant_id = h.tenant_id
        WHERE h.tenant_id = ANY ('{2,3,4}')$$),
    'tenant_id', 'all watches ask at once');
RESET ROLE;

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
