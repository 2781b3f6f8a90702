-- API keys: what is in the log, what never happens, and the hour of a key.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
INSERT INTO api_key_ids (tenant_id) VALUES (2), (2), (2);
CREATE FUNCTION tap.last_activity() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', action, entity_type, entity_id, details)
    FROM tenant_activity_logs WHERE tenant_id = 2 ORDER BY sequence DESC LIMIT 1
$$;
CREATE FUNCTION tap.make_key(p_id bigint, p_limit bigint, p_expires_at timestamptz DEFAULT NULL)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO tenant_api_keys (
        tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, rate_limit,
        expires_at, created_by)
    VALUES (2, p_id, 'key ' || p_id, 'vym_2_0123456789', sha256(int8send(p_id)), '{read}',
        p_limit, p_expires_at, 'x')
$$;
SELECT tap.make_key(1, 10), tap.make_key(2, 10, now() + interval '1 hour'), tap.make_key(3, 1);
SELECT matches(
    tap.last_activity(),
    '^api_key_created api_key 3 .*"key_name": "key 3".*"rate_limit": 1', 'a new key is logged');
SELECT unalike(tap.last_activity(), '%vym_%', 'without its beginning');

-- Numbers are unique over all tenants.
SELECT throws_ok('INSERT INTO api_key_ids VALUES (1, 3)', '23505');
SELECT throws_ok(
    $$INSERT INTO tenant_api_keys (
        tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by)
    VALUES (1, 1, 'stolen', 'vym_1_0123456789', sha256('x'), '{read}', 'x')$$, '23503');

-- The hour, as holders of leases see it: 'key_calls', with the family as the subject.
CREATE FUNCTION tap.report(
    p_family text, p_lease bigint, p_spent bigint, p_returned bigint, p_target bigint,
    p_need bigint) RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', g.state, g.granted, 'used', g.used, 'free', g.free, 'of', g.max_units,
        CASE WHEN g.is_recalled THEN 'recalled' END)
    FROM exchange_quota_leases(
        7, ARRAY[2], ARRAY['key_calls'], ARRAY[p_family], ARRAY[p_lease], ARRAY[p_spent],
        ARRAY[p_returned], ARRAY[p_target], ARRAY[p_need]) g
$$;
SELECT is(tap.report(family, lease, spent, returned, target, need), answer, what)
FROM (VALUES
    ('1', 1, 0, 0, 4, 4, 'open 4 used 0 free 6 of 10', 'calls are drawn'),
    ('1', 1, 4, 0, 11, 7, 'open 10 used 4 free 0 of 10', 'no more than are left'),
    ('1', 1, 5, 4, 10, 0, 'open 10 used 5 free 4 of 10', 'and given back'),
    ('3', 2, 0, 0, 2, 2, 'open 1 used 0 free 0 of 1', 'never more than the limit'),
    ('4711', 3, 0, 0, 1, 1, 'absent 0 used 0 free 0 of 0', 'no such key')
) AS v (family, lease, spent, returned, target, need, answer, what);
SELECT is(
    (SELECT valid_for BETWEEN 0 AND 3600000000 FROM exchange_quota_leases(
        7, '{2}', '{key_calls}', '{1}', '{1}', '{5}', '{4}', '{10}', '{0}')),
    true, 'it ends with the hour');
SELECT is(
    (SELECT window_start FROM tenant_api_key_windows WHERE key_id = 1),
    date_trunc('hour', clock_timestamp(), 'UTC'), 'of the clock');
UPDATE tenant_api_key_windows SET window_start = window_start - interval '1 hour';
UPDATE tenant_quota_leases SET period_start = period_start - interval '1 hour';
SELECT is(
    tap.report('1', 1, 6, 4, 10, 0), 'over 10 used 0 free 10 of 10',
    'what is told later is not of the new hour');
SELECT is(
    tap.report('1', 4, 0, 0, 3, 3), 'open 3 used 0 free 7 of 10', 'which is a new count');
UPDATE tenant_api_key_windows SET window_start = window_start + interval '1 hour';
UPDATE tenant_quota_leases SET period_start = period_start + interval '1 hour';
SELECT is(
    tap.report('1', 4, 3, 0, 3, 0), 'open 3 used 3 free 7 of 10',
    'a clock that was ahead gives no hour twice');
UPDATE tenant_api_keys SET rate_limit = 2 WHERE tenant_id = 2 AND key_id = 1;
SELECT is(
    tap.report('1', 4, 3, 0, 9, 6), 'open 3 used 3 free 0 of 2', 'a lower limit counts at once');
UPDATE tenant_api_keys SET rate_limit = 10 WHERE tenant_id = 2 AND key_id = 1;
SELECT is((SELECT count(*) FROM tenant_usage_ledger), 0::bigint, 'it is no usage of the tenant');
SELECT lose_quota_lease(l) FROM tenant_quota_leases l WHERE subject = '3';
SELECT is(
    (SELECT (used, leased)::text FROM tenant_api_key_windows WHERE key_id = 3), '(1,0)',
    'what a lost server held is used');
