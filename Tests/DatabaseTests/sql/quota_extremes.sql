-- The largest numbers that may be asked for, and corrections that cross: one report that the
-- database could not take would hold up all that came with it.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-' || n, 'T', 'bank', 'a@example.com') FROM generate_series(2, 5) AS n;
UPDATE tenant_subscriptions SET max_api_calls = 9223372036854775807 WHERE tenant_id = 2;
UPDATE tenant_subscriptions SET max_transactions = 10, current_transactions = 20
WHERE tenant_id = 3;
UPDATE tenant_subscriptions SET max_transactions = 10 WHERE tenant_id IN (4, 5);
INSERT INTO tenant_quota_policies (tenant_id, resource_type, warn_percentages)
VALUES (2, 'api_calls', '{80,100}');
INSERT INTO tenant_quota_policies (
    tenant_id, resource_type, auto_scale_step, auto_scale_ceiling)
VALUES (4, 'transactions', 5, 100);
SELECT setval('quota_holders_holder_id_seq', 1000);

CREATE FUNCTION tap.report(
    p_tenant bigint, p_resource text, p_lease bigint, p_spent bigint, p_returned bigint,
    p_target bigint, p_need bigint) RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', g.state, g.granted, 'used', g.used, 'free', g.free, 'warn ' || g.warn_at)
    FROM exchange_quota_leases(
        1, ARRAY[p_tenant], ARRAY[p_resource], ARRAY[''], ARRAY[p_lease], ARRAY[p_spent],
        ARRAY[p_returned], ARRAY[p_target], ARRAY[p_need]) g
$$;

-- A warning below the largest limit
SELECT is(
    tap.report(2, 'api_calls', 1, 0, 0, 8, 1),
    'open 8 used 0 free 9223372036854775799 warn 7378697629483820646', 'a limit without end');
SELECT is(
    tap.report(2, 'api_calls', 1, 8, 0, 9223372036854775807, 9223372036854775799),
    'open 9223372036854775807 used 8 free 0 warn 7378697629483820646', 'is granted to the end');
SELECT is(
    tap.report(2, 'api_calls', 2, 0, 0, 9223372036854775807, 9223372036854775807),
    'open 0 used 8 free 0 warn 7378697629483820646', 'and no further');

-- More than there could ever be
SELECT is(
    tap.report(3, 'transactions', 1, 0, 0, 9223372036854775807, 9223372036854775807),
    'open 0 used 20 free 0', 'is not granted above the limit');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(3, 'transactions', 9223372036854775807)), 'denied',
    'nor taken');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(4, 'transactions', 1)), 'admitted', 'a unit is');
SELECT is(
    tap.report(4, 'transactions', 1, 0, 0, 9223372036854775807, 9223372036854775807),
    'open 9 used 1 free 0', 'no limit grows to it');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(4, 'transactions', 9223372036854775807)), 'denied',
    'nor for a taking');

-- What was lost, was refunded, and is then given back
SELECT keep_quota_holder(1, 'cut off', '-1 second');
SELECT is(tap.report(5, 'transactions', 1, 0, 0, 8, 8), 'open 8 used 0 free 2', 'a hand');
SELECT is(reclaim_quota_leases('1 microsecond') > 0, true, 'is lost');
SELECT is(
    (SELECT current_transactions FROM tenant_subscriptions WHERE tenant_id = 5), 8::bigint,
    'and counts as used');
SELECT is(
    (SELECT outcome FROM refund_tenant_usage(5, 'transactions', 5, 'it never happened')),
    'admitted', 'which somebody corrects');
SELECT is(
    tap.report(5, 'transactions', 1, 0, 8, 8, 0), 'open 8 used 0 free 10',
    'what is found then is not taken back twice');
SELECT is(
    (SELECT count(*) FROM tenants t, reconcile_tenant_usage(t.id) r
     WHERE r.counted <> r.recorded AND t.id IN (4, 5)), 0::bigint, 'and the ledger agrees');

SELECT * FROM finish();
ROLLBACK;
