-- Roles of a tenant's own, composed of permissions of the catalog, by name. The four ranks are the
-- service's, and in no table.
CREATE TABLE tenant_roles (
    tenant_id bigint NOT NULL,
    role_name text COLLATE "C" NOT NULL,
    description text NOT NULL DEFAULT '',
    permissions text[] COLLATE "C" NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version bigint NOT NULL DEFAULT 1,
    CONSTRAINT tenant_roles_pkey PRIMARY KEY (tenant_id, role_name),
    CONSTRAINT tenant_roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_roles_role_name_format CHECK (role_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT tenant_roles_role_name_own CHECK (
        role_name NOT IN ('admin', 'manager', 'user', 'viewer')),
    CONSTRAINT tenant_roles_description_length CHECK (length(description) <= 500),
    CONSTRAINT tenant_roles_permissions_count CHECK (cardinality(permissions) BETWEEN 1 AND 64)
);

-- What members were given beside their membership: a role of the tenant's own, or a permission, for
-- a time or for good. It goes with the membership.
CREATE TABLE tenant_grants (
    tenant_id bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    grant_kind text COLLATE "C" NOT NULL,
    -- The role's name or the permission.
    grant_name text COLLATE "C" NOT NULL,
    role_name text COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN grant_kind = 'role' THEN grant_name END) STORED,
    expires_at timestamptz,
    reason text NOT NULL DEFAULT '',
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tenant_grants_pkey PRIMARY KEY (tenant_id, user_id, grant_kind, grant_name),
    CONSTRAINT tenant_grants_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES tenant_users (tenant_id, user_id) ON DELETE CASCADE,
    CONSTRAINT tenant_grants_role_fkey FOREIGN KEY (tenant_id, role_name)
        REFERENCES tenant_roles (tenant_id, role_name),
    CONSTRAINT tenant_grants_grant_kind_known CHECK (grant_kind IN ('role', 'permission')),
    CONSTRAINT tenant_grants_grant_name_length CHECK (length(grant_name) BETWEEN 1 AND 63),
    CONSTRAINT tenant_grants_reason_length CHECK (length(reason) <= 500),
    CONSTRAINT tenant_grants_expires_at_future CHECK (granted_at < expires_at)
);

-- Who has a role, for its removal.
CREATE INDEX tenant_grants_role ON tenant_grants (tenant_id, role_name)
WHERE role_name IS NOT NULL;

SELECT protect_tenant_table('tenant_roles');
SELECT protect_tenant_table('tenant_grants');

GRANT SELECT, INSERT, DELETE, UPDATE (description, permissions) ON tenant_roles TO tenancy_app;
GRANT SELECT, INSERT, DELETE, UPDATE (expires_at, reason, granted_by, granted_at)
    ON tenant_grants TO tenancy_app;
GRANT SELECT ON tenant_roles, tenant_grants TO tenancy_platform;

-- What servers remember of members.
SELECT feed_tenant_changes('tenant_roles', 'description', 'version', 'updated_at');
SELECT feed_tenant_changes('tenant_grants', 'reason', 'granted_by', 'granted_at');

CREATE FUNCTION advance_tenant_role_version() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.description, NEW.permissions) IS DISTINCT FROM (OLD.description, OLD.permissions) THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tenant_roles_version BEFORE UPDATE ON tenant_roles
    FOR EACH ROW EXECUTE FUNCTION advance_tenant_role_version();

CREATE FUNCTION log_tenant_role_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'role_created', 'role', NEW.role_name,
            jsonb_build_object('permissions', to_jsonb(NEW.permissions)));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM append_tenant_activity(
            OLD.tenant_id, 'role_deleted', 'role', OLD.role_name,
            jsonb_build_object('permissions', to_jsonb(OLD.permissions)));
    ELSE
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'role_updated', 'role', NEW.role_name,
            jsonb_build_object(
                'old_permissions', to_jsonb(OLD.permissions),
                'permissions', to_jsonb(NEW.permissions)));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_roles_log AFTER INSERT OR DELETE ON tenant_roles
    FOR EACH ROW EXECUTE FUNCTION log_tenant_role_change();
CREATE TRIGGER tenant_roles_log_updated AFTER UPDATE ON tenant_roles
    FOR EACH ROW WHEN (OLD.version <> NEW.version)
    EXECUTE FUNCTION log_tenant_role_change();

CREATE FUNCTION log_tenant_grant_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- What was over is only cleared away.
        IF OLD.expires_at <= clock_timestamp() THEN
            RETURN NULL;
        END IF;
        PERFORM append_tenant_activity(
            OLD.tenant_id, 'grant_revoked', 'user', OLD.user_id,
            jsonb_build_object(OLD.grant_kind, OLD.grant_name));
    ELSE
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'grant_created', 'user', NEW.user_id,
            jsonb_build_object(
                NEW.grant_kind, NEW.grant_name, 'expires_at', NEW.expires_at,
                'reason', NEW.reason));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_grants_log AFTER INSERT OR DELETE OR UPDATE ON tenant_grants
    FOR EACH ROW EXECUTE FUNCTION log_tenant_grant_change();