UPDATE tenant_api_key_windows SET window_start = window_start - interval '3 hours';
UPDATE tenant_quota_leases SET period_start = period_start - interval '3 hours';
SELECT is(tap.report('1', 5, 0, 0, 1, 1), 'open 1 used 0 free 9 of 10', 'a later hour');
SELECT is(
    (SELECT array_agg(lease ORDER BY lease) FROM tenant_quota_leases WHERE subject = '1'),
    ARRAY[5]::bigint[], 'forgets the leases of hours long ago');

UPDATE tenant_api_keys SET status = 'revoked', revoked_at = now()
WHERE tenant_id = 2 AND key_id = 1;
SELECT is(tap.last_activity(), 'api_key_revoked api_key 1 {"key_name": "key 1"}', 'logged');
SELECT throws_ok(
    $$UPDATE tenant_api_keys SET status = 'active', revoked_at = NULL
    WHERE tenant_id = 2 AND key_id = 1$$, '23000', NULL, 'a revoked key stays revoked');

-- A family has one hour, counted under its first key.
INSERT INTO api_key_ids (tenant_id) VALUES (2), (2);
SELECT tap.make_key(4, 10), tap.make_key(5, 10);
UPDATE tenant_api_keys SET family_id = 4 WHERE tenant_id = 2 AND key_id = 5;
UPDATE tenant_api_keys SET superseded_by = 5, superseded_at = now() + interval '1 hour'
WHERE tenant_id = 2 AND key_id = 4;
SELECT matches(
    tap.last_activity(), '^api_key_rotated api_key 4 .*"superseded_by": 5', 'a rotation is logged');
UPDATE tenant_api_keys SET rate_limit = 8 WHERE tenant_id = 2 AND key_id = 5;
SELECT is(
    tap.report('4', 6, 0, 0, 9, 9), 'open 8 used 0 free 0 of 8', 'the youngest has the limit');
SELECT throws_ok(
    $$UPDATE tenant_api_keys SET superseded_at = now() + interval '2 hours'
    WHERE tenant_id = 2 AND key_id = 4$$, '23000', NULL, 'an overlap is not prolonged');
SELECT throws_ok(
    $$UPDATE tenant_api_keys SET superseded_by = NULL, superseded_at = NULL
    WHERE tenant_id = 2 AND key_id = 4$$, '23000', NULL, 'a superseded key stays so');

-- What ended a key first is what it is.
SELECT is(
    tenant_api_key_status(status, to_timestamp(expires_at), to_timestamp(superseded_at),
        to_timestamp(10)), expected)
FROM (VALUES
    ('active', NULL, NULL, 'active'), ('active', 11, 12, 'active'), ('active', 10, NULL, 'expired'),
    ('active', NULL, 10, 'superseded'), ('active', 8, 9, 'expired'), ('active', 9, 8, 'superseded'),
    ('active', 9, 9, 'superseded'), ('active', 11, 9, 'superseded'), ('active', 9, 11, 'expired'),
    ('revoked', 8, 9, 'revoked')
) AS v (status, expires_at, superseded_at, expected);

-- Hashes are replaced where they are still what they were.
SELECT is(
    replace_api_key_hashes(
        '{2, 2, 3}', '{4, 5, 4}',
        ARRAY[encode(sha256(int8send(4)), 'hex'), repeat('00', 32), repeat('00', 32)], 7,
        ARRAY[repeat('04', 32), repeat('05', 32), repeat('06', 32)]), 1::bigint);
SELECT results_eq(
    'SELECT key_id, hash_version, api_key_hash = decode(repeat(''04'', 32), ''hex'')
     FROM tenant_api_keys WHERE tenant_id = 2 AND key_id IN (4, 5) ORDER BY 1',
    'VALUES (4::bigint, 7, true), (5, 0, false)', 'one was, one was not');

SELECT is(
    replace_api_key_hashes(
        '{2}', '{4}', ARRAY[repeat('04', 32)], v, ARRAY[repeat('07', 32)]), 0::bigint,
    'a hash is not replaced by one of an older pepper')
FROM unnest(ARRAY[0, 6, 7]) AS v;

-- When keys were last used goes forward only.
SELECT note_api_keys_used('{2, 2, 3}', '{1, 3, 1}', '{100, 200, 300}');
SELECT note_api_keys_used('{2, 2}', '{1, 3}', '{101, 199}');
SELECT results_eq(
    'SELECT key_id, extract(epoch FROM last_used_at)::bigint / 60 FROM tenant_api_keys
     WHERE tenant_id = 2 AND key_id IN (1, 3) ORDER BY 1',
    'VALUES (1::bigint, 101::bigint), (3, 200)', 'the latest minute stays');

SELECT * FROM finish();
ROLLBACK;
