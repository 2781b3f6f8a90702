-- How the statements about users find their rows, among those of 1,000 tenants: one has 5,000
-- users, as the largest plans allow, and a history of invitations.
BEGIN;
SELECT no_plan();

INSERT INTO tenant_codes SELECT 'many-' || n, n FROM generate_series(2, 1001) AS n;
INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
SELECT n, 'many-' || n, 'Many', 'bank', 'a@example.com' FROM generate_series(2, 1001) AS n;
ALTER TABLE tenant_users DISABLE TRIGGER tenant_users_log;
ALTER TABLE tenant_invitations DISABLE TRIGGER tenant_invitations_log_created;
INSERT INTO tenant_users (tenant_id, user_id, role, email)
SELECT t, 'user_' || u, CASE u WHEN 1 THEN 'admin' ELSE 'user' END, 'u' || u || '@example.com'
FROM generate_series(2, 1001) AS t, generate_series(1, CASE t WHEN 2 THEN 5000 ELSE 10 END) AS u;
INSERT INTO tenant_invitations (
    tenant_id, email, role, token_hash, invited_by, expires_at, status, accepted_by)
SELECT t, 'i' || i || '@example.com', 'user', sha256(int4send(i)), 'x',
    now() + interval '1 day', CASE WHEN i % 10 = 0 THEN 'open' ELSE 'accepted' END,
    CASE WHEN i % 10 <> 0 THEN 'x' END
FROM generate_series(2, 1001) AS t, generate_series(1, CASE t WHEN 2 THEN 2000 ELSE 10 END) AS i;
ALTER TABLE tenant_roles DISABLE TRIGGER USER;
ALTER TABLE tenant_grants DISABLE TRIGGER USER;
INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
VALUES (2, 'auditor', '{view_users}', 'x');
INSERT INTO tenant_grants (tenant_id, user_id, grant_kind, grant_name, granted_by)
SELECT 2, 'user_' || u, CASE WHEN u % 100 = 0 THEN 'role' ELSE 'permission' END,
    CASE WHEN u % 100 = 0 THEN 'auditor' ELSE 'view_users' END, 'x'
FROM generate_series(1, 5000) AS u;
ANALYZE;

SET LOCAL tenancy.tenant_id = 2;
SET LOCAL ROLE tenancy_app;

SELECT matches(
    tap.plan_of($$SELECT * FROM tenant_users WHERE tenant_id = 2 AND user_id > 'user_3'
        AND (true OR role = NULL) ORDER BY user_id LIMIT 51$$),
    'Index Scan using tenant_users_pkey .*\n +Index Cond: .*tenant_id = 2.*user_id >',
    'a page of users begins where the one before ended');
SELECT unalike(
    tap.plan_of('SELECT * FROM tenant_users WHERE tenant_id = 2 ORDER BY user_id LIMIT 51'),
    '%Sort%', 'and is in order as it is read');
SELECT matches(
    tap.plan_of($$SELECT FROM tenant_users WHERE tenant_id = 2 AND role = 'admin'
        ORDER BY user_id LIMIT 1$$),
    'using tenant_users_administrators',
    'whether an administrator is left is looked up among them');
SELECT matches(
    tap.plan_of($$SELECT * FROM tenant_invitations WHERE tenant_id = 2
        AND token_hash = sha256('x') AND status IN ('open', 'expired') FOR UPDATE$$),
    'Index Scan using tenant_invitations_token_hash_key', 'a token is found by its hash');
SELECT matches(
    tap.plan_of($$SELECT * FROM tenant_invitations
        WHERE tenant_id = 2 AND id = 5 AND status = 'open' FOR UPDATE$$),
    'Index Scan using tenant_invitations_pkey', 'an invitation is found by its number');
SELECT matches(
    tap.plan_of($$SELECT count(*) FROM tenant_invitations WHERE tenant_id = 2
        AND status = 'open' AND expires_at > clock_timestamp()$$),
    'tenant_invitations_open', 'the open ones are counted without their history');
SELECT matches(
    tap.plan_of($$UPDATE tenant_invitations SET status = 'expired' WHERE tenant_id = 2
        AND email_key = lower('i10@example.com') AND status = 'open'
        AND expires_at <= clock_timestamp()$$),
    'Index Scan using tenant_invitations_open.*\n +Index Cond: .*email_key =',
    'the open one of an address is found by the address');
SELECT matches(
    tap.plan_of($$SELECT FROM tenant_grants WHERE tenant_id = 2 AND role_name = 'auditor'$$),
    'tenant_grants_role', 'who has a role is found by its name');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
