-- The end of a signing key: once, for good, and put down to who asked.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
INSERT INTO api_key_ids (tenant_id, key_id) VALUES (2, 7);
INSERT INTO tenant_api_keys (
    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, rate_limit, created_by)
VALUES (2, 7, 'k', 'vym_2_0123456789', sha256('7'), '{read}', 1000, 'role:test');
CREATE FUNCTION tap.ended() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', kid, revoked_by, host(revoked_from), revocation_reason), ', ')
    FROM token_signing_keys WHERE revoked_at IS NOT NULL
$$;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tap TO PUBLIC;

SET LOCAL ROLE tenancy_platform;
SET LOCAL tenancy.actor = 'platform:ops';
SET LOCAL tenancy.actor_address = '192.0.2.1';
SELECT is(add_token_signing_key(NULL, 'a', sha256('a'), 1, 'x', now()), true, 'a key is made');
SELECT is(add_token_signing_key('a', 'b', sha256('b'), 1, 'x', now()), true, 'and another');

SELECT is_empty(
    $$SELECT revoke_token_signing_key('c', 'why', false)$$, 'what there is not is not ended');
SELECT results_eq(
    $$SELECT revoke_token_signing_key('a', 'why', true)$$, ARRAY[NULL::timestamptz],
    'what is only validated ends nothing');
SELECT is(
    (SELECT count(*) FROM token_signing_keys WHERE revoked_at IS NOT NULL), 0::bigint,
    'of any key');
SELECT isnt(
    (SELECT revoke_token_signing_key('a', 'why', false)), NULL, 'a key is ended');
SELECT is(tap.ended(), 'a platform:ops 192.0.2.1 why', 'by whom, from where, and why');
SET LOCAL tenancy.actor = 'platform:other';
SELECT results_eq(
    $$SELECT revoke_token_signing_key('a', 'another why', false)$$,
    $$SELECT revoked_at FROM token_signing_keys WHERE kid = 'a'$$, 'and was ended the first time');
SELECT is(tap.ended(), 'a platform:ops 192.0.2.1 why', 'which stays written down');
SELECT throws_ok(
    $$UPDATE token_signing_keys SET revoked_at = NULL WHERE kid = 'a'$$, '23000',
    'the revocation of a signing key never changes', 'by hand, too');
SELECT throws_ok(
    $$UPDATE token_signing_keys SET revocation_reason = 'none' WHERE kid = 'b'$$, '23000',
    NULL, 'there is no reason without an end');
SELECT throws_ok(
    $$DELETE FROM token_signing_keys$$, '42501', NULL, 'and no key is removed');
SELECT is(
    add_token_signing_key('a', 'c', sha256('c'), 1, 'x', now()), false,
    'an ended key is not the newest');

SET LOCAL ROLE tenancy_app;
SET LOCAL tenancy.tenant_id = 2;
SELECT lives_ok(
    $$SELECT confirm_tenant_api_key(2, 7, 0, 'b')$$, 'a token of a key that works is confirmed');
SELECT lives_ok($$SELECT confirm_tenant_api_key(2, 7, NULL, NULL)$$, 'as is a key');
SELECT throws_ok(
    $$SELECT confirm_tenant_api_key(2, 7, 0, 'a')$$, '23000', 'the key of the caller has ended',
    'one of an ended key is not');
SELECT throws_ok(
    $$SELECT confirm_tenant_api_key(2, 7, 0, 'd')$$, '23000', 'the key of the caller has ended',
    'nor one of nobody''s');

SELECT * FROM finish();
ROLLBACK;
