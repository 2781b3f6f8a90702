-- What follows a change of a tenant, whoever makes it.
BEGIN;
SELECT no_plan();

SELECT create_tenant(
    'tenant-a', 'A', 'bank', 'a@example.com', p_domain => 'a.example.com',
    p_settings => '{"kept": 1, "secret": "old", "gone": 1}',
    p_features => '{"trading": true, "limits": {"a": 1}, "gone": false}');
SELECT create_tenant('tenant-b', 'B', 'bank', 'b@example.com', p_domain => 'b.example.com');

CREATE FUNCTION tap.last_activity(p_tenant_id bigint) RETURNS TABLE (action text, details jsonb)
LANGUAGE sql AS $$
    SELECT l.action, l.details FROM tenant_activity_logs l
    WHERE l.tenant_id = p_tenant_id ORDER BY l.sequence DESC LIMIT 1
$$;

-- As the application, in the scope of A: what a tenant may change of itself.
SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;
UPDATE tenants SET tenant_name = 'A', settings = '{"gone": 1, "secret": "old", "kept": 1}'
WHERE id = 2;
SELECT is(version, 1::bigint, 'a change that changes nothing is none') FROM tenants WHERE id = 2;
SELECT is(action, 'subscription_created', 'and is not logged') FROM tap.last_activity(2);

UPDATE tenants SET tenant_name = 'Aa', support_email = 'help@example.com', domain = NULL
WHERE id = 2;
SELECT is(version, 2::bigint, 'a change is a version') FROM tenants WHERE id = 2;
SELECT is(action, 'tenant_updated', 'and is logged') FROM tap.last_activity(2);
SELECT is(
    details, '{"version": 2, "changes": {
        "domain": {"from": "a.example.com", "to": null},
        "support_email": "changed",
        "tenant_name": {"from": "A", "to": "Aa"}}}'::jsonb,
    'with what changed') FROM tap.last_activity(2);
SELECT is_empty('SELECT FROM tenant_domains', 'a domain that is given up is free');
SELECT throws_ok(
    $$UPDATE tenants SET domain = 'b.example.com' WHERE id = 2$$, '23505',
    'duplicate key value violates unique constraint "tenant_domains_pkey"',
    'a domain that is taken is refused');
UPDATE tenants SET domain = 'c.example.com' WHERE id = 2;
UPDATE tenants SET domain = 'd.example.com' WHERE id = 2;
SELECT results_eq(
    'SELECT domain COLLATE "default" FROM tenant_domains', ARRAY['d.example.com'],
    'a domain is exchanged for another');

UPDATE tenants SET
    settings = '{"kept": 1, "secret": "new", "new": 2}',
    features = '{"trading": false, "limits": {"a": 2}, "blockchain": true}'
WHERE id = 2;
SELECT is(
    details -> 'changes', '{
        "settings": {"secret": "changed", "new": "added", "gone": "removed"},
        "features": {
            "trading": {"from": true, "to": false}, "limits": "changed",
            "blockchain": {"from": null, "to": true}, "gone": {"from": false, "to": null}}}'::jsonb,
    'settings are named, and switches shown') FROM tap.last_activity(2);
SELECT throws_ok(
    $$UPDATE tenants SET status = 'suspended' WHERE id = 2$$, '42501', NULL,
    'its status is not its own');
SELECT throws_ok(
    $$UPDATE tenants SET id = 3 WHERE id = 2$$, '42501', NULL, 'nor is its number');

-- The time zone. The month keeps its name and ends at midnight there.
SELECT throws_ok(
    $$UPDATE tenants SET time_zone = 'Asia/Nowhere' WHERE id = 2$$, '23514',
    'the time zone is not known', 'a zone that does not exist is refused');
UPDATE tenants SET time_zone = 'pacific/KIRITIMATI' WHERE id = 2;
SELECT is(
    s.period_end,
    (date_trunc('month', now() AT TIME ZONE 'Asia/Kolkata') + interval '1 month')
        AT TIME ZONE 'Pacific/Kiritimati',
    'the present month ends in the new zone')
FROM tenant_subscriptions s WHERE s.tenant_id = 2;
SELECT is(
    s.period_start,
    date_trunc('month', now() AT TIME ZONE 'Asia/Kolkata') AT TIME ZONE 'Asia/Kolkata',
    'and began in the old one')
FROM tenant_subscriptions s WHERE s.tenant_id = 2;
SELECT is(
    details -> 'changes',
    '{"time_zone": {"from": "Asia/Kolkata", "to": "Pacific/Kiritimati"}}'::jsonb,
    'which is logged, and spelled as the zone is') FROM tap.last_activity(2);
UPDATE tenants SET time_zone = 'pacific/kiritimati' WHERE id = 2;
RESET ROLE;
SELECT is(version, 6::bigint, 'five changes') FROM tenants WHERE id = 2;

-- The status is the platform's.
SET LOCAL ROLE tenancy_platform;
SELECT set_config('tenancy.reason', 'licence lapsed', true);
UPDATE tenants SET status = 'suspended' WHERE id = 2;
SELECT results_eq(
    'SELECT action COLLATE "default", details FROM tap.last_activity(2)',
    $$VALUES ('tenant_suspended', '{"from": "active", "to": "suspended",
        "reason": "licence lapsed", "version": 7}'::jsonb)$$, 'a suspension is logged');
SELECT set_config('tenancy.reason', '', true);
UPDATE tenants SET status = 'inactive', tenant_name = 'Gone' WHERE id = 2;
SELECT results_eq(
    'SELECT action COLLATE "default", details FROM tenant_activity_logs
     WHERE tenant_id = 2 ORDER BY sequence DESC LIMIT 2',
    $$VALUES
        ('tenant_updated', '{"changes": {"tenant_name": {"from": "Aa", "to": "Gone"}},
            "version": 8}'::jsonb),
        ('tenant_deactivated', '{"from": "suspended", "to": "inactive", "reason": null,
            "version": 8}'::jsonb)$$, 'a closing too, and what else changed for itself');
UPDATE tenants SET status = 'active' WHERE id = 2;
SELECT is(action, 'tenant_reactivated', 'and a reopening') FROM tap.last_activity(2);
RESET ROLE;

-- Several at once, in one statement by hand.
SELECT throws_ok(
    $$UPDATE tenants SET license_number = 'X' WHERE id IN (2, 3)$$, '23514',
    'a licence number comes with a regulatory body', 'who gave a licence is known');
SELECT throws_ok(
    $$UPDATE tenants SET tenant_name = U&'A\202Eb' WHERE id = 2$$, '23514',
    'a tenant name turns no direction of text', 'a name is what it looks like');
UPDATE tenants SET license_number = 'X', regulatory_body = 'RBI' WHERE id IN (2, 3);
SELECT is(
    (SELECT count(*) FROM tenant_activity_logs
     WHERE details #>> '{changes,license_number,to}' = 'X'),
    2::bigint, 'each has its own log');

SELECT * FROM finish();
ROLLBACK;
