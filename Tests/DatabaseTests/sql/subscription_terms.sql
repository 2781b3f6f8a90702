-- What was scheduled for the end of a billing period, what a period costs, and how the scheduler
-- goes through what is due.
BEGIN;
SELECT no_plan();

-- Tenants 2 to 6 are paid for by the month, from February 2026 on, and have used something.
SELECT create_tenant('tenant-' || n, 'Tenant', 'bank', 'a@b.c', p_time_zone => 'Europe/Berlin')
FROM generate_series(2, 6) AS n;
CREATE FUNCTION tap.begin_in_february() RETURNS void LANGUAGE sql AS $$
    UPDATE tenant_subscriptions s
    SET plan = 'professional', status = 'active', trial_ends_at = NULL, max_users = 100,
        max_api_calls = 100000, max_storage_bytes = 50000000000, max_transactions = 10000,
        monthly_price_paise = 1000000, billing_cycle = 'monthly',
        current_users = 20, current_api_calls = 50000, current_storage_bytes = 1000000000,
        current_transactions = 5000, cancels_at = NULL,
        period_start = month_begin('2026-02-01', t.time_zone),
        period_end = month_begin('2026-03-01', t.time_zone),
        billing_period_start = month_begin('2026-02-01', t.time_zone),
        billing_period_end = month_begin('2026-03-01', t.time_zone)
    FROM tenants t WHERE t.id = s.tenant_id;
$$;
CREATE FUNCTION tap.schedule(p_tenant_id bigint, p_plan text, p_cycle text) RETURNS void
LANGUAGE sql AS $$
    UPDATE tenant_subscriptions s
    SET scheduled_plan = p.plan, scheduled_billing_cycle = p_cycle,
        scheduled_max_users = p.max_users, scheduled_max_api_calls = p.max_api_calls,
        scheduled_max_storage_bytes = p.max_storage_bytes,
        scheduled_max_transactions = p.max_transactions,
        scheduled_monthly_price_paise = p.price_paise
    FROM plans p WHERE s.tenant_id = p_tenant_id AND p.plan = p_plan
