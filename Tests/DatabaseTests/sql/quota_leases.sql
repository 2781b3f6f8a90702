-- Leases of units, reservations, refunds, and the ledger that everything is written down in.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
SELECT create_tenant('tenant-b', 'B', 'bank', 'b@example.com');
UPDATE tenant_subscriptions SET max_api_calls = 100, max_transactions = 10 WHERE tenant_id = 2;
-- The tests name holders by small numbers.
SELECT setval('quota_holders_holder_id_seq', 1000);

-- One report, as a holder sends many.
CREATE FUNCTION tap.report(
    p_holder bigint, p_lease bigint, p_spent bigint, p_returned bigint, p_target bigint,
    p_need bigint, p_resource text DEFAULT 'api_calls', p_tenant bigint DEFAULT 2) RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', g.state, g.granted, 'used', g.used, 'free', g.free, 'elsewhere',
        g.elsewhere, CASE WHEN g.is_recalled THEN 'recalled' END)
    FROM exchange_quota_leases(
        p_holder, ARRAY[p_tenant], ARRAY[p_resource], ARRAY[''], ARRAY[p_lease], ARRAY[p_spent],
        ARRAY[p_returned], ARRAY[p_target], ARRAY[p_need]) g
$$;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tap TO PUBLIC;
CREATE FUNCTION tap.unreconciled() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM tenants t, reconcile_tenant_usage(t.id) r
    WHERE r.counted <> r.recorded
$$;
CREATE FUNCTION tap.leased() RETURNS bigint LANGUAGE sql AS $$
    SELECT leased_api_calls FROM tenant_subscriptions WHERE tenant_id = 2
$$;

-- Drawing
SELECT is(tap.report(1, 1, 0, 0, 8, 1), 'open 8 used 0 free 92 elsewhere 0', 'a block is drawn');
SELECT is(tap.report(1, 1, 0, 0, 8, 0), 'open 8 used 0 free 92 elsewhere 0', 'once');
SELECT is(
    tap.report(1, 1, 5, 0, 80, 0), 'open 31 used 5 free 69 elsewhere 0',
    'ahead of need no more than a quarter of what is free');
SELECT is(tap.report(1, 1, 3, 0, 31, 0), 'open 31 used 5 free 69 elsewhere 0',
    'totals do not go back');
SELECT is(tap.leased(), 26::bigint, 'what is in the hand is neither used nor free');
SELECT is(
    (SELECT quota_available::text || current_usage FROM check_tenant_quota(2, 'api_calls')),
    'true5', 'the function of the original sees what is used');
SELECT is(increment_tenant_resource_usage(2, 'api_calls', 70), false, 'and does not over-admit');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(2, 'api_calls', 70)), 'recalling',
    'a taking that needs the units of holders asks for them');
SELECT is(
    tap.report(1, 1, 6, 0, 31, 0), 'open 31 used 6 free 69 elsewhere 0 recalled',
    'who hears of it with the next report');
SELECT is(
    tap.report(1, 1, 6, 25, 31, 0), 'open 31 used 6 free 94 elsewhere 0', 'and gives them back');
SELECT is((SELECT outcome FROM consume_tenant_quota(2, 'api_calls', 70)), 'admitted', 'then');
SELECT is(
    tap.report(2, 1, 0, 0, 40, 20), 'open 20 used 76 free 4 elsewhere 0',
    'what is needed is granted in full');
SELECT is(
    tap.report(3, 1, 0, 0, 10, 10), 'open 4 used 76 free 0 elsewhere 20',
    'or what there is, and the others are asked');
SELECT is(
    tap.report(2, 1, 2, 18, 20, 0), 'open 20 used 78 free 18 elsewhere 0', 'they give back');
SELECT is(
    tap.report(3, 1, 0, 0, 10, 6), 'open 10 used 78 free 12 elsewhere 0', 'and so it is had');
SELECT is(tap.unreconciled(), 0::bigint, 'the ledger knows of everything');
SELECT is(
    (SELECT sum(used) FROM tenant_resource_usage
     WHERE tenant_id = 2 AND resource_type = 'api_calls'),
    78::numeric, 'and so do the days');

-- More than was granted is counted all the same.
SELECT is(
    tap.report(4, 1, 3, 0, 3, 0), 'open 3 used 81 free 9 elsewhere 0',
    'what was admitted without the database is counted');

