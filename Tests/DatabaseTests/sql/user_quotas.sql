-- Members' shares of what a tenant may take: counted beside the tenant's limit, and never above it.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
UPDATE tenant_subscriptions SET max_api_calls = 100, max_transactions = 100 WHERE tenant_id = 2;
INSERT INTO tenant_users (tenant_id, user_id, role)
VALUES (2, 'ann', 'admin'), (2, 'ben:1', 'user'), (2, 'cleo', 'user');
SELECT setval('quota_holders_holder_id_seq', 1000);

-- One report of a member's share, as a holder sends many.
CREATE FUNCTION tap.report(
    p_holder bigint, p_user text, p_lease bigint, p_spent bigint, p_returned bigint,
    p_target bigint, p_need bigint) RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', g.state, g.granted, 'used', g.used, 'free', g.free, 'elsewhere',
        g.elsewhere, CASE WHEN g.is_recalled THEN 'recalled' END)
    FROM exchange_quota_leases(
        p_holder, ARRAY[2], ARRAY['api_calls'], ARRAY['user:' || p_user], ARRAY[p_lease],
        ARRAY[p_spent], ARRAY[p_returned], ARRAY[p_target], ARRAY[p_need]) g
$$;
CREATE FUNCTION tap.consume(
    p_user text, p_amount bigint, p_key text DEFAULT NULL, p_validate_only boolean DEFAULT false)
RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', c.level, c.outcome, c.current_units, 'of', c.max_units)
    FROM consume_user_quota(
        2, p_user, 'api_calls', p_amount, p_key, '\x01', p_validate_only) c
