-- The functions of the original, with the results it describes.
BEGIN;
SELECT no_plan();

SELECT is((SELECT id FROM tenants), 1::bigint, 'the default tenant is the first');
SELECT is(
    (SELECT (tenant).id FROM create_tenant(
        'axis-securities', 'Axis Securities Ltd', 'broker', 'admin@axissecurities.com',
        p_domain => 'axis.vyomo.in', p_features => '{"trading": true, "banking": false}')),
    2::bigint, 'the next one is the second');
SELECT results_eq(
    'SELECT plan COLLATE "default", status COLLATE "default", max_users,
        max_api_calls, max_storage_gb, max_transactions,
        (trial_ends_at - created_at BETWEEN interval ''719 hours'' AND interval ''720 hours'')
     FROM tenant_subscriptions WHERE tenant_id = 2',
    $$VALUES ('starter', 'trial', 10::bigint, 10000::bigint, 5::numeric,
        1000::bigint, true)$$,
    'it has a trial of 30 days with the quotas of starter');
SELECT results_eq(
    'SELECT action COLLATE "default" FROM tenant_activity_logs
     WHERE tenant_id = 2 ORDER BY sequence',
    ARRAY['tenant_created', 'subscription_created'], 'its log begins with its creation');

-- get_tenant_by_code
SELECT is((SELECT id FROM get_tenant_by_code('axis-securities')), 2::bigint, 'found by its code');
SELECT is_empty($$SELECT * FROM get_tenant_by_code('Axis-Securities')$$, 'a code is its bytes');
UPDATE tenants SET status = 'suspended' WHERE id = 2;
SELECT is_empty($$SELECT * FROM get_tenant_by_code('axis-securities')$$, 'only when active');
SELECT is(outcome, 'tenant_inactive', 'a suspended tenant takes nothing')
FROM consume_tenant_quota(2, 'users', 1);
UPDATE tenants SET status = 'active' WHERE id = 2;
SELECT is(version, 3::bigint, 'each change is a version') FROM tenants WHERE id = 2;

-- increment_tenant_resource_usage and check_tenant_quota
SELECT ok(increment_tenant_resource_usage(2, resource, amount), 'recorded: ' || resource)
FROM (VALUES ('users', 3), ('api_calls', 2547), ('storage', 1200000000), ('transactions', 156))
    AS v (resource, amount);
SELECT results_eq(
    format('SELECT * FROM check_tenant_quota(2, %L)', resource),
    format('VALUES (true, %s::numeric, %s::numeric, %s::numeric)', current, max, percentage),
    'the standing of ' || resource)
FROM (VALUES ('users', 3, 10, 30.0), ('api_calls', 2547, 10000, 25.47), ('storage', 1.2, 5, 24.0),
    ('transactions', 156, 1000, 15.6)) AS v (resource, current, max, percentage);
SELECT ok(increment_tenant_resource_usage(2, 'users', 7), 'up to the limit');
SELECT results_eq(
    $$SELECT * FROM check_tenant_quota(2, 'users')$$,
    $$VALUES (false, 10::numeric, 10::numeric, 100.00::numeric)$$, 'and then nothing is left');
SELECT throws_ok($$SELECT check_tenant_quota(2, 'apiCalls')$$, '22023');
SELECT throws_ok($$SELECT increment_tenant_resource_usage(2, 'user')$$, '22023');
SELECT throws_ok($$SELECT increment_tenant_resource_usage(2, 'users', 0)$$, '22023');
SELECT throws_ok($$SELECT increment_tenant_resource_usage(2, 'users', -1)$$, '22023');
SELECT throws_ok($$SELECT increment_tenant_resource_usage(4711, 'users')$$, 'P0002');

-- A denied call changes nothing.
CREATE FUNCTION tap.everything() RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat(
        (SELECT string_agg(s::text, '' ORDER BY tenant_id) FROM tenant_subscriptions s),
        (SELECT string_agg(u::text, '' ORDER BY u::text) FROM tenant_resource_usage u),
        (SELECT string_agg(a::text, '' ORDER BY a::text) FROM tenant_activity_logs a),
        (SELECT string_agg(h::text, '' ORDER BY tenant_id) FROM tenant_activity_heads h),
        (SELECT string_agg(k::text, '' ORDER BY k::text) FROM idempotency_keys k)))
$$;
CREATE TEMP TABLE before AS SELECT tap.everything() AS state;
SELECT is(increment_tenant_resource_usage(2, 'users'), false, 'nothing is left');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(2, resource, amount, key, '\x01', dry)), expected,
    concat_ws(' ', resource, amount, key, dry))
