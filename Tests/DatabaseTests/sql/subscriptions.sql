-- What time does to a subscription, at times that the tests choose.
BEGIN;
SELECT no_plan();

-- Months begin where the time zone says, also where clocks are turned at that very hour.
SELECT is(month_begin(month::date, zone), begin::timestamptz, zone || ' ' || month)
FROM (VALUES
    ('UTC', '2026-03-01', '2026-03-01 00:00+00'),
    ('Asia/Kolkata', '2026-03-01', '2026-02-28 18:30+00'),
    ('Pacific/Kiritimati', '2026-03-01', '2026-02-28 10:00+00'),
    ('Pacific/Pago_Pago', '2026-03-01', '2026-03-01 11:00+00'),
    -- A change of the clocks within the month makes it longer or shorter, and moves nothing.
    ('Europe/Berlin', '2026-03-01', '2026-02-28 23:00+00'),
    ('Europe/Berlin', '2026-04-01', '2026-03-31 22:00+00'),
    -- Midnight came twice: the month began with the first.
    ('America/Havana', '2020-11-01', '2020-11-01 04:00+00'),
    -- Midnight did not come: the month began at one.
    ('America/Asuncion', '2017-10-01', '2017-10-01 04:00+00')
) AS v (zone, month, begin);
SELECT is(month_of(at::timestamptz, zone), month::date, zone || ' ' || at)
FROM (VALUES
    ('Asia/Kolkata', '2026-02-28 18:29:59.999999+00', '2026-02-01'),
    ('Asia/Kolkata', '2026-02-28 18:30:00+00', '2026-03-01'),
    ('America/Asuncion', '2017-10-01 03:59:59+00', '2017-09-01'),
    ('America/Asuncion', '2017-10-01 04:00:00+00', '2017-10-01'),
    ('America/Havana', '2020-11-01 04:30:00+00', '2020-11-01'),
    ('America/Havana', '2020-11-01 03:59:59+00', '2020-10-01')
) AS v (zone, at, month);
SELECT is(
    (SELECT count(*) FROM pg_timezone_names z, generate_series(
        date '2026-01-01', date '2027-12-01', interval '1 month') AS month
     WHERE month_of(month_begin(month::date, z.name), z.name) <> month::date
        OR month_of(month_begin(month::date, z.name) - interval '1 microsecond', z.name)
            <> (month - interval '1 month')::date),
    0::bigint, 'in every time zone each month begins where the month before it ends');

-- Tenants whose subscriptions begin in February 2026.
SELECT create_tenant(code, code, 'bank', 'a@b.c', p_time_zone => zone)
FROM (VALUES
    ('axis', 'Asia/Kolkata'), ('berlin', 'Europe/Berlin'), ('pago', 'Pacific/Pago_Pago')
) AS v (code, zone);
UPDATE tenant_subscriptions s
SET period_start = month_begin('2026-02-01', t.time_zone),
    period_end = month_begin('2026-03-01', t.time_zone),
    billing_period_start = month_begin('2026-02-01', t.time_zone),
    billing_period_end = month_begin('2026-03-01', t.time_zone),
    trial_ends_at = CASE WHEN s.status = 'trial' THEN timestamptz '2026-06-15 12:00+00' END
FROM tenants t WHERE t.id = s.tenant_id;

