-- Users and invitations: what is in the log, and what must never happen, also by hand.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-a', 'A', 'bank', 'a@example.com');
CREATE FUNCTION tap.last_activity() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', action, entity_type, entity_id, details)
    FROM tenant_activity_logs WHERE tenant_id = 2 ORDER BY sequence DESC LIMIT 1
$$;

INSERT INTO tenant_users (tenant_id, user_id, role, permissions)
VALUES (2, 'user_2', 'admin', '{view_analytics}');
SELECT is(
    tap.last_activity(),
    'user_added user user_2 {"role": "admin", "invited_by": null, '
    '"permissions": ["view_analytics"]}', 'adding a user is logged');
INSERT INTO tenant_users (tenant_id, user_id, role, email, invited_by, invited_at)
VALUES (2, 'user_1', 'viewer', 'one@example.com', 'user:user_2', now());

-- get_tenant_users_with_roles
SELECT results_eq(
    $$SELECT user_id COLLATE "default", role COLLATE "default", permissions COLLATE "default",
        email, invited_by FROM get_tenant_users_with_roles(2)$$,
    $$VALUES
        ('user_1', 'viewer', '{}'::text[], 'one@example.com', 'user:user_2'),
        ('user_2', 'admin', '{view_analytics}'::text[], NULL, NULL)$$,
    'the users of a tenant with their roles');
SELECT is_empty('SELECT * FROM get_tenant_users_with_roles(1)', 'and of no other');

-- Changes
UPDATE tenant_users SET role = 'manager' WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT is(
    tap.last_activity(), 'user_role_changed user user_1 {"to": "manager", "from": "viewer"}',
    'a change of the role is logged');
UPDATE tenant_users SET permissions = '{verify_audit}', email = 'other@example.com'
WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT is(
    tap.last_activity(),
    'user_updated user user_1 {"permissions": ["verify_audit"], "email_changed": true, '
    '"permissions_before": []}', 'a change of permissions is logged, and no address');
SELECT is(version, 3::bigint, 'each change is a version')
FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_1';
CREATE TEMP TABLE before AS
SELECT version, updated_at, (SELECT max(sequence) FROM tenant_activity_logs WHERE tenant_id = 2)
FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_1';
UPDATE tenant_users SET role = 'manager', permissions = '{verify_audit}'
WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT results_eq(
    $$SELECT version, updated_at, (
        SELECT max(sequence) FROM tenant_activity_logs WHERE tenant_id = 2)
    FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_1'$$,
    'SELECT * FROM before', 'what changes nothing is no version, and not logged');
UPDATE tenant_users SET last_login_at = clock_timestamp()
WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT is(tap.last_activity(), 'login user user_1 {}', 'a login is logged');
UPDATE tenant_users SET last_logout_at = clock_timestamp()
WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT is(tap.last_activity(), 'logout user user_1 {}', 'a logout is logged');
SELECT is(version, 3::bigint, 'neither is a version')
FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT throws_ok(
    $$UPDATE tenant_users SET user_id = 'x' WHERE tenant_id = 2 AND user_id = 'user_1'$$, '23000');

-- The last administrator
SELECT throws_ok(statement, '23000', NULL, statement)
FROM (VALUES
    ($$UPDATE tenant_users SET role = 'manager' WHERE tenant_id = 2 AND user_id = 'user_2'$$),
    ($$UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2$$),
    ($$DELETE FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_2'$$),
    ($$DELETE FROM tenant_users WHERE tenant_id = 2$$)) AS v (statement);
UPDATE tenant_users SET role = 'admin' WHERE tenant_id = 2 AND user_id = 'user_1';
SELECT throws_ok(
    $$UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2$$, '23000', NULL,
    'not both at once');
SELECT lives_ok(
    $$UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2 AND user_id = 'user_2'$$,
    'one of two may go');
DELETE FROM tenant_users WHERE tenant_id = 2 AND user_id = 'user_2';
SELECT is(
    tap.last_activity(),
    'user_removed user user_2 {"role": "viewer", "permissions": ["view_analytics"]}',
    'removing is logged');

-- Units of max_users
UPDATE tenant_subscriptions SET max_users = 1 WHERE tenant_id = 2;
SELECT is((outcome, current_units)::text, '(admitted,1)', 'a unit is taken')
FROM take_tenant_user_unit(2);
SELECT is((outcome, current_units)::text, '(denied,1)', 'or refused') FROM take_tenant_user_unit(2);
SELECT return_tenant_user_unit(2), return_tenant_user_unit(2);
SELECT is(current_users, 0::bigint, 'and given back, to zero and no further')
FROM tenant_subscriptions WHERE tenant_id = 2;
SELECT is(used, 0::bigint, 'the day agrees') FROM tenant_resource_usage
WHERE tenant_id = 2 AND resource_type = 'users';

-- Invitations
INSERT INTO tenant_invitations (tenant_id, email, role, token_hash, invited_by, expires_at)
VALUES (2, 'new@example.com', 'user', sha256('a'), 'user:user_1', now() + interval '1 day');
SELECT matches(tap.last_activity(), '^user_invited invitation \d+ .*"role": "user"', 'logged');
SELECT unalike(tap.last_activity(), '%new@%', 'without the address');
SELECT throws_ok(
    $$INSERT INTO tenant_invitations (tenant_id, email, role, token_hash, invited_by, expires_at)
    VALUES (2, 'NEW@example.com', 'user', sha256('b'), 'x', now() + interval '1 day')$$,
    '23505', NULL, 'an address has one open invitation');
UPDATE tenant_invitations SET status = 'accepted', accepted_by = 'user_9' WHERE tenant_id = 2;
SELECT matches(tap.last_activity(), '^invitation_accepted .*"accepted_by": "user_9"', 'logged');
SELECT throws_ok(
    format($$UPDATE tenant_invitations SET status = %L WHERE tenant_id = 2$$, status),
    '23000', NULL, 'a closed invitation does not become ' || status)
FROM (VALUES ('open'), ('revoked'), ('accepted')) AS v (status);

SELECT * FROM finish();
ROLLBACK;