FROM (VALUES
    ('users', 1::bigint, NULL, false, 'denied'), ('users', 1, 'key', false, 'denied'),
    ('api_calls', 7454, NULL, false, 'denied'), ('api_calls', 7453, NULL, true, 'validated'),
    ('api_calls', 7454, NULL, true, 'denied'),
    ('storage', 9223372036854775807, NULL, false, 'denied'),
    ('storage', 9223372036854775807, 'key', false, 'denied')
) AS v (resource, amount, key, dry, expected);
SELECT is(tap.everything(), (SELECT state FROM before), 'a denied call changes nothing');

-- What was denied under a key may be tried again under it.
UPDATE tenant_subscriptions SET max_users = 11 WHERE tenant_id = 2;
SELECT is(outcome, 'admitted', 'admitted after the limit was raised')
FROM consume_tenant_quota(2, 'users', 1, 'key', '\x01');
SELECT is(outcome || ' ' || current_units, 'replayed 11', 'the same answer at the limit')
FROM consume_tenant_quota(2, 'users', 1, 'key', '\x01');
SELECT is(outcome, 'key_reused', 'refused for another request')
FROM consume_tenant_quota(2, 'users', 2, 'key', '\x02');
UPDATE idempotency_keys SET expires_at = now() - interval '1 second';
UPDATE tenant_subscriptions SET max_users = 12 WHERE tenant_id = 2;
SELECT is(outcome, 'admitted', 'an expired key is a new one')
FROM consume_tenant_quota(2, 'users', 1, 'key', '\x02');
UPDATE idempotency_keys SET expires_at = now() - interval '1 second';
SELECT is(purge_idempotency_keys(), 1::bigint, 'an expired key is forgotten');

-- Reserved units are not free.
UPDATE tenant_subscriptions SET reserved_transactions = 844 WHERE tenant_id = 2;
SELECT is(outcome, 'denied', 'reserved units are not free')
FROM consume_tenant_quota(2, 'transactions', 1);

-- Counter, days and log agree.
SELECT is(
    (SELECT sum(used) FROM tenant_resource_usage WHERE tenant_id = 2 AND resource_type = r.name),
    r.counter::numeric, 'the days of ' || r.name || ' agree with the counter')
FROM tenant_subscriptions s, LATERAL (VALUES
    ('users', current_users), ('api_calls', current_api_calls),
    ('storage', current_storage_bytes), ('transactions', current_transactions)
) AS r (name, counter) WHERE s.tenant_id = 2;
SELECT is(
    (SELECT sum((details ->> 'amount')::bigint) FROM tenant_activity_logs
     WHERE tenant_id = 2 AND action = 'usage_consumed' AND entity_id = 'users'),
    12::numeric, 'and the log with both');

-- The day is the tenant's own.
SELECT is(
    (SELECT (tenant).id FROM create_tenant(
        'east', 'East', 'bank', 'a@b.c', p_time_zone => 'Pacific/Kiritimati')), 3::bigint, 'east');
SELECT is(
    (SELECT (tenant).id FROM create_tenant(
        'west', 'West', 'bank', 'a@b.c', p_time_zone => 'Pacific/Pago_Pago')), 4::bigint, 'west');
SELECT increment_tenant_resource_usage(3, 'users'), increment_tenant_resource_usage(4, 'users');
SELECT is(
    (SELECT usage_date FROM tenant_resource_usage WHERE tenant_id = 3)
    - (SELECT usage_date FROM tenant_resource_usage WHERE tenant_id = 4),
    (now() AT TIME ZONE 'Pacific/Kiritimati')::date
    - (now() AT TIME ZONE 'Pacific/Pago_Pago')::date,
    'the day is the one of the tenant''s time zone');
SELECT is(
    extract(day FROM period_start AT TIME ZONE 'Pacific/Kiritimati') || ' '
    || extract(hour FROM period_start AT TIME ZONE 'Pacific/Kiritimati'),
    '1 0', 'the period begins with the month there')
FROM tenant_subscriptions WHERE tenant_id = 3;

-- Partitions
SELECT is(ensure_partitions(3), 0, 'the partitions are there');
INSERT INTO tenant_resource_usage VALUES (2, date_trunc('month', now())::date + 400, 'users', 1);
SELECT is(
    (SELECT count(*) FROM tenant_resource_usage_default), 1::bigint, 'a far month has a place');
SELECT cmp_ok(ensure_partitions(14), '=', 33, 'partitions are made ahead');
SELECT is((SELECT count(*) FROM tenant_resource_usage_default), 0::bigint, 'and take their rows');
SELECT throws_ok('SELECT ensure_partitions(1000)', '22023');

SELECT * FROM finish();
ROLLBACK;
