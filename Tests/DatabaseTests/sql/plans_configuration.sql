-- The queries about settings and data keys, with real amounts of data: each begins at the tenant,
-- in an index.
BEGIN;
SELECT no_plan();

SELECT count(*) FROM generate_series(2, 400) n,
    create_tenant('tenant-' || n, 'T', 'bank', 't@example.com');
ALTER TABLE tenant_configurations DISABLE TRIGGER USER;
INSERT INTO tenant_configurations (tenant_id, config_key, config_type, config_value, updated_by)
SELECT t.id, 'key-' || n, CASE WHEN n % 50 = 0 THEN 'branding' ELSE 'billing' END,
    jsonb_build_object('text', repeat('x', 200)), ''
FROM tenants t, generate_series(1, 200) n;
INSERT INTO tenant_data_keys (tenant_id, master_key, wrapped_key)
SELECT t.id, 1, decode(repeat('00', 60), 'hex') FROM tenants t;
INSERT INTO tenant_configuration_heads (tenant_id) SELECT t.id FROM tenants t;
INSERT INTO tenant_configuration_changes (
    tenant_id, sequence, row_hash, action, changed_at, config_key, config_type, config_value,
    is_sensitive, updated_by, created_at, updated_at, version)
SELECT t.id, n, '\x00', 'config_updated', now(), 'k', 'billing', '{}', false, '', now(), now(), n
FROM tenants t, generate_series(1, 500) n;
ANALYZE tenant_configurations, tenant_data_keys, tenant_configuration_heads,
    tenant_configuration_changes;

SET LOCAL tenancy.tenant_id = 7;
SET LOCAL ROLE tenancy_app;
SELECT matches(
    tap.plan_of(statement),
    -- By an index scan, or by the bitmap of one: which of them depends on how many rows there are.
    'Index( Only)? Scan( Backward)? (using|on) ' || index || '[^\n]*\n\s*Index Cond:[^\n]*'
        || condition || '[^\n]*',
    what)
FROM (VALUES
    ('SELECT p.* FROM (
          SELECT c.*, sum(c.answer_bytes) OVER keys - c.answer_bytes AS bytes_before,
              lead(c.config_key) OVER keys IS NOT NULL AS has_next
          FROM tenant_configurations c
          WHERE c.tenant_id = 7 AND c.config_key > ''key-1''
              AND starts_with(c.config_key, '''')
              AND c.config_type = coalesce(NULL, c.config_type)
          WINDOW keys AS (ORDER BY c.config_key ROWS UNBOUNDED PRECEDING)) p
      WHERE p.bytes_before < 2097152 ORDER BY p.config_key LIMIT 50',
     'tenant_configurations_pkey', 'config_key > ''key-1''', 'a page of settings'),
    ('SELECT * FROM tenant_configurations
      WHERE tenant_id = 7 AND config_key = ''key-9'' FOR UPDATE',
     'tenant_configurations_pkey', 'config_key = ''key-9''', 'one setting'),
    ('SELECT c.master_key, c.wrapped_key FROM tenant_data_keys c WHERE c.tenant_id = 7',
     'tenant_data_keys_pkey', 'tenant_id = ', 'the data key of a tenant'),
    ('SELECT * FROM tenant_configuration_changes c
      WHERE c.tenant_id = 7 AND c.sequence > 490 ORDER BY c.sequence LIMIT 64',
     'tenant_configuration_changes_pkey', 'sequence > 490', 'the changes after a place')
) AS v (statement, index, condition, what);
SELECT matches(
    tap.plan_of(
        'SELECT c.config_value FROM tenant_configurations c
         WHERE c.tenant_id = 7 AND c.config_type = ''branding'' AND c.sealed_value IS NULL
         ORDER BY c.config_key <> ''branding'', c.config_key LIMIT 8'),
    'on tenant_configurations_pkey|using tenant_configurations_pkey', 'the look of a tenant');
RESET ROLE;

SET LOCAL ROLE tenancy_platform;
SELECT matches(
    tap.plan_of(
        'SELECT k.tenant_id, k.master_key, k.wrapped_key FROM tenant_data_keys k
         WHERE k.tenant_id > 300 AND k.master_key < 2 ORDER BY k.tenant_id LIMIT 10'),
    'Index Scan using tenant_data_keys_pkey', 'the data keys that an older master key wraps');
RESET ROLE;

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
