-- The activity log: a chain without a gap, written by triggers, with who and from where.
BEGIN;
SELECT no_plan();

SELECT set_config('tenancy.actor', 'service:vyomo', true),
    set_config('tenancy.actor_address', '2001:db8::1', true),
    set_config('tenancy.user_agent', 'Vyomo/1', true);
SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
SELECT increment_tenant_resource_usage(2, 'api_calls', n) FROM generate_series(1, 20) AS n;
SELECT set_config('tenancy.actor', '', true), set_config('tenancy.actor_address', '', true),
    set_config('tenancy.user_agent', '', true);
SELECT increment_tenant_resource_usage(2, 'users');

SELECT is(
    (SELECT array_agg(sequence ORDER BY created_at, sequence) FROM tenant_activity_logs
     WHERE tenant_id = 2),
    (SELECT array_agg(n::bigint) FROM generate_series(1, 23) AS n),
    'the sequence has no gap, and time does not run against it');
SELECT is(
    (SELECT (actor, ip_address, user_agent)::text FROM tenant_activity_logs
     WHERE tenant_id = 2 AND sequence = 22),
    ('service:vyomo', '2001:db8::1'::inet, 'Vyomo/1')::text, 'who, and from where');
SELECT is(
    (SELECT (actor, ip_address, user_agent)::text FROM tenant_activity_logs
     WHERE tenant_id = 2 AND sequence = 23),
    ('role:postgres', NULL::inet, NULL::text)::text, 'what comes by hand names the role');
SELECT is(
    (SELECT details FROM tenant_activity_logs WHERE tenant_id = 2 AND sequence = 22),
    jsonb_build_object('resource_type', 'api_calls', 'amount', 20,
        'usage_date', (now() AT TIME ZONE 'Asia/Kolkata')::date), 'what was consumed');

CREATE TEMP VIEW chain AS
SELECT l.*, lag(row_hash, 1, decode(repeat('00', 32), 'hex')) OVER (
    PARTITION BY tenant_id ORDER BY sequence) AS expected_previous
FROM tenant_activity_logs l;
SELECT is(
    (SELECT count(*) FROM chain WHERE previous_hash <> expected_previous), 0::bigint,
    'each row holds the hash of the row before it');
SELECT is(
    (SELECT count(*) FROM chain WHERE row_hash <> audit_row_hash(
        previous_hash, tenant_id, sequence, created_at, actor, action, entity_type, entity_id,
        details, ip_address, user_agent)),
    0::bigint, 'each row has the hash of its columns');
SELECT is(
    (SELECT (sequence, row_hash)::text FROM tenant_activity_heads WHERE tenant_id = 2),
    (SELECT (sequence, row_hash)::text FROM tenant_activity_logs
     WHERE tenant_id = 2 ORDER BY sequence DESC LIMIT 1),
    'the head is the last row');

-- Neighbouring columns cannot be moved into one another.
SELECT isnt(
    audit_row_hash('\x00', 1, 1, '2026-01-01', 'ab', 'c', 'd', 'e', '{}', NULL, NULL),
    audit_row_hash('\x00', 1, 1, '2026-01-01', 'a', 'bc', 'd', 'e', '{}', NULL, NULL),
    'columns are kept apart');
SELECT isnt(
    audit_row_hash('\x00', 1, 1, '2026-01-01', 'a', 'c', 'd', 'e', '{}', NULL, ''),
    audit_row_hash('\x00', 1, 1, '2026-01-01', 'a', 'c', 'd', 'e', '{}', NULL, NULL),
    'nothing and the empty text are told apart');

SELECT * FROM finish();
ROLLBACK;
