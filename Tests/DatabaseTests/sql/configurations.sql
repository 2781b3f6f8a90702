-- Settings: what the triggers count, log and keep, and what they refuse.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
SELECT set_config('tenancy.tenant_id', '2', true), set_config('tenancy.actor', 'user:ann', true);
CREATE FUNCTION tap.log_of(p_action text) RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT l.details FROM tenant_activity_logs l
    WHERE l.tenant_id = 2 AND l.action = p_action ORDER BY l.sequence
$$;
SET LOCAL ROLE tenancy_app;

INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
VALUES (2, 'flags', 'feature', '{"trading": true}', 'somebody else');
SELECT results_eq(
    'SELECT version, updated_by, is_sensitive FROM tenant_configurations WHERE tenant_id = 2',
    $$ VALUES (1::bigint, 'user:ann', false) $$,
    'a new setting has version 1 and the name of who made it');
SELECT is(
    (SELECT tap.log_of('config_created')),
    '{"config_type": "feature", "is_sensitive": false, "version": 1,
      "new_value": {"trading": true}}'::jsonb, 'it is logged with its value');

UPDATE tenant_configurations SET config_value = 'false'
WHERE tenant_id = 2 AND config_key = 'flags';
SELECT is(
    (SELECT tap.log_of('config_updated')),
    '{"config_type": "feature", "is_sensitive": false, "version": 2,
      "old_value": {"trading": true}, "new_value": false}'::jsonb,
    'a change is logged with both values');

UPDATE tenant_configurations
SET config_value = NULL, sealed_value = decode(repeat('ab', 29), 'hex')
WHERE tenant_id = 2 AND config_key = 'flags';
SELECT is(
    (SELECT max(d::text)::jsonb FROM tap.log_of('config_updated') d
     WHERE d->'version' = '3'),
    '{"config_type": "feature", "is_sensitive": true, "version": 3}'::jsonb,
    'what becomes a secret is logged without either value');
SELECT throws_ok(
    $$ UPDATE tenant_configurations SET config_value = 'true', sealed_value = NULL
       WHERE tenant_id = 2 AND config_key = 'flags' $$,
    '23000', NULL, 'a secret never becomes plain');
SELECT throws_ok(
    $$ UPDATE tenant_configurations SET config_type = 'security'
       WHERE tenant_id = 2 AND config_key = 'flags' $$,
    '42501', NULL, 'the application has no right to change a type');
RESET ROLE;
SELECT throws_ok(
    $$ UPDATE tenant_configurations SET config_type = 'security'
       WHERE tenant_id = 2 AND config_key = 'flags' $$,
    '23000', NULL, 'and nobody else may, either');
SET LOCAL ROLE tenancy_app;

DELETE FROM tenant_configurations WHERE tenant_id = 2 AND config_key = 'flags';
SELECT is(
    (SELECT tap.log_of('config_deleted')),
    '{"config_type": "feature", "is_sensitive": true, "version": 3}'::jsonb,
    'a deletion is logged, without the value of a secret');
INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
VALUES (2, 'flags', 'billing', '{}', '');
SELECT is(version, 4::bigint, 'a setting made anew begins above the one that was deleted')
FROM tenant_configurations WHERE tenant_id = 2 AND config_key = 'flags';

INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
VALUES (2, 'long', 'billing', jsonb_build_object('text', repeat('x', 2000)), '');
SELECT is(
    (SELECT count(*) FROM tap.log_of('config_created') d
     WHERE NOT d ? 'new_value' AND d->'is_sensitive' = 'false'),
    1::bigint, 'a long value is not logged');

-- What is kept for those who watch is in the order of the log, and holds no secret.
SELECT results_eq(
    $$ SELECT c.sequence, c.row_hash, c.action, c.config_key, c.changed_at
       FROM tenant_configuration_changes c WHERE c.tenant_id = 2 ORDER BY c.sequence $$,
    $$ SELECT l.sequence, l.row_hash, l.action, l.entity_id, l.created_at
       FROM tenant_activity_logs l WHERE l.tenant_id = 2 AND l.action LIKE 'config%'
       ORDER BY l.sequence $$,
    'every change is kept under its place in the log');
SELECT is(
    (SELECT array_agg(config_value IS NOT NULL ORDER BY sequence)
     FROM tenant_configuration_changes WHERE tenant_id = 2 AND config_key = 'flags'),
    ARRAY[true, true, false, false, true], 'with its value, unless that is a secret or gone');

-- The last thousand are kept, and what is not kept is known.
DO $$
BEGIN
    FOR n IN 1..1000 LOOP
        UPDATE tenant_configurations SET description = n::text
        WHERE tenant_id = 2 AND config_key = 'flags';
    END LOOP;
END
$$;
SELECT is(count(*), 1000::bigint, 'a thousand changes are kept')
FROM tenant_configuration_changes WHERE tenant_id = 2;
SELECT is(
    h.compacted_sequence,
    (SELECT min(c.sequence) - 1 FROM tenant_configuration_changes c WHERE c.tenant_id = 2),
    'and the place of the last that is not')
FROM tenant_configuration_heads h WHERE h.tenant_id = 2;

-- A thousand settings are the most.
INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
SELECT 2, 'k' || n, 'feature', 'true', '' FROM generate_series(1, 998) n;
SELECT throws_ok(
    $$ INSERT INTO tenant_configurations (
           tenant_id, config_key, config_type, config_value, updated_by)
       VALUES (2, 'one-more', 'feature', 'true', '') $$,
    '23514', NULL, 'a tenant has a thousand settings at most');
DELETE FROM tenant_configurations WHERE tenant_id = 2 AND config_key = 'k1';
SELECT lives_ok(
    $$ INSERT INTO tenant_configurations (
           tenant_id, config_key, config_type, config_value, updated_by)
       VALUES (2, 'one-more', 'feature', 'true', '') $$,
    'and one that was removed makes room');

SELECT throws_ok(
    format(
        'INSERT INTO tenant_configurations (
             tenant_id, config_key, config_type, config_value, sealed_value, updated_by)
         VALUES (2, %L, %L, %L, %L, %L)', key, type, value, sealed, ''),
    '23514', NULL, what)
FROM (VALUES
    ('Upper', 'billing', '{}', NULL, 'a key is lower-case'),
    ('9a', 'billing', '{}', NULL, 'a key begins with a letter'),
    ('a', 'color', '{}', NULL, 'there are five types'),
    ('a', 'billing', NULL, NULL, 'a setting has a value'),
    ('a', 'billing', '{}', '\x' || repeat('00', 29), 'and only one'),
    ('a', 'billing', '1', NULL, 'most values are objects'),
    ('a', 'feature', '1', NULL, 'a flag is a boolean, or an object'),
    ('a', 'billing', NULL, '\x00', 'a sealed value has nonce and tag')
) AS v (key, type, value, sealed, what);

SELECT * FROM finish();
ROLLBACK;
