-- How the numbers of one tenant are found among 10,000: by indexes that begin with it, whatever the
-- others have, and never from the log.
BEGIN;
SELECT no_plan();

-- Loaded without triggers and foreign keys, which are not what is looked at.
SET LOCAL session_replication_role = replica;
INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
SELECT n, 'tenant-' || n, 'Tenant ' || n, 'broker', 'a@example.com'
FROM generate_series(2, 10000) AS n;
INSERT INTO tenant_codes SELECT tenant_code, id FROM tenants WHERE id > 1;
INSERT INTO tenant_activity_heads (tenant_id) SELECT id FROM tenants WHERE id > 1;
INSERT INTO tenant_subscriptions (
    tenant_id, plan, status, trial_ends_at, period_start, period_end, billing_period_start,
    billing_period_end, monthly_price_paise, max_users, max_api_calls, max_storage_bytes,
    max_transactions)
SELECT id, 'starter', 'trial', now(), now(), now() + interval '1 month', now(),
    now() + interval '1 month', 0, 10, 10000, 5000000000, 1000
FROM tenants WHERE id > 1;
INSERT INTO tenant_users (tenant_id, user_id, role, last_login_at)
SELECT t.id, 'user-' || n, 'user', CASE WHEN n < 7 THEN now() - make_interval(days => n * 7) END
FROM tenants t, generate_series(1, 10) AS n;
INSERT INTO tenant_resource_usage
SELECT t.id, (now() AT TIME ZONE 'Asia/Kolkata')::date - d, resource, 5
FROM tenants t, generate_series(0, 39) AS d,
    (VALUES ('api_calls'), ('transactions')) AS r (resource)
WHERE t.id % 4 = 0;
INSERT INTO tenant_quota_leases (
    tenant_id, resource_type, holder_id, lease, period_start, granted)
SELECT id, 'api_calls', 1, 1, now(), 8 FROM tenants WHERE id > 1;
SET LOCAL session_replication_role = origin;
ANALYZE;

CREATE TEMP TABLE plans (role text, name text, plan text);
GRANT ALL ON plans TO PUBLIC;
SET LOCAL tenancy.tenant_id = 4000;
SET LOCAL ROLE tenancy_app;
INSERT INTO plans VALUES
    ('tenancy_app', 'analytics', tap.run_of('SELECT * FROM get_tenant_analytics(4000)')),
    ('tenancy_app', 'overview',
        tap.run_of('SELECT * FROM tenant_overview WHERE tenant_id = 4000')),
    ('tenancy_app', 'quotas',
        tap.run_of('SELECT * FROM tenant_quota_status WHERE tenant_id = 4000'));
SET LOCAL ROLE tenancy_platform;
INSERT INTO plans VALUES
    ('tenancy_platform', 'analytics', tap.run_of('SELECT * FROM get_tenant_analytics(4000)')),
    ('tenancy_platform', 'code',
        tap.run_of('SELECT * FROM get_tenant_by_code(''tenant-4000'')'));
RESET ROLE;

-- An empty month may be planned to be read from end to end; it must not be.
SELECT unalike(
    regexp_replace(plan, '[^\n]*\(never executed\)', '', 'g'), '%Seq Scan%',
    name || ' as ' || role || ' reads no table from end to end')
FROM plans;
SELECT unalike(plan, '%tenant_activity_logs%', name || ' as ' || role || ' does not read the log')
FROM plans;
-- More rows than one tenant has would show in the count of some step.
SELECT doesnt_match(plan, 'rows=\d{3}', name || ' as ' || role || ' reads what one tenant has')
FROM plans;
SELECT matches(plan, 'Index Only Scan using tenant_users_last_login', 'active users: the index')
FROM plans WHERE name = 'analytics';
SELECT matches(plan, 'Index.* using tenant_resource_usage_\w+_pkey', 'usage: the days')
FROM plans WHERE name = 'analytics';
SELECT matches(
    plan, 'tenant_resource_usage_\d{6} \w+ \(never executed\)',
    'usage: months that are not asked for are not opened')
FROM plans WHERE name = 'analytics';
SELECT matches(plan, 'using tenant_codes_pkey', 'a code: the directory')
FROM plans WHERE name = 'code';
SELECT is(
    (SELECT a::text FROM get_tenant_analytics(4000) a), '(10,4,150,150,0,healthy)',
    'the numbers are right');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