$$;
CREATE FUNCTION tap.share(p_user text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', q.max_units, q.used, q.leased, q.version) FROM tenant_user_quotas q
    WHERE q.tenant_id = 2 AND q.user_id = p_user AND q.resource_type = 'api_calls'
$$;
CREATE FUNCTION tap.used() RETURNS bigint LANGUAGE sql AS $$
    SELECT current_api_calls FROM tenant_subscriptions WHERE tenant_id = 2
$$;

-- Without a share
SELECT is(tap.report(1, 'ann', 1, 0, 0, 8, 1), 'unlimited 0 used 0 free 0 elsewhere 0',
    'who has no share has no limit of their own');
SELECT is(tap.consume('ann', 1), 'tenant admitted 1 of 100', 'and takes what is the tenant''s');
SELECT is(tap.consume(NULL, 1), 'tenant admitted 2 of 100', 'as nobody does');

-- Drawing
SELECT set_user_quota(2, 'ann', 'api_calls', 40);
SELECT is(tap.report(1, 'ann', 1, 0, 0, 8, 1), 'open 8 used 0 free 32 elsewhere 0',
    'a share counts from when it is set');
SELECT is(tap.report(1, 'ann', 1, 8, 0, 8, 0), 'open 8 used 8 free 32 elsewhere 0', 'is used');
SELECT is(tap.share('ann'), '40 8 0 1', 'and counted');
SELECT is(tap.used(), 2::bigint, 'what is the tenant''s is told of the tenant');
SELECT is(
    (SELECT count(*) FROM tenant_usage_ledger WHERE units = 8), 0::bigint,
    'and so is what is written down');

-- In one transaction
SELECT is(tap.consume('ann', 20), 'tenant admitted 22 of 100', 'both are taken from');
SELECT is(tap.share('ann'), '40 28 0 1', 'the share');
SELECT is(tap.consume('ann', 13), 'user denied 28 of 40', 'or neither: the share names itself');
SELECT is(tap.consume('ann', 99), 'tenant denied 22 of 100', 'the tenant, too');
SELECT is((SELECT tap.used() || ' ' || tap.share('ann')), '22 40 28 0 1', 'nothing was taken');
SELECT is(tap.consume('ann', 12, NULL, true), 'tenant validated 22 of 100', 'as if');
SELECT is(tap.consume('ann', 13, NULL, true), 'user denied 28 of 40', 'or as if not');
SELECT is(tap.consume('ann', 12, 'k'), 'tenant admitted 34 of 100', 'under a key');
SELECT is(tap.consume('ann', 12, 'k'), 'tenant replayed 34 of 100',
    'a kept answer comes before a share that is used up');
SELECT is((SELECT tap.used() || ' ' || tap.share('ann')), '34 40 40 0 1', 'and has one effect');
SELECT is(
    (SELECT concat_ws(' ', level, outcome, current_units)
     FROM consume_user_quota(2, 'ann', 'users', 1)),
    'tenant admitted 1', 'of users nobody has a share');
SELECT is(tap.report(1, 'ann', 1, 8, 0, 9, 1), 'open 8 used 40 free 0 elsewhere 0', 'it is used');

-- Units of others' hands
SELECT set_user_quota(2, 'ben:1', 'api_calls', 60);
SELECT is(tap.report(1, 'ben:1', 2, 0, 0, 50, 50), 'open 50 used 0 free 10 elsewhere 0', 'held');
SELECT is(tap.consume('ben:1', 20), 'user recalling 0 of 60', 'asked for');
SELECT is(tap.report(1, 'ben:1', 2, 10, 40, 50, 0), 'open 50 used 10 free 50 elsewhere 0',
    'given back');
SELECT is(tap.consume('ben:1', 20), 'tenant admitted 54 of 100', 'and had');
SELECT is(tap.share('ben:1'), '60 30 0 1', 'exactly');

-- Together more than the tenant has: the tenant's limit holds.
SELECT set_user_quota(2, 'cleo', 'api_calls', 90);
SELECT is(tap.consume('cleo', 47), 'tenant denied 54 of 100', 'whatever the shares are');
SELECT is(tap.consume('cleo', 46), 'tenant admitted 100 of 100', 'to the unit');
INSERT INTO tenant_quota_policies (tenant_id, resource_type, auto_scale_step, auto_scale_ceiling)
VALUES (2, 'api_calls', 50, 1000);
SELECT is(tap.report(1, 'cleo', 3, 0, 0, 50, 50), 'open 44 used 46 free 0 elsewhere 0',
    'a share that is used up');
SELECT is(
    (SELECT max_api_calls FROM tenant_subscriptions WHERE tenant_id = 2), 100::bigint,
    'raises no limit of the tenant''s');
SELECT is(tap.report(1, 'cleo', 3, 0, 44, 44, 0), 'open 44 used 46 free 44 elsewhere 0',
    'and is given back');

-- Changed
SELECT is(tap.report(1, 'cleo', 4, 0, 0, 30, 30), 'open 30 used 46 free 14 elsewhere 0', 'held');
SELECT set_user_quota(2, 'cleo', 'api_calls', 60);
SELECT is(tap.share('cleo'), '60 46 30 2', 'less than is out');
SELECT is(tap.report(1, 'cleo', 4, 5, 0, 30, 0), 'open 30 used 51 free 0 elsewhere 0 recalled',
    'is called back');
SELECT set_user_quota(2, 'cleo', 'api_calls', NULL);
SELECT is(tap.share('cleo'), NULL, 'taken away');
SELECT is(tap.report(1, 'cleo', 4, 6, 4, 30, 0),
    'unlimited 30 used 1 free 4 elsewhere 0', 'what is reported then is nobody''s');
SELECT set_user_quota(2, 'cleo', 'api_calls', 70);
SELECT is(tap.share('cleo'), '70 0 20 1', 'set anew, with what is still out');
SELECT is(tap.report(1, 'cleo', 4, 8, 22, 30, 0), 'open 30 used 2 free 68 elsewhere 0',
    'which counts');

-- Lost and found
SELECT is(tap.report(3, 'cleo', 1, 0, 0, 10, 10), 'open 10 used 2 free 58 elsewhere 0', 'held');
SELECT keep_quota_holder(3, 'lost', '-1 second');
SELECT is(reclaim_quota_leases('1 microsecond'), 1, 'lost');
SELECT is(tap.share('cleo'), '70 12 0 1', 'counts as used');
SELECT is(tap.report(3, 'cleo', 1, 4, 6, 10, 0), 'open 10 used 6 free 64 elsewhere 0', 'found');
SELECT is(tap.report(4, 'cleo', 1, 0, 0, 10, 10), 'open 10 used 6 free 54 elsewhere 0', 'held');
SELECT keep_quota_holder(4, 'lost', '-1 second');
SELECT is(reclaim_quota_leases('1 microsecond'), 1, 'lost');
SELECT set_user_quota(2, 'cleo', 'api_calls', NULL);
SELECT set_user_quota(2, 'cleo', 'api_calls', 70);
SELECT is(tap.share('cleo'), '70 10 0 1', 'for another share too');
SELECT is(tap.report(4, 'cleo', 1, 4, 6, 10, 0), 'open 10 used 4 free 66 elsewhere 0',
    'until it is found');

-- Given back
SELECT refund_user_quota(2, 'ben:1', 'api_calls', 10);
SELECT is(tap.share('ben:1'), '60 20 0 1', 'a refund');
SELECT refund_user_quota(2, 'ben:1', 'api_calls', 25);
SELECT is(tap.share('ben:1'), '60 0 0 1', 'no more than was used');
SELECT refund_user_quota(2, 'nobody', 'api_calls', 25);

-- The month ends while units are out.
SELECT is(tap.report(1, 'ben:1', 5, 0, 0, 12, 12), 'open 12 used 0 free 48 elsewhere 0', 'out');
SELECT is(tap.report(1, 'ben:1', 5, 2, 0, 12, 0), 'open 12 used 2 free 48 elsewhere 0', 'used');
SELECT set_user_quota(2, 'ben:1', 'storage', 60);
SELECT is(
    (SELECT outcome FROM consume_user_quota(2, 'ben:1', 'storage', 50)), 'admitted', 'of no month');
UPDATE tenant_subscriptions
SET period_start = period_start - interval '2 months', period_end = now() - interval '1 hour'
WHERE tenant_id = 2;
UPDATE tenant_quota_leases l SET period_start = s.period_start
FROM tenant_subscriptions s WHERE s.tenant_id = 2 AND l.tenant_id = 2;
UPDATE tenant_usage_ledger l SET period_start = s.period_start
FROM tenant_subscriptions s
WHERE s.tenant_id = 2 AND l.tenant_id = 2 AND l.resource_type = 'api_calls';
UPDATE tenant_user_quotas q SET period_start = s.period_start
FROM tenant_subscriptions s WHERE s.tenant_id = 2 AND q.resource_type <> 'storage';
SELECT is(
    (SELECT string_agg(concat_ws(' ', user_id, resource_type, current_units, renews_at IS NULL),
        ', ' ORDER BY user_id, resource_type) FROM user_quota_levels(2)),
    'ann api_calls 0 t, ben:1 api_calls 0 t, ben:1 storage 50 t, cleo api_calls 0 t',
    'whoever looks sees the new month before it has begun');
SELECT is(tap.report(1, 'ben:1', 5, 3, 0, 12, 0), 'over 12 used 0 free 60 elsewhere 0', 'over');
SELECT is(tap.share('ben:1'), '60 0 0 1', 'what was of the old month does not count');
SELECT is(tap.report(1, 'ben:1', 6, 0, 0, 4, 1), 'open 4 used 0 free 56 elsewhere 0', 'anew');
SELECT is(
    (SELECT concat_ws(' ', current_units, max_units, renews_at > now())
     FROM user_quota_levels(2) WHERE user_id = 'ben:1' AND resource_type = 'api_calls'),
    '0 60 t', 'and it ends');
SELECT is(
    (SELECT concat_ws(' ', level, outcome, current_units)
     FROM consume_user_quota(2, 'ben:1', 'storage', 11)),
    'user denied 50', 'but what is of no month');

-- With the membership
DELETE FROM tenant_users WHERE tenant_id = 2 AND user_id = 'ben:1';
SELECT is(tap.share('ben:1'), NULL, 'a share goes with the membership');
SELECT is(tap.report(1, 'ben:1', 6, 1, 3, 4, 0), 'unlimited 4 used 1 free 3 elsewhere 0',
    'and what is reported later is no error');
SELECT is(
    (SELECT array_agg(concat_ws(' ', details ->> 'resource', details ->> 'from',
        details ->> 'to') ORDER BY sequence)
     FROM tenant_activity_logs WHERE entity_id = 'ben:1' AND action = 'user_quota_changed'),
    ARRAY['api_calls 60', 'storage 60', 'api_calls 60', 'storage 60'],
    'each is told');
SELECT throws_ok(
    $$SELECT set_user_quota(2, 'nobody', 'api_calls', 1)$$, '23503', NULL,
    'who is no member gets none');
SELECT throws_ok(
    $$SELECT set_user_quota(2, 'ann', 'users', 1)$$, '23514', NULL, 'nor is there one of users');
SELECT is(
    (SELECT count(*) FROM tenants t, reconcile_tenant_usage(t.id) r
     WHERE r.counted <> r.recorded), 0::bigint, 'the ledger knows of everything');

SELECT * FROM finish();
ROLLBACK;
