-- get_tenant_analytics: the numbers of the original, at the edges of days, months and zones; and
-- the two views.
BEGIN;
SELECT no_plan();

SELECT create_tenant('axis-securities', 'Axis', 'broker', 'a@example.com');
SELECT is(
    (SELECT a::text FROM get_tenant_analytics(2) a), '(0,0,0,0,0,healthy)', 'a new tenant');
SELECT is_empty('SELECT * FROM get_tenant_analytics(4711)', 'a tenant that does not exist');

-- The example: three users of whom two were there, and the month's usage.
INSERT INTO tenant_users (tenant_id, user_id, role, last_login_at) VALUES
    (2, 'u1', 'admin', now()), (2, 'u2', 'user', now() - interval '20 days'),
    (2, 'u3', 'user', NULL);
SELECT increment_tenant_resource_usage(2, resource, amount)
FROM (VALUES ('users', 3), ('api_calls', 2547), ('storage', 1200000000), ('transactions', 156))
    AS v (resource, amount);
SELECT is(
    (SELECT a::text FROM get_tenant_analytics(2) a), '(3,2,2547,156,1.2,healthy)',
    'the example of the original');

-- The edges. At each moment only what the last 30 days of that zone hold is counted: powers of ten
-- tell which days they were.
SELECT create_tenant('edges', 'Edges', 'bank', 'a@example.com');
INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used) VALUES
    (3, '2024-01-30', 'api_calls', 1), (3, '2024-01-31', 'api_calls', 10),
    (3, '2024-02-01', 'api_calls', 100), (3, '2024-02-29', 'api_calls', 1000),
    (3, '2024-03-01', 'api_calls', 10000), (3, '2024-03-02', 'api_calls', 100000),
    (3, '2024-02-29', 'transactions', 7), (3, '2024-02-29', 'storage', 7),
    (3, '2024-02-29', 'users', 7);