$$;
CREATE FUNCTION tap.last_action(p_tenant_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT action FROM tenant_activity_logs WHERE tenant_id = p_tenant_id
    ORDER BY sequence DESC LIMIT 1
$$;
SELECT tap.begin_in_february();

-- A billing period that follows another is charged for, each once.
SELECT is(settle_tenant_subscription(2, '2026-05-10 00:00+00'), true, 'three periods have begun');
SELECT is(settle_tenant_subscription(2, '2026-05-10 00:00+00'), false, 'and are settled once');
SELECT results_eq(
    $$SELECT amount_paise, period_start, period_end FROM tenant_subscription_charges
      WHERE tenant_id = 2 ORDER BY period_start$$,
    $$VALUES
        (1000000::bigint, timestamptz '2026-02-28 23:00+00', timestamptz '2026-03-31 22:00+00'),
        (1000000, '2026-03-31 22:00+00', '2026-04-30 22:00+00'),
        (1000000, '2026-04-30 22:00+00', '2026-05-31 22:00+00')$$,
    'each period has its charge');
SELECT is(tap.last_action(2), 'subscription_charged', 'the log says so');

-- Terms that were scheduled apply at the end of the period when what is used fits them.
SELECT tap.schedule(3, 'starter', 'monthly');
SELECT is(tap.last_action(3), 'subscription_change_scheduled', 'the log knows what is to come');
SELECT settle_tenant_subscription(3, '2026-03-01 00:00+00');
SELECT is(plan || ' ' || max_users || ' ' || scheduled_plan, 'professional 100 starter',
    '20 users do not fit 10: the terms stay scheduled')
FROM tenant_subscriptions WHERE tenant_id = 3;
SELECT is(count(*), 1::bigint, 'and the period is charged on the present ones')
FROM tenant_subscription_charges WHERE tenant_id = 3;
UPDATE tenant_subscriptions SET current_users = 10, current_api_calls = 99999 WHERE tenant_id = 3;
SELECT settle_tenant_subscription(3, '2026-04-01 00:00+00');
SELECT is(
    concat_ws(' ', plan, status, max_users, max_api_calls, monthly_price_paise, current_users,
        current_api_calls, scheduled_plan),
    'starter active 10 10000 0 10 0', 'they apply at the end of the next, to the new month')
FROM tenant_subscriptions WHERE tenant_id = 3;
SELECT is(tap.last_action(3), 'subscription_changed', 'the log says so');
SELECT is(count(*), 1::bigint, 'what is free is not charged')
FROM tenant_subscription_charges WHERE tenant_id = 3;

-- A yearly cycle begins and goes on by twelve months.
SELECT tap.schedule(4, 'enterprise', 'yearly');
SELECT settle_tenant_subscription(4, '2026-03-01 00:00+00');
SELECT is(
    concat_ws(' ', plan, billing_cycle, billing_period_start AT TIME ZONE 'Europe/Berlin',
        billing_period_end AT TIME ZONE 'Europe/Berlin'),
    'enterprise yearly 2026-03-01 00:00:00 2027-03-01 00:00:00', 'a year')
FROM tenant_subscriptions WHERE tenant_id = 4;
SELECT is(amount_paise, 120000000::bigint, 'costs twelve months')
FROM tenant_subscription_charges WHERE tenant_id = 4;
SELECT settle_tenant_subscription(4, '2026-12-24 00:00+00');
SELECT is(count(*), 1::bigint, 'once') FROM tenant_subscription_charges WHERE tenant_id = 4;
SELECT is(period_start AT TIME ZONE 'Europe/Berlin', '2026-12-01 00:00:00', 'by the month: quotas')
FROM tenant_subscriptions WHERE tenant_id = 4;
SELECT settle_tenant_subscription(4, '2028-04-01 00:00+00');
SELECT is(count(*), 3::bigint, 'and again every twelve months')
FROM tenant_subscription_charges WHERE tenant_id = 4;

-- Terms that were scheduled end a trial, when the plan has none.
UPDATE tenant_subscriptions
SET plan = 'starter', status = 'trial', trial_ends_at = '2026-04-15', max_users = 10,
    current_users = 10, monthly_price_paise = 0
WHERE tenant_id = 5;
SELECT tap.schedule(5, 'professional', 'monthly');
SELECT settle_tenant_subscription(5, '2026-03-01 00:00+00');
SELECT is(status || ' ' || coalesce(trial_ends_at::text, '-'), 'active -', 'the trial has ended')
FROM tenant_subscriptions WHERE tenant_id = 5;

-- A cancellation ends what it was made for, and nothing follows.
UPDATE tenant_subscriptions SET cancels_at = billing_period_end WHERE tenant_id = 6;
SELECT is(tap.last_action(6), 'subscription_cancellation_scheduled', 'the log knows');
SELECT is(subscription_status, 'active', 'in force until then')
FROM tenant_quota_standing(6) WHERE resource_type = 'users' AND now() < '2026-03-01';
SELECT settle_tenant_subscription(6, '2026-02-28 22:59:59.999999+00');
SELECT is(status, 'active', 'in force until its last moment')
FROM tenant_subscriptions WHERE tenant_id = 6;
SELECT settle_tenant_subscription(6, '2026-02-28 23:00+00');
SELECT is(status || ' ' || coalesce(cancels_at::text, '-'), 'cancelled -', 'ended')
FROM tenant_subscriptions WHERE tenant_id = 6;
SELECT is(tap.last_action(6), 'subscription_cancelled', 'the log says so');
SELECT is(settle_tenant_subscription(6, '2027-01-01 00:00+00'), true, 'months go by');
SELECT is(count(*), 0::bigint, 'and nothing is charged')
FROM tenant_subscription_charges WHERE tenant_id = 6;
SELECT is(outcome, 'subscription_inactive', 'and nothing is taken')
FROM consume_tenant_quota(6, 'users', 1);

-- A tenant that moves ends its months elsewhere, and gets none twice.
SELECT tap.begin_in_february();
UPDATE tenants SET time_zone = 'Pacific/Pago_Pago' WHERE id = 2;
SELECT is(
    concat_ws(' ', period_end AT TIME ZONE 'UTC', billing_period_end AT TIME ZONE 'UTC'),
    '2026-03-01 11:00:00 2026-03-01 11:00:00', 'to the west: later')
FROM tenant_subscriptions WHERE tenant_id = 2;
SELECT is(settle_tenant_subscription(2, '2026-03-01 10:59+00'), false, 'not before its end there');
SELECT is(settle_tenant_subscription(2, '2026-03-01 11:00+00'), true, 'but then');
UPDATE tenant_subscriptions SET cancels_at = billing_period_end WHERE tenant_id = 2;
UPDATE tenants SET time_zone = 'Pacific/Kiritimati' WHERE id = 2;
SELECT is(
    concat_ws(' ', period_start AT TIME ZONE 'UTC', period_end AT TIME ZONE 'UTC',
        cancels_at AT TIME ZONE 'UTC'),
    '2026-03-01 11:00:00 2026-03-31 10:00:00 2026-03-31 10:00:00', 'to the east: sooner')
FROM tenant_subscriptions WHERE tenant_id = 2;

-- The scheduler goes through what is due in steps, and one that cannot be settled holds nobody up.
UPDATE tenants SET time_zone = 'Europe/Berlin';
SELECT tap.begin_in_february();
CREATE FUNCTION tap.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE 'not this one';
END
$$;
CREATE TRIGGER refuse BEFORE UPDATE ON tenant_subscriptions
    FOR EACH ROW WHEN (OLD.tenant_id = 3) EXECUTE FUNCTION tap.refuse();
SET LOCAL client_min_messages = error;
CREATE FUNCTION tap.run(p_now timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_step record;
    v_after timestamptz := '-infinity';
    v_tenant bigint := 0;
    v_text text := '';
BEGIN
    LOOP
        SELECT * INTO v_step FROM settle_due_subscriptions(v_after, v_tenant, 2, p_now);
        v_text := v_text || v_step.settled || v_step.failed::text || ' ';
        EXIT WHEN v_step.last_tenant_id IS NULL;
        v_after := v_step.last_due_at;
        v_tenant := v_step.last_tenant_id;
    END LOOP;
    RETURN v_text;
END
$$;
SELECT is(tap.run('2026-03-15'), '2{} 1{3} 2{} 0{} ', 'each tenant is passed once');
SELECT is(tap.run('2026-03-15'), '0{3} 0{} ', 'and again only the one that failed');
SELECT is(count(*), 1::bigint, 'which has changed nothing') FROM tenant_subscriptions
WHERE due_at <= '2026-03-15' AND billing_period_start = month_begin('2026-02-01', 'Europe/Berlin');
DROP TRIGGER refuse ON tenant_subscriptions;
SELECT is(tap.run('2026-03-15'), '1{} 0{} ', 'until it can be settled');

-- What cannot be.
SELECT throws_ok(
    $$UPDATE tenant_subscriptions SET cancels_at = now() WHERE tenant_id = 2$$, '23514');
SELECT throws_ok(
    $$UPDATE tenant_subscriptions SET scheduled_plan = 'starter' WHERE tenant_id = 2$$, '23514');
SELECT throws_ok(
    $$UPDATE tenant_subscriptions SET monthly_price_paise = -1 WHERE tenant_id = 2$$, '23514');

SELECT * FROM finish();
ROLLBACK;
