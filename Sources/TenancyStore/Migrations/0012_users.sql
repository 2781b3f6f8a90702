-- Who belongs to a tenant, in which role and with which permissions beyond it. The user is known to
-- the platform's user directory by user_id; the same user may belong to many tenants.
CREATE TABLE tenant_users (
    tenant_id bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    permissions text[] COLLATE "C" NOT NULL DEFAULT '{}',
    email text,
    invited_by text,
    invited_at timestamptz,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_login_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tenant_users_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT tenant_users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_users_user_id_format CHECK (user_id ~ '^[A-Za-z0-9_.@:-]{1,128}$'),
    CONSTRAINT tenant_users_role_known CHECK (role IN ('admin', 'manager', 'user', 'viewer')),
    CONSTRAINT tenant_users_permissions_count CHECK (cardinality(permissions) <= 64),
    CONSTRAINT tenant_users_email_format CHECK (
        length(email) <= 254 AND email ~ '^[^[:space:]@]+@[^[:space:]@]+$')
);

SELECT protect_tenant_table('tenant_users');

GRANT SELECT, INSERT, DELETE, UPDATE (role, permissions, email, last_login_at)
    ON tenant_users TO tenancy_app;
GRANT SELECT ON tenant_users TO tenancy_platform;
