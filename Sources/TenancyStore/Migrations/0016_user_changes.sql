-- What happens to the users of a tenant, and what must never happen: every change is in the
-- activity log, and the last administrator stays.

-- A logout leaves its time, so that a trigger can see it, as it sees a login.
ALTER TABLE tenant_users ADD COLUMN last_logout_at timestamptz;
GRANT UPDATE (last_logout_at) ON tenant_users TO tenancy_app;

-- Whether another administrator is left must not cost a look at every user.
CREATE INDEX tenant_users_administrators ON tenant_users (tenant_id, user_id)
WHERE role = 'admin';

-- A login is no change of the membership: whoever has read a version may still expect it.
CREATE FUNCTION advance_tenant_user_version() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.tenant_id, NEW.user_id) IS DISTINCT FROM (OLD.tenant_id, OLD.user_id) THEN
        RAISE EXCEPTION 'a membership stays with its tenant and its user'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tenant_users_user_id_immutable';
    END IF;
    IF (NEW.role, NEW.permissions, NEW.email) IS DISTINCT FROM
        (OLD.role, OLD.permissions, OLD.email)
    THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tenant_users_version BEFORE UPDATE ON tenant_users
    FOR EACH ROW EXECUTE FUNCTION advance_tenant_user_version();

-- Two administrators who demote each other at once must not both succeed. Each waits for the
-- tenant's row, and the second one sees what the first has left. Changes that come through the
-- service hold that lock from their beginning.
CREATE FUNCTION keep_tenant_administrator() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM FROM tenants t WHERE t.id = OLD.tenant_id FOR NO KEY UPDATE;
    -- In order, so that the first is looked up and not come across.
    PERFORM FROM tenant_users u WHERE u.tenant_id = OLD.tenant_id AND u.role = 'admin'
    ORDER BY u.user_id LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the last administrator of tenant % stays', OLD.tenant_id
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tenant_users_role_last_administrator';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_users_keep_administrator_demoted AFTER UPDATE OF role ON tenant_users
    FOR EACH ROW WHEN (OLD.role = 'admin' AND NEW.role <> 'admin')
    EXECUTE FUNCTION keep_tenant_administrator();
CREATE TRIGGER tenant_users_keep_administrator_removed AFTER DELETE ON tenant_users
    FOR EACH ROW WHEN (OLD.role = 'admin')
    EXECUTE FUNCTION keep_tenant_administrator();

-- The log tells who may do what. Addresses of people are kept out of it: it can never be cleaned.
CREATE FUNCTION log_tenant_user_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'user_added', 'user', NEW.user_id,
            jsonb_build_object(
                'role', NEW.role, 'permissions', to_jsonb(NEW.permissions),
                'invited_by', NEW.invited_by));
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM append_tenant_activity(
            OLD.tenant_id, 'user_removed', 'user', OLD.user_id,
            jsonb_build_object('role', OLD.role, 'permissions', to_jsonb(OLD.permissions)));
        RETURN NULL;
    END IF;
    IF NEW.role <> OLD.role THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'user_role_changed', 'user', NEW.user_id,
            jsonb_build_object('from', OLD.role, 'to', NEW.role));
    END IF;
    IF NEW.permissions <> OLD.permissions OR NEW.email IS DISTINCT FROM OLD.email THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'user_updated', 'user', NEW.user_id,
            jsonb_build_object(
                'permissions', to_jsonb(NEW.permissions),
                'permissions_before', to_jsonb(OLD.permissions),
                'email_changed', NEW.email IS DISTINCT FROM OLD.email));
    END IF;
    IF NEW.last_login_at IS DISTINCT FROM OLD.last_login_at THEN
        PERFORM append_tenant_activity(NEW.tenant_id, 'login', 'user', NEW.user_id, '{}');
    END IF;
    IF NEW.last_logout_at IS DISTINCT FROM OLD.last_logout_at THEN
        PERFORM append_tenant_activity(NEW.tenant_id, 'logout', 'user', NEW.user_id, '{}');
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_users_log AFTER INSERT OR UPDATE OR DELETE ON tenant_users
    FOR EACH ROW EXECUTE FUNCTION log_tenant_user_change();

-- Takes the unit of max_users that a new member needs, if one is left. outcome and numbers are
-- those of consume_tenant_quota. Counter before log, here as there: transactions that lock the two
-- in one order do not lock each other out.
CREATE FUNCTION take_tenant_user_unit(p_tenant_id bigint)
RETURNS TABLE (outcome text, current_units bigint, reserved_units bigint, max_units bigint)
LANGUAGE sql ROWS 1
AS $$
    SELECT c.outcome, c.current_units, c.reserved_units, c.max_units
    FROM consume_tenant_quota(p_tenant_id, 'users', 1) c
$$;

-- Gives the unit of a member back who leaves. A counter that was set by hand is not brought below
-- zero.
CREATE FUNCTION return_tenant_user_unit(p_tenant_id bigint) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_time_zone text;
BEGIN
    UPDATE tenant_subscriptions s SET current_users = s.current_users - 1
    FROM tenants t
    WHERE s.tenant_id = p_tenant_id AND t.id = p_tenant_id AND s.current_users > 0
    RETURNING t.time_zone INTO v_time_zone;
    IF FOUND THEN
        INSERT INTO tenant_resource_usage AS u (tenant_id, usage_date, resource_type, used)
        VALUES (p_tenant_id, (clock_timestamp() AT TIME ZONE v_time_zone)::date, 'users', -1)
        ON CONFLICT ON CONSTRAINT tenant_resource_usage_pkey
        DO UPDATE SET used = u.used + excluded.used;
    END IF;
END
$$;

-- The users of a tenant with their roles.
CREATE FUNCTION get_tenant_users_with_roles(p_tenant_id bigint)
RETURNS TABLE (
    user_id text, role text, permissions text[], email text, invited_by text,
    invited_at timestamptz, joined_at timestamptz, last_login_at timestamptz)
LANGUAGE sql STABLE
AS $$
    SELECT u.user_id, u.role, u.permissions, u.email, u.invited_by, u.invited_at, u.joined_at,
        u.last_login_at
    FROM tenant_users u
    WHERE u.tenant_id = p_tenant_id
    ORDER BY u.user_id
$$;

GRANT EXECUTE ON FUNCTION
    take_tenant_user_unit(bigint), return_tenant_user_unit(bigint)
TO tenancy_app;
GRANT EXECUTE ON FUNCTION get_tenant_users_with_roles(bigint) TO tenancy_app, tenancy_platform;
