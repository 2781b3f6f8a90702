-- How the statements about API keys find their rows, among those of 1,000 tenants: one has 5,000
-- keys, most of them revoked.
BEGIN;
SELECT no_plan();

INSERT INTO tenant_codes SELECT 'many-' || n, n FROM generate_series(2, 1001) AS n;
INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
SELECT n, 'many-' || n, 'Many', 'bank', 'a@example.com' FROM generate_series(2, 1001) AS n;
ALTER TABLE tenant_api_keys DISABLE TRIGGER tenant_api_keys_log_created;
CREATE TEMP TABLE made AS
SELECT row_number() OVER () AS key_id, t AS tenant_id
FROM generate_series(2, 1001) AS t, generate_series(1, CASE t WHEN 2 THEN 5000 ELSE 10 END);
INSERT INTO api_key_ids SELECT key_id, tenant_id FROM made;
INSERT INTO tenant_api_keys (
    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by, status,
    revoked_at)
SELECT tenant_id, key_id, 'k', 'vym_2_0123456789', sha256(int8send(key_id)), '{read}', 'x',
    CASE WHEN key_id % 10 = 0 THEN 'active' ELSE 'revoked' END,
    CASE WHEN key_id % 10 <> 0 THEN now() END
FROM made;
INSERT INTO tenant_api_key_windows SELECT tenant_id, key_id, now(), 1 FROM made;
ANALYZE;

SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;

SELECT matches(
    tap.plan_of($$SELECT k.*, t.status FROM tenant_api_keys k JOIN tenants t ON t.id = k.tenant_id
        WHERE k.tenant_id = 2 AND k.api_key_hash = ANY (ARRAY(
            SELECT decode(h, 'hex') FROM unnest(ARRAY['00', '01']) AS h))$$),
    'Index Scan using tenant_api_keys_api_key_hash_key .*\n +Index Cond: .*api_key_hash =',
    'a key is found by its hash');
SELECT matches(
    tap.plan_of($$SELECT * FROM tenant_api_keys k WHERE k.tenant_id = 2 AND k.key_id > 7
        AND (true OR k.status = NULL) ORDER BY k.key_id LIMIT 51$$),
    'Index Scan using tenant_api_keys_pkey .*\n +Index Cond: .*key_id >',
    'a page of keys begins where the one before ended');
SELECT unalike(
    tap.plan_of($$SELECT * FROM tenant_api_keys k WHERE k.tenant_id = 2
        ORDER BY k.key_id LIMIT 51$$), '%Sort%', 'and is in order as it is read');
SELECT matches(
    tap.plan_of($$SELECT count(*) FROM tenant_api_keys k WHERE k.tenant_id = 2
        AND k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > now())$$),
    'tenant_api_keys_active', 'the active keys are counted without their history');
SELECT matches(
    tap.plan_of($$SELECT * FROM tenant_api_key_windows w
        WHERE w.tenant_id = 2 AND w.key_id = 7$$),
    'Index Scan using tenant_api_key_windows_pkey', 'the hour of a key is found by its number');
SELECT matches(
    tap.plan_of($$SELECT y.rate_limit FROM tenant_api_keys y
        WHERE y.tenant_id = 2 AND y.family_id = 7 ORDER BY y.key_id DESC LIMIT 1$$),
    'Index Scan Backward using tenant_api_keys_family', 'as is the youngest key of a family');
SELECT matches(
    tap.plan_of('SELECT * FROM api_key_ids WHERE tenant_id = 2 AND key_id = 7'),
    'using api_key_ids_(tenant_key|pkey)', 'a number is found in the directory');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
