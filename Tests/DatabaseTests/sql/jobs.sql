-- Jobs that many servers share, at times that the tests choose.
BEGIN;
SELECT no_plan();

SELECT is(
    (SELECT array_agg(name ORDER BY name COLLATE "C") FROM scheduled_jobs),
    ARRAY[
        'ensure_partitions', 'expire_activity', 'expire_client_leases', 'expire_reservations',
        'expire_usage', 'purge_idempotency_keys', 'reclaim_quota_leases',
        'settle_subscriptions'],
    'what there is to do');
UPDATE scheduled_jobs
SET next_run_at = CASE name
    WHEN 'ensure_partitions' THEN timestamptz '2026-03-01 00:00:01+00' ELSE '2026-03-01 00:00+00'
END;
CREATE FUNCTION tap.claim(p_server text, p_at text, p_names text[] DEFAULT ARRAY[
    'settle_subscriptions', 'ensure_partitions']) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(
        (SELECT name || ' ' || run FROM claim_scheduled_job(
            p_names, p_server, '60 seconds', ('2026-03-01 ' || p_at || '+00')::timestamptz)),
        'none')
$$;

SELECT is(tap.claim('a', '00:00', ARRAY['unknown']), 'none', 'a server does what it knows');
SELECT is(tap.claim('a', '00:00'), 'settle_subscriptions 1', 'the first gets the first job');
SELECT is(tap.claim('b', '00:00'), 'none', 'the second finds it taken, and the other not due');
SELECT is(tap.claim('b', '00:00:01'), 'ensure_partitions 1', 'until it is');
SELECT is(
    renew_scheduled_job('settle_subscriptions', 1, '60 seconds', '2026-03-01 00:00:50+00'), true,
    'who works on it holds on to it');
SELECT is(tap.claim('b', '00:01:30'), 'ensure_partitions 2', 'what was let lapse is taken over');
SELECT is(tap.claim('b', '00:01:30'), 'none', 'what was held is not');
SELECT is(
    renew_scheduled_job('ensure_partitions', 1, '60 seconds', '2026-03-01 00:01:31+00'), false,
    'a claim is worth nothing once it was taken over');
SELECT is(
    finish_scheduled_job('ensure_partitions', 1, true, '2026-03-01 00:01:31+00'), false,
    'and ends nothing');
SELECT is(
    finish_scheduled_job('settle_subscriptions', 1, true, '2026-03-01 00:01:40+00'), true, 'done');
SELECT is(
    finish_scheduled_job('settle_subscriptions', 1, true, '2026-03-01 00:01:40+00'), false,
    'once');
SELECT is(tap.claim('a', '00:01:54'), 'none', 'not again before its interval is over');
SELECT is(tap.claim('a', '00:01:55'), 'settle_subscriptions 2', 'and then again');

-- A run that fails is tried again soon, and less soon each time.
SELECT finish_scheduled_job('settle_subscriptions', 2, false, '2026-03-01 01:00+00');
SELECT is(next_run_at, timestamptz '2026-03-01 01:00:01+00', 'after a second')
FROM scheduled_jobs WHERE name = 'settle_subscriptions';
SELECT is(tap.claim('a', '01:00:01', ARRAY['settle_subscriptions']), 'settle_subscriptions 3',
    'again');
SELECT finish_scheduled_job('settle_subscriptions', 3, false, '2026-03-01 01:00:01+00');
SELECT is(next_run_at, timestamptz '2026-03-01 01:00:03+00', 'after two')
FROM scheduled_jobs WHERE name = 'settle_subscriptions';
UPDATE scheduled_jobs SET failures = 1000, claimed_by = 'a', claimed_until = '2026-03-01';
SELECT finish_scheduled_job('settle_subscriptions', 3, false, '2026-03-01 02:00+00');
SELECT is(next_run_at, timestamptz '2026-03-01 02:00:15+00', 'never later than it runs anyway')
FROM scheduled_jobs WHERE name = 'settle_subscriptions';

SELECT throws_ok('SELECT * FROM scheduled_jobs', '42501', NULL, 'no tenant sees the jobs')
FROM (SELECT set_config('role', 'tenancy_app', true)) AS r;
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