CREATE FUNCTION tap.use(p_tenant_id bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE tenant_subscriptions
    SET current_users = 3, current_storage_bytes = 4000000000, current_api_calls = 70,
        current_transactions = 5
    WHERE tenant_id = p_tenant_id
$$;
CREATE FUNCTION tap.counters(p_tenant_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(
        ' ', current_users, current_api_calls, current_storage_bytes, current_transactions)
    FROM tenant_subscriptions WHERE tenant_id = p_tenant_id
$$;
CREATE FUNCTION tap.period(p_tenant_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT period_start AT TIME ZONE 'UTC' || ' ' || (period_end AT TIME ZONE 'UTC')
    FROM tenant_subscriptions WHERE tenant_id = p_tenant_id
$$;
CREATE FUNCTION tap.actions(p_tenant_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(action, ' ' ORDER BY sequence), '') FROM tenant_activity_logs
    WHERE tenant_id = p_tenant_id AND sequence > (
        SELECT coalesce(max(sequence), 0) FROM tenant_activity_logs
        WHERE tenant_id = p_tenant_id AND action = 'mark')
$$;
CREATE FUNCTION tap.mark() RETURNS void LANGUAGE sql AS $$
    SELECT append_tenant_activity(id, 'mark', 'tenant', id::text, '{}') FROM tenants
$$;
SELECT tap.use(id) FROM tenants;
SELECT tap.mark();

-- A month ends where the tenant is, and takes only what is counted by the month.
SELECT is(roll_tenant_period(2, '2026-02-28 18:29:59.999999+00'), false, 'not before its end');
SELECT is(tap.counters(2), '3 70 4000000000 5', 'and nothing has changed');
SELECT is(roll_tenant_period(2, '2026-02-28 18:30+00'), true, 'at its end');
SELECT is(roll_tenant_period(2, '2026-02-28 18:30+00'), false, 'once');
SELECT is(tap.counters(2), '3 0 4000000000 0', 'users and storage stay');
SELECT is(tap.period(2), '2026-02-28 18:30:00 2026-03-31 18:30:00', 'the month is the next');
SELECT is(tap.actions(2), 'usage_reset', 'the log says so');
SELECT is(
    (SELECT details ->> 'api_calls' FROM tenant_activity_logs
     WHERE tenant_id = 2 AND action = 'usage_reset' ORDER BY sequence DESC LIMIT 1), '70',
    'and what the month was');
SELECT is(version, 2::bigint, 'a month is no version of the subscription')
FROM tenant_subscriptions WHERE tenant_id = 2;

SELECT is(reset_monthly_usage_counters('2026-02-28 23:30+00'), 2::bigint,
    'Berlin and the default tenant follow; Pago Pago is still in February');
SELECT is(tap.counters(4), '3 70 4000000000 5', 'where nothing has changed');
SELECT is(tap.period(3), '2026-02-28 23:00:00 2026-03-31 22:00:00',
    'clocks turned forward make the month an hour shorter');
SELECT is(reset_monthly_usage_counters('2026-02-28 23:30+00'), 0::bigint, 'once');

-- Months without a server are caught up with in one step.
SELECT tap.use(2);
SELECT is(roll_tenant_period(2, '2026-05-20 00:00+00'), true, 'months later');
SELECT is(tap.period(2), '2026-04-30 18:30:00 2026-05-31 18:30:00', 'the month is the present');

-- A trial expires in its moment, and the month after it still ends.
SELECT tap.mark();
SELECT is(settle_tenant_subscription(2, '2026-05-20 00:00+00'), true, 'billing periods are due');
SELECT is(tap.actions(2), 'subscription_renewed subscription_renewed subscription_renewed',
    'each of them follows the one before it');
SELECT is(count(*), 0::bigint, 'a trial is free') FROM tenant_subscription_charges;
SELECT is(due_at, timestamptz '2026-05-31 18:30+00', 'next is the end of the month')
FROM tenant_subscriptions WHERE tenant_id = 2;
SELECT is(settle_tenant_subscription(2, '2026-05-31 18:29:59+00'), false, 'nothing is due');
SELECT is(settle_tenant_subscription(2, '2026-05-31 18:30+00'), true, 'a month and a bill');
SELECT is(due_at, timestamptz '2026-06-15 12:00+00', 'next is the end of the trial')
FROM tenant_subscriptions WHERE tenant_id = 2;
SELECT tap.mark();
SELECT is(settle_tenant_subscription(2, '2026-06-15 12:00+00'), true, 'the trial is over');
SELECT is(tap.actions(2), 'subscription_expired', 'the log says so');
SELECT is(subscription_status, 'expired', 'and the standing')
FROM tenant_quota_standing(2) WHERE resource_type = 'users';
SELECT is(outcome, 'subscription_inactive', 'nothing is taken after it')
FROM consume_tenant_quota(2, 'api_calls', 1);

-- Before any scheduler: a trial that is over takes nothing, and a month that is over counts for
-- nothing.
SELECT create_tenant('late', 'Late', 'bank', 'a@b.c');
UPDATE tenant_subscriptions
SET trial_ends_at = now() - interval '1 second' WHERE tenant_id = 5;
SELECT is(subscription_status, 'expired', 'the standing knows that the trial is over')
FROM tenant_quota_standing(5) WHERE resource_type = 'users';
SELECT is(outcome, 'subscription_inactive', 'and so does a taking')
FROM consume_tenant_quota(5, 'api_calls', 1);
SELECT is(status, 'expired', 'which settles it') FROM tenant_subscriptions WHERE tenant_id = 5;

SELECT create_tenant('month', 'Month', 'bank', 'a@b.c');
UPDATE tenant_subscriptions
SET period_start = period_start - interval '1 month', period_end = period_start,
    billing_period_start = period_start - interval '1 month', billing_period_end = period_start,
    current_api_calls = max_api_calls, current_users = 2
WHERE tenant_id = 6;
SELECT is(current_units || ' of ' || max_units, '0 of 10000', 'nothing of the new month is used')
FROM tenant_quota_standing(6) WHERE resource_type = 'api_calls';
SELECT tap.mark();
SELECT set_config('tenancy.actor', 'user:u', true), set_config('tenancy.user_agent', 'u/1', true);
SELECT is(outcome || ' ' || current_units, 'admitted 7', 'taken in the new month')
FROM consume_tenant_quota(6, 'api_calls', 7);
SELECT is(current_users, 2::bigint, 'users are of no month')
FROM tenant_subscriptions WHERE tenant_id = 6;
SELECT is(
    (SELECT array_agg(action || ' ' || actor || ' ' || coalesce(user_agent, '-')
        ORDER BY sequence)
     FROM tenant_activity_logs WHERE tenant_id = 6 AND sequence > (
        SELECT max(sequence) FROM tenant_activity_logs WHERE tenant_id = 6 AND action = 'mark')),
    ARRAY[
        'usage_reset service:tenancyd -', 'subscription_renewed service:tenancyd -',
        'usage_consumed user:u u/1'],
    'what time did is put down to the service, and the taking to its caller');
SELECT set_config('tenancy.actor', '', true), set_config('tenancy.user_agent', '', true);
SELECT is(
    (SELECT count(*) FROM tenant_resource_usage u, tenant_subscriptions s
     WHERE u.tenant_id = 6 AND s.tenant_id = 6
       AND u.usage_date < (s.period_start AT TIME ZONE 'Asia/Kolkata')::date),
    0::bigint, 'the day is one of the month that the units were counted in');

SELECT * FROM finish();
ROLLBACK;