-- A lost holder
SELECT keep_quota_holder(3, 'lost', '-1 second');
SELECT keep_quota_holder(2, 'alive', '1 minute');
SELECT is(reclaim_quota_leases('1 microsecond'), 1, 'the lost one is found');
SELECT is(reclaim_quota_leases('1 microsecond'), 0, 'once');
SELECT is(tap.leased(), 0::bigint, 'nothing is left in its hand');
SELECT is(
    (SELECT string_agg(concat_ws(' ', kind, units, holder_id), ', ')
     FROM tenant_usage_ledger WHERE kind = 'adjusted'),
    'adjusted 10 3', 'the loss is written down');
SELECT is(
    tap.report(3, 1, 4, 2, 10, 0), 'lost 10 used 89 free 11 elsewhere 0',
    'who comes back tells what it has spent');
SELECT is(tap.report(3, 1, 4, 6, 10, 0), 'open 10 used 85 free 15 elsewhere 0', 'and not');
SELECT is(tap.unreconciled(), 0::bigint, 'and the ledger knows');

-- The month ends while units are out.
SELECT is(tap.report(5, 1, 0, 0, 4, 1), 'open 3 used 85 free 12 elsewhere 0', 'units are out');
UPDATE tenant_subscriptions
SET period_start = period_start - interval '2 months', period_end = now() - interval '1 hour'
WHERE tenant_id = 2;
UPDATE tenant_quota_leases l SET period_start = s.period_start
FROM tenant_subscriptions s WHERE s.tenant_id = 2 AND l.tenant_id = 2;
UPDATE tenant_usage_ledger l SET period_start = s.period_start
FROM tenant_subscriptions s WHERE s.tenant_id = 2 AND l.tenant_id = 2;
SELECT is(
    tap.report(5, 1, 2, 0, 3, 0), 'over 3 used 0 free 100 elsewhere 0', 'then it is over');
SELECT is(
    tap.report(5, 2, 0, 0, 4, 1), 'open 4 used 0 free 96 elsewhere 0', 'another begins');
SELECT is(
    (SELECT current_api_calls FROM tenant_subscriptions WHERE tenant_id = 2), 0::bigint,
    'what was of the old month does not count in the new one');
SELECT is(tap.unreconciled(), 0::bigint, 'nor by the ledger');

-- Many at once, and what is no tenant
SELECT is(
    (SELECT string_agg(concat_ws(' ', place, state, granted), ', ' ORDER BY place)
     FROM exchange_quota_leases(
        6, ARRAY[3, 2, 4711, 2], ARRAY['users', 'transactions', 'users', 'storage'],
        ARRAY['', '', '', ''], ARRAY[1, 1, 1, 1], ARRAY[0, 0, 0, 0], ARRAY[0, 0, 0, 0],
        ARRAY[2, 4, 1, 9], ARRAY[2, 4, 1, 9])),
    '1 open 2, 2 open 4, 3 absent 0, 4 open 9', 'each report has its answer');

-- Reservations
CREATE FUNCTION tap.shown(r reservation_outcome) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.outcome, r.current_units, r.reserved_units, r.status,
        r.committed_amount)
$$;
SELECT is(tap.shown(reserve_tenant_quota(2, 'transactions', 5, false, '1 minute')),
    'admitted 0 5 held 0', 'units are set aside');
SELECT is(tap.shown(reserve_tenant_quota(2, 'transactions', 2, false, '1 minute')),
    'recalling 0 9', 'not more than there are');
SELECT is(tap.shown(reserve_tenant_quota(2, 'transactions', 6, false, '1 minute')),
    'denied 0 9', 'nor than there could be');
CREATE TEMP TABLE made AS SELECT reservation_id AS id FROM tenant_quota_reservations;
SELECT is(tap.shown(commit_reservation(2, id, 6)), 'denied 0 9 held 0', 'nor is more consumed')
FROM made;
SELECT is(tap.shown(commit_reservation(2, id, 3)), 'admitted 3 0 committed 3', 'less may be')
FROM made;
SELECT is(tap.shown(commit_reservation(2, id, 3)), 'admitted 3 0 committed 3', 'twice as once')
FROM made;
SELECT is(tap.shown(commit_reservation(2, id, 2)), 'ended 3 0 committed 3', 'not otherwise')
FROM made;
SELECT is(tap.shown(release_reservation(2, id)), 'ended 3 0 committed 3', 'it is done') FROM made;
SELECT is(tap.shown(release_reservation(2, 4711)), 'no_reservation 0 0', 'none is none');
SELECT is((reserve_tenant_quota(2, 'transactions', 1, true, '-1 second')).outcome, 'admitted',
    'one whose time is over');
