-- What is found by its key, among that of 1,000 tenants: idempotency keys, names in directories,
-- and what is written down of one thing of a tenant.
BEGIN;
SELECT no_plan();

-- Only the rows count here, not what they were made by.
SET LOCAL session_replication_role = replica;
INSERT INTO idempotency_keys (tenant_id, key, method, request_hash)
SELECT t, 'key-' || n, 'm', '\x01' FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO platform_idempotency_keys (key, method, request_hash)
SELECT 'key-' || n, 'm', '\x01' FROM generate_series(1, 1000) AS n;
INSERT INTO tenant_configuration_heads (tenant_id) SELECT generate_series(2, 1001);
INSERT INTO tenant_domains (domain, tenant_id)
SELECT 'd' || t || '.example.com', t FROM generate_series(2, 1001) AS t;
INSERT INTO tenant_quota_policies (tenant_id, resource_type)
SELECT t, r FROM generate_series(2, 1001) AS t,
    unnest(ARRAY['users', 'api_calls', 'storage', 'transactions']) AS r;
INSERT INTO tenant_user_quotas (tenant_id, user_id, resource_type, max_units, period_start)
SELECT t, 'user-' || n, 'api_calls', 5, now()
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_client_leases (tenant_id, holder_id, resource_type, time_to_live, expires_at)
SELECT t, t * 100 + n, 'storage', '1 minute', now()
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_quota_reservations (tenant_id, resource_type, amount, expires_at)
SELECT t, 'storage', 1, now() FROM generate_series(2, 1001) AS t, generate_series(1, 20);
INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
SELECT t, 'role-' || n, '{consume}', 'x'
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_grants (tenant_id, user_id, grant_kind, grant_name, granted_by)
SELECT t, 'user-' || n, 'permission', 'consume', 'x'
FROM generate_series(2, 1001) AS t, generate_series(1, 20) AS n;
INSERT INTO tenant_token_revocations (tenant_id, key_id, revoked_before)
SELECT t, n, now() FROM generate_series(2, 1001) AS t, generate_series(0, 19) AS n;
SET LOCAL session_replication_role = origin;
ANALYZE;

CREATE TEMP TABLE statements (role name, index name, statement text);
INSERT INTO statements VALUES
    ('tenancy_app', 'idempotency_keys_pkey',
     $$SELECT * FROM idempotency_keys k
       WHERE k.tenant_id = 7 AND k.key = 'key-3' AND k.expires_at > clock_timestamp()$$),
    ('tenancy_platform', 'platform_idempotency_keys_pkey',
     $$SELECT * FROM platform_idempotency_keys k
       WHERE k.key = 'key-3' AND k.expires_at > clock_timestamp()$$),
    ('tenancy_app', 'tenant_configuration_heads_pkey',
     'SELECT * FROM tenant_configuration_heads h WHERE h.tenant_id = 7 FOR UPDATE'),
    ('tenancy_platform', 'tenant_domains_pkey',
     $$SELECT FROM tenant_domains d WHERE d.domain = 'd7.example.com'$$),
    ('tenancy_app', 'tenant_quota_policies_pkey',
     $$SELECT p.* FROM tenant_quota_policies p
       WHERE p.tenant_id = 7 AND p.resource_type = 'users'$$),
    ('tenancy_app', 'tenant_user_quotas_pkey',
     $$SELECT q.* FROM tenant_user_quotas q
       WHERE q.tenant_id = 7 AND q.user_id = 'user-3' AND q.resource_type = 'api_calls'$$),
    ('tenancy_app', 'tenant_user_quotas_pkey',
     $$SELECT * FROM user_quota_levels(7) q
       WHERE (q.user_id, q.resource_type) > ('user-3' COLLATE "C", 'storage' COLLATE "C")
       ORDER BY q.user_id, q.resource_type LIMIT 11$$),
    ('tenancy_app', 'tenant_client_leases_pkey',
     'SELECT c.* FROM tenant_client_leases c WHERE c.tenant_id = 7 AND c.holder_id = 703'),
    ('tenancy_app', 'tenant_quota_reservations_pkey',
     $$SELECT n.* FROM tenant_quota_reservations n
       WHERE n.tenant_id = 7 AND n.reservation_id = 103$$),
    ('tenancy_app', 'tenant_roles_pkey',
     $$SELECT * FROM tenant_roles WHERE tenant_id = 7 AND role_name = 'role-3'$$),
    ('tenancy_app', 'tenant_grants_pkey',
     $$SELECT * FROM tenant_grants WHERE tenant_id = 7
         AND (user_id, grant_kind, grant_name) > ('user-3', 'permission', 'consume')
       ORDER BY user_id, grant_kind, grant_name LIMIT 11$$),
    ('tenancy_app', 'tenant_token_revocations_pkey',
     $$SELECT sum(r.generation) FROM tenant_token_revocations r
       WHERE r.tenant_id = 7 AND r.key_id IN (0, 3)$$);
GRANT SELECT ON statements TO PUBLIC;

SET LOCAL tenancy.tenant_id = 7;
SET LOCAL ROLE tenancy_app;
SELECT matches(tap.plan_of(statement), 'Index[^\n]* (using|on) ' || index || '\M', index)
FROM statements WHERE role = 'tenancy_app';
SET LOCAL ROLE tenancy_platform;
SELECT matches(tap.plan_of(statement), 'Index[^\n]* (using|on) ' || index || '\M', index)
FROM statements WHERE role = 'tenancy_platform';
RESET ROLE;

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
