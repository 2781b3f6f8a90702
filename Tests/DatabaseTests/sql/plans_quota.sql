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
SELECT 2 + n % 10, current_date, 'storage', '-infinity', 'consumed', 1, (n % 1000 = 0)::integer
FROM generate_series(1, 20000) AS n;
ANALYZE;

CREATE FUNCTION tap.plan_of(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_line text;
    v_plan text := '';
BEGIN
    FOR v_line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || p_statement LOOP
        v_plan := v_plan || v_line || E'\n';
    END LOOP;
    RETURN v_plan;
END
$$;
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

SELECT * FROM finish();
ROLLBACK;