SELECT is(tap.shown(commit_reservation(2, id + 1, 1)), 'ended 3 1 expired 0', 'is worth nothing')
FROM made;
SELECT is(expire_reservations(), 1, 'and is found');
SELECT is((SELECT reserved_transactions FROM tenant_subscriptions WHERE tenant_id = 2), 0::bigint,
    'its units are free');
SELECT is((reserve_tenant_quota(2, 'transactions', 1, true, '1 minute')).outcome, 'admitted',
    'one that takes more');
SELECT is(tap.shown(commit_reservation(2, id + 2, 3)), 'admitted 6 0 committed 3', 'takes it')
FROM made;

-- Refunds
SELECT is(tap.shown(refund_tenant_usage(2, 'transactions', 7, 'x')), 'too_much 6 0', 'no more');
SELECT is(tap.shown(refund_tenant_usage(2, 'transactions', 2, 'x')), 'admitted 4 0', 'than used');

-- Leases of clients
CREATE FUNCTION tap.shown(r client_lease_outcome) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', r.outcome, r.granted, r.spent, r.returned, r.sequence)
$$;
SELECT is(
    tap.shown(acquire_client_lease(2, 'api_calls', 20, '1 minute')), 'admitted 20 0 0 0',
    'a client has a lease');
CREATE TEMP TABLE held AS SELECT holder_id AS id FROM tenant_client_leases;
SELECT is(tap.shown(report_client_lease(2, id, sequence, consumed, wanted)), expected, expected)
FROM held, (VALUES
    (1, 5, 20, 'admitted 25 5 0 1'), (1, 5, 20, 'admitted 25 5 0 1'),
    (2, 4, 20, 'invalid 25 5 0 1'), (2, 26, 20, 'invalid 25 5 0 1'),
    (3, 10, 5, 'admitted 25 10 10 3'), (2, 10, 5, 'stale 25 10 10 3'),
    (4, 12, NULL, 'admitted 25 12 13 4'), (4, 12, NULL, 'admitted 25 12 13 4'),
    (5, 12, 1, 'ended 25 12 13 4')
) AS v (sequence, consumed, wanted, expected);
SELECT is((acquire_client_lease(2, 'api_calls', 20, '-1 second')).granted, 20::bigint,
    'a client that is lost');
SELECT is(
    (SELECT outcome FROM consume_tenant_quota(2, 'api_calls', q.max_units - q.current_units - 10)),
    'denied', 'nobody waits for what clients hold')
FROM tenant_quota_levels(2) q WHERE q.resource_type = 'api_calls';
SELECT is(expire_client_leases(), 1, 'is found');
SELECT is(tap.leased(), 4::bigint, 'and what it had counts as consumed');
SELECT is(tap.unreconciled(), 0::bigint, 'as the ledger says');

-- Policies
INSERT INTO tenant_quota_policies (
    tenant_id, resource_type, warn_percentages, overage_allowed, overage_price_paise,
    overage_max, shadow_limit)
VALUES (3, 'transactions', '{50,90}', true, 7, 100, 1000);
UPDATE tenant_subscriptions SET max_transactions = 1000 WHERE tenant_id = 3;
SELECT is(increment_tenant_resource_usage(3, 'transactions', 950), true, 'past two levels');
SELECT is(increment_tenant_resource_usage(3, 'transactions', 151), false, 'not past all');
SELECT is(increment_tenant_resource_usage(3, 'transactions', 150), true, 'past the limit');
SELECT is(
    (SELECT array_agg(action || coalesce(details ->> 'percentage', '') ORDER BY sequence)
     FROM tenant_activity_logs WHERE tenant_id = 3 AND action LIKE 'quota%'),
    ARRAY['quota_policy_changed', 'quota_threshold_reached50', 'quota_threshold_reached90',
        'quota_exhausted', 'quota_overage', 'quota_shadow_limit_passed'],
    'each is told once');
SELECT is(
    (SELECT sum(overage_units * overage_price_paise) FROM tenant_usage_ledger
     WHERE tenant_id = 3), 700::numeric, 'and has its price');
UPDATE tenant_quota_policies SET overage_allowed = false, auto_scale_step = 100,
    auto_scale_ceiling = 1500;
SELECT is(increment_tenant_resource_usage(3, 'transactions', 250), true, 'a limit that grows');
SELECT is(increment_tenant_resource_usage(3, 'transactions', 200), false, 'to its ceiling');
SELECT is((SELECT max_transactions FROM tenant_subscriptions WHERE tenant_id = 3), 1400::bigint,
    'by steps');

SELECT * FROM finish();
ROLLBACK;
