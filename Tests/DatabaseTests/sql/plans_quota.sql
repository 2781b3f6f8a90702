-- How the statements about quotas find their rows, among those of 1,000 tenants: what is held or
-- above a limit is little beside what once was.
BEGIN;
SELECT no_plan();

INSERT INTO tenant_codes SELECT 'many-' || n, n FROM generate_series(2, 1001) AS n;
INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
SELECT n, 'many-' || n, 'Many', 'bank', 'a@example.com' FROM generate_series(2, 1001) AS n;
INSERT INTO tenant_subscriptions (
    tenant_id, plan, status, trial_ends_at, period_start, period_end, billing_period_start,
    billing_period_end, monthly_price_paise, max_users, max_api_calls, max_storage_bytes,
    max_transactions)
SELECT n, 'starter', 'trial', now(), now(), now() + interval '1 month', now(),
    now() + interval '1 month', 0, 10, 10000, 5000000000, 1000
FROM generate_series(2, 1001) AS n;
ALTER TABLE tenant_quota_reservations DISABLE TRIGGER tenant_quota_reservations_log;
INSERT INTO tenant_quota_reservations (tenant_id, resource_type, amount, status, expires_at)
SELECT t, 'storage', 1, CASE WHEN n = 1 THEN 'held' ELSE 'committed' END, now()
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_client_leases (
    tenant_id, holder_id, resource_type, time_to_live, expires_at, ended_at)
SELECT t, t * 100 + n, 'storage', '1 minute', now(), CASE WHEN n > 1 THEN now() END
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_usage_ledger (
    tenant_id, usage_date, resource_type, period_start, kind, units, overage_units)
SELECT 2 + n % 100, current_date, 'storage', '-infinity', 'consumed', 1, (n % 1000 = 0)::integer
FROM generate_series(1, 20000) AS n;
-- The year before the present month.
CREATE TEMP TABLE months AS
SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => n))::date AS first
FROM generate_series(2, 13) AS n;
SELECT ensure_month_partition('tenant_usage_ledger', 'usage_date', first),
    ensure_month_partition('tenant_resource_usage', 'usage_date', first)
FROM months;
INSERT INTO tenant_usage_ledger (
    tenant_id, usage_date, resource_type, period_start, kind, units)
SELECT t, m.first + n, 'api_calls', m.first::timestamp AT TIME ZONE 'UTC', 'consumed', 1
FROM months m, generate_series(2, 101) AS t, generate_series(0, 27) AS n;
INSERT INTO tenant_quota_leases (
    tenant_id, resource_type, holder_id, lease, period_start, granted, is_recalled)
SELECT t, 'api_calls', 1, n, now(), 1, n = 1 AND t = 2
FROM generate_series(2, 1001) AS t, generate_series(1, 10) AS n;
CREATE TEMP TABLE reconciled (plan text);
GRANT INSERT ON reconciled TO PUBLIC;
ANALYZE;

SET LOCAL ROLE tenancy_platform;
SELECT matches(
    tap.plan_of($$SELECT n.* FROM tenant_quota_reservations n
        WHERE n.status = 'held' AND n.expires_at <= clock_timestamp()
        ORDER BY n.tenant_id, n.expires_at LIMIT 1000$$),
    'tenant_quota_reservations_held',
    'reservations whose time is over are found among those that are held');
SELECT matches(
    tap.plan_of($$SELECT c.* FROM tenant_client_leases c
        WHERE c.ended_at IS NULL AND c.expires_at <= clock_timestamp()
        ORDER BY c.tenant_id, c.holder_id LIMIT 1000$$),
    'tenant_client_leases_live',
    'leases whose time is over are found among those that live');
SELECT matches(
    tap.plan_of($$SELECT l.tenant_id, l.resource_type, l.subject FROM tenant_quota_leases l
        WHERE l.holder_id = ANY ('{1,2}') AND l.is_recalled LIMIT 1000$$),
    'tenant_quota_leases_recalled',
    'what others wait for is found among what is called back');
RESET ROLE;
SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;
SELECT matches(
    tap.plan_of($$SELECT e.resource_type, sum(e.overage_units) FROM tenant_usage_ledger e
        WHERE e.tenant_id = 2 AND e.overage_units <> 0
          AND e.usage_date BETWEEN current_date AND current_date
        GROUP BY e.resource_type$$),
    'tenant_usage_ledger_\w*(overage|tenant_id_usage_date_idx)',
    'what was above a limit is found without the rest (tenant_usage_ledger_overage)');

-- What is of a month is looked up in that month; the whole year is opened for what is of none,
-- which are users and storage, and never for the days of this month.
INSERT INTO reconciled SELECT tap.run_of('SELECT * FROM reconcile_tenant_usage(2)');
RESET ROLE;
SELECT doesnt_match(
    plan, 'Seq Scan on tenant_usage_ledger_' || to_char(month, 'YYYYMM'),
    'the ledger of ' || month::date || ' is not read from end to end')
FROM reconciled, (SELECT first FROM months UNION ALL SELECT current_date) AS v (month);
SELECT is(
    (SELECT array_agg(DISTINCT m[1]) FROM reconciled, months,
        regexp_matches(plan, 'on tenant_usage_ledger_' || to_char(first, 'YYYYMM')
            || ' [^\n]*\(actual [^\n]*loops=(\d+)\)', 'g') AS m),
    ARRAY['2'], 'past months of the ledger are opened for two of four resources');
SELECT is(
    (SELECT count(*) FROM reconciled, months,
        regexp_matches(plan, 'on tenant_usage_ledger_' || to_char(first, 'YYYYMM')
            || ' [^\n]*\(never executed\)', 'g')),
    12::bigint, 'and for no day of the present month');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