CREATE FUNCTION tap.api_calls(p_zone text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tenants SET time_zone = p_zone WHERE id = 3;
    RETURN (SELECT total_api_calls_30d FROM get_tenant_analytics(3, p_at));
END
$$;
SELECT is(tap.api_calls(zone, at::timestamptz), expected::bigint, zone || ' at ' || at)
FROM (VALUES
    ('UTC', '2024-02-28 23:59:59.999999+00', 111),
    ('UTC', '2024-02-29 00:00:00+00', 1110),
    ('UTC', '2024-02-29 23:59:59.999999+00', 1110),
    ('UTC', '2024-03-01 00:00:00+00', 11100),
    ('UTC', '2024-03-02 00:00:00+00', 111000),
    ('Asia/Kolkata', '2024-02-29 18:29:59.999999+00', 1110),
    ('Asia/Kolkata', '2024-02-29 18:30:00+00', 11100),
    ('Pacific/Kiritimati', '2024-02-29 09:59:59+00', 1110),
    ('Pacific/Kiritimati', '2024-02-29 10:00:00+00', 11100),
    ('Pacific/Pago_Pago', '2024-03-01 10:59:59+00', 1110),
    ('Pacific/Pago_Pago', '2024-03-01 11:00:00+00', 11100),
    ('America/New_York', '2024-03-01 04:59:59+00', 1110),
    ('America/New_York', '2024-03-01 05:00:00+00', 11100)
) AS v (zone, at, expected);
SELECT is(total_transactions_30d, 7::bigint, 'each resource is counted for itself')
FROM get_tenant_analytics(3, '2024-02-29 12:00+00');

-- Who was there: the first day counts from its first moment, also across a change of the clocks.
INSERT INTO tenant_users (tenant_id, user_id, role, last_login_at) VALUES
    (3, 'first', 'user', '2024-02-10 05:00:00+00'),
    (3, 'before', 'user', '2024-02-10 04:59:59.999999+00'),
    (3, 'last', 'user', '2024-03-11 03:59:59.999999+00'),
    (3, 'after', 'user', '2024-03-11 04:00:00+00');
UPDATE tenants SET time_zone = 'America/New_York' WHERE id = 3;
SELECT is(
    (SELECT active_users_30d FROM get_tenant_analytics(3, '2024-03-10 12:00+00')), 2::bigint,
    'the days are those of the zone, whatever its clocks do');
SELECT is(
    (SELECT total_users FROM get_tenant_analytics(3, '2024-03-10 12:00+00')), 4::bigint, 'of all');

-- The worst of the four quotas.
SELECT create_tenant('quotas', 'Quotas', 'bank', 'a@example.com');
CREATE FUNCTION tap.health(
    p_users bigint, p_api_calls bigint, p_storage bigint, p_transactions bigint)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tenant_subscriptions SET current_users = p_users, current_api_calls = p_api_calls,
        current_storage_bytes = p_storage, current_transactions = p_transactions
    WHERE tenant_id = 4;
    RETURN (SELECT quota_status FROM get_tenant_analytics(4));
END
$$;
SELECT is(tap.health(users, api_calls, storage, transactions), expected,
    concat_ws('/', users, api_calls, storage, transactions))
FROM (VALUES
    (0, 0, 0::bigint, 0, 'healthy'), (7, 7999, 3999999999, 799, 'healthy'),
    (8, 0, 0, 0, 'warning'), (0, 8000, 0, 0, 'warning'), (0, 0, 4000000000, 0, 'warning'),
    (0, 0, 0, 800, 'warning'), (9, 9499, 4749999999, 949, 'warning'),
    (0, 9500, 0, 0, 'critical'), (8, 0, 4750000000, 0, 'critical'), (8, 9999, 0, 0, 'critical'),
    (10, 0, 0, 0, 'exceeded'), (8, 9500, 5000000000, 0, 'exceeded'), (0, 0, 0, 1001, 'exceeded')
) AS v (users, api_calls, storage, transactions, expected);
UPDATE tenant_subscriptions SET max_transactions = 0, current_transactions = 0,
    current_users = 0, current_api_calls = 0, current_storage_bytes = 0 WHERE tenant_id = 4;
SELECT is((SELECT quota_status FROM get_tenant_analytics(4)), 'healthy', 'nothing of nothing');
UPDATE tenant_subscriptions SET current_transactions = 1 WHERE tenant_id = 4;
SELECT is((SELECT quota_status FROM get_tenant_analytics(4)), 'exceeded', 'something of nothing');

-- The views say the same as the functions, and obey the reader's scope.
SELECT results_eq(
    'SELECT resource_type, current_units, max_units, usage_percentage, quota_status
     FROM tenant_quota_status WHERE tenant_id = 2 ORDER BY resource_type',
    $$VALUES
        ('api_calls', 2547::bigint, 10000::bigint, 25.47, 'healthy'),
        ('storage', 1200000000, 5000000000, 24.00, 'healthy'),
        ('transactions', 156, 1000, 15.60, 'healthy'), ('users', 3, 10, 30.00, 'healthy')$$,
    'tenant_quota_status has a row a resource');
SELECT results_eq(
    'SELECT tenant_code COLLATE "default", status COLLATE "default", plan COLLATE "default",
        subscription_status COLLATE "default", total_users, quota_status, activity_rows
     FROM tenant_overview WHERE tenant_id = 2',
    format(
        $$VALUES ('axis-securities', 'active', 'starter', 'trial', 3::bigint, 'healthy',
            %s::bigint)$$,
        (SELECT count(*) FROM tenant_activity_logs WHERE tenant_id = 2)),
    'tenant_overview has a row a tenant');
SELECT is((SELECT count(*) FROM tenant_overview), 4::bigint, 'and one for each');
SELECT is(
    (SELECT count(*) FROM tenant_overview o
     WHERE o.quota_status <> (SELECT a.quota_status FROM get_tenant_analytics(o.tenant_id) a)),
    0::bigint, 'both know the same worst quota');
SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;
SELECT results_eq(
    'SELECT tenant_id FROM tenant_overview', ARRAY[2::bigint], 'a tenant sees its own row');
SELECT results_eq(
    'SELECT DISTINCT tenant_id FROM tenant_quota_status', ARRAY[2::bigint], 'and its own quotas');
SELECT is_empty('SELECT * FROM get_tenant_analytics(3)', 'and no numbers of others');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
