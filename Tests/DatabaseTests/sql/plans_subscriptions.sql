-- How subscriptions and usage are found, with amounts that make a difference: 10,000 tenants, and a
-- year of usage of some of them.
BEGIN;
SELECT no_plan();

-- Without the triggers, whose rows this is not about.
SET LOCAL session_replication_role = replica;
INSERT INTO tenant_codes (tenant_code, tenant_id)
SELECT 'tenant-' || n, n FROM generate_series(2, 10001) AS n;
INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
SELECT n, 'tenant-' || n, 'Tenant', 'bank', 'a@b.c' FROM generate_series(2, 10001) AS n;
INSERT INTO tenant_subscriptions (
    tenant_id, plan, status, trial_ends_at, period_start, period_end, billing_period_start,
    billing_period_end, max_users, max_api_calls, max_storage_bytes, max_transactions,
    monthly_price_paise)
SELECT n, s.plan, s.status, s.trial_ends_at, s.period_start, s.period_end, s.billing_period_start,
    s.billing_period_end, s.max_users, s.max_api_calls, s.max_storage_bytes, s.max_transactions,
    s.monthly_price_paise
FROM tenant_subscriptions s, generate_series(2, 10001) AS n WHERE s.tenant_id = 1;
UPDATE tenant_subscriptions
SET period_start = period_start - interval '1 month', period_end = period_start
WHERE tenant_id % 100 = 7;
INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used)
SELECT n, day, r, 1
FROM generate_series(2, 41) AS n,
    generate_series(
        current_date - 365, date_trunc('month', current_date) + interval '27 days', interval '1 day'
    ) AS day,
    unnest(ARRAY['api_calls', 'transactions']) AS r;
SET LOCAL session_replication_role = origin;
ANALYZE tenant_subscriptions, tenant_resource_usage, tenants;

CREATE FUNCTION tap.plan_has(p_statement text, p_wanted text, p_unwanted text, p_name text)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    v_plan text := tap.plan_of(p_statement);
BEGIN
    RETURN NEXT matches(v_plan, p_wanted, p_name);
    RETURN NEXT doesnt_match(v_plan, p_unwanted, p_name || ', and by nothing else');
END
$$;

-- The scheduler, as the platform: what is due, and nothing else, in its order.
SET LOCAL ROLE tenancy_platform;
SELECT tap.plan_has($$
    SELECT s.due_at, s.tenant_id FROM tenant_subscriptions s
    WHERE s.due_at <= now() AND (s.due_at, s.tenant_id) > ('-infinity'::timestamptz, 0::bigint)
    ORDER BY s.due_at, s.tenant_id LIMIT 50
    FOR NO KEY UPDATE SKIP LOCKED$$,
    'Index Scan using tenant_subscriptions_due.*Index Cond: [^\n]*due_at <= now', 'Sort|Seq Scan',
    'what is due is found by its index');
SELECT tap.plan_has($$
    SELECT s.tenant_id FROM tenant_subscriptions s
    WHERE s.due_at <= now() AND s.period_end <= now() ORDER BY s.due_at, s.tenant_id$$,
    'Index Scan using tenant_subscriptions_due', 'Sort|Seq Scan',
    'months that are over are found by the same');
RESET ROLE;

-- One tenant, as the application.
SET LOCAL tenancy.tenant_id = 7;
SET LOCAL ROLE tenancy_app;
SELECT tap.plan_has(
    'SELECT FROM tenant_subscriptions s WHERE s.tenant_id = 7 AND s.due_at <= now()',
    'Index Scan using tenant_subscriptions_pkey', 'Seq Scan',
    'whether one is due is found by its key');
SELECT tap.plan_has($$
    SELECT s.*, t.time_zone FROM tenant_subscriptions s JOIN tenants t ON t.id = s.tenant_id
    WHERE s.tenant_id = 7$$,
    'Index Scan using tenant_subscriptions_pkey', 'Seq Scan', 'a subscription is found by its key');
SELECT tap.plan_has(format($$
    SELECT u.usage_date, u.resource_type, u.used FROM tenant_resource_usage u
    WHERE u.tenant_id = 7 AND u.usage_date BETWEEN %L AND %L$$,
    date_trunc('month', current_date), date_trunc('month', current_date) + interval '1 day'),
    'Index Cond: [^\n]*tenant_id = 7[^\n]*usage_date', 'Seq Scan',
    'usage is found by tenant and day');
-- Two days of this month, so that this month and the default are all there is.
SELECT cmp_ok(
    (SELECT count(*) FROM regexp_matches(
        tap.plan_of(format($$
            SELECT FROM tenant_resource_usage u
            WHERE u.tenant_id = 7 AND u.usage_date BETWEEN %L AND %L$$,
            date_trunc('month', current_date),
            date_trunc('month', current_date) + interval '1 day')),
        ' on tenant_resource_usage_', 'g')),
    '<=', 2::bigint, 'only the months that are asked for are opened');
RESET ROLE;

-- A taking touches no index: the new version of the row stays on its page.
CREATE FUNCTION tap.hot_updates() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_before bigint := pg_stat_get_xact_tuples_hot_updated('tenant_subscriptions'::regclass);
BEGIN
    PERFORM consume_tenant_quota(1, 'transactions', 1);
    RETURN pg_stat_get_xact_tuples_hot_updated('tenant_subscriptions'::regclass) - v_before;
END
$$;
SELECT is(tap.hot_updates(), 1::bigint, 'a taking touches no index');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
