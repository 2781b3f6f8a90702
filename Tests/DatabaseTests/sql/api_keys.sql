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

-- The hour
SELECT results_eq(
    format('SELECT admitted, used FROM take_api_key_rate(2, 1, %s)', cost),
    format('VALUES (%L::boolean, %s::bigint)', admitted, used), what)
FROM (VALUES
    (4, true, 4, 'a cost is taken'), (7, false, 4, 'more than is left is not'),
    (6, true, 10, 'all that is left is'), (1, false, 10, 'and then nothing'),
    (11, false, 10, 'and never more than the limit')
) AS v (cost, admitted, used, what);
SELECT is(
    (SELECT resets_at FROM take_api_key_rate(2, 1, 1)),
    date_trunc('hour', clock_timestamp(), 'UTC') + interval '1 hour', 'it ends with the hour');
UPDATE tenant_api_key_windows SET window_start = window_start - interval '1 hour';
SELECT is((admitted, used)::text, '(t,3)', 'a new hour is a new count')
FROM take_api_key_rate(2, 1, 3);
UPDATE tenant_api_key_windows SET window_start = window_start + interval '2 hours';
SELECT is((admitted, used)::text, '(t,10)', 'a clock that was ahead gives no hour twice')
FROM take_api_key_rate(2, 1, 7);
SELECT is((admitted, used)::text, '(f,10)', 'not once') FROM take_api_key_rate(2, 1, 1);
SELECT is((admitted, used)::text, '(f,0)', 'a cost above the limit takes nothing')
FROM take_api_key_rate(2, 3, 2);

-- What does not work takes nothing.
SELECT is((admitted, status)::text, '(f,)', 'no such key') FROM take_api_key_rate(2, 4711, 1);
UPDATE tenant_api_keys
SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'
WHERE tenant_id = 2 AND key_id = 2;
SELECT is((admitted, status, used)::text, '(f,expired,0)', 'an expired key')
FROM take_api_key_rate(2, 2, 1);
UPDATE tenant_api_keys SET status = 'revoked', revoked_at = now()
WHERE tenant_id = 2 AND key_id = 1;
SELECT is(tap.last_activity(), 'api_key_revoked api_key 1 {"key_name": "key 1"}', 'logged');
SELECT is((admitted, status)::text, '(f,revoked)', 'a revoked key')
FROM take_api_key_rate(2, 1, 1);
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
SELECT results_eq(
    format('SELECT admitted, used, status FROM take_api_key_rate(2, %s, 6)', key),
    format('VALUES (%L::boolean, 6::bigint, %L)', admitted, 'active'), what)
FROM (VALUES
    (4, true, 'the older takes'), (5, false, 'and the younger has what is left'),
    (4, false, 'as the older has')
) AS v (key, admitted, what);
SELECT is(
    (SELECT array_agg(key_id) FROM tenant_api_key_windows WHERE key_id IN (4, 5)),
    ARRAY[4]::bigint[], 'in one row');
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

-- When keys were last used goes forward only.
SELECT note_api_keys_used('{2, 2, 3}', '{1, 3, 1}', '{100, 200, 300}');
SELECT note_api_keys_used('{2, 2}', '{1, 3}', '{101, 199}');
SELECT results_eq(
    'SELECT key_id, extract(epoch FROM last_used_at)::bigint / 60 FROM tenant_api_keys
     WHERE tenant_id = 2 AND key_id IN (1, 3) ORDER BY 1',
    'VALUES (1::bigint, 101::bigint), (3, 200)', 'the latest minute stays');

SELECT * FROM finish();
ROLLBACK;
