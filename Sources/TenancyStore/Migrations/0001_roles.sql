-- Roles are of the cluster, not of the database: another database of the same cluster may have made
-- them already, or be making them at this moment.

DO $$
DECLARE
    v_role name;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['tenancy_app', 'tenancy_platform'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = v_role);
        BEGIN
            EXECUTE format(
                'CREATE ROLE %I %s', v_role,
                CASE v_role WHEN 'tenancy_app' THEN 'LOGIN NOINHERIT' ELSE 'NOLOGIN' END);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role % does not exist, and % may not make roles',
                    v_role, current_user
                    USING ERRCODE = 'insufficient_privilege',
                        HINT = 'As a superuser: CREATE ROLE tenancy_app LOGIN NOINHERIT; '
                            'CREATE ROLE tenancy_platform NOLOGIN; '
                            'GRANT tenancy_platform TO tenancy_app, ' || current_user;
        END;
    END LOOP;
END
$$;

-- A role that was made by hand with more power than it may have would void every policy below. It
-- is refused rather than altered: who made it should know.
DO $$
DECLARE
    v_role record;
BEGIN
    FOR v_role IN
        SELECT rolname FROM pg_roles
        WHERE (rolname IN ('tenancy_app', 'tenancy_platform') AND (rolsuper OR rolbypassrls))
           OR (rolname = 'tenancy_app' AND rolinherit)
    LOOP
        RAISE EXCEPTION
            'role % must be NOSUPERUSER and NOBYPASSRLS, and tenancy_app NOINHERIT', v_role.rolname
            USING ERRCODE = 'invalid_role_specification';
    END LOOP;
    IF current_user IN ('tenancy_app', 'tenancy_platform') THEN
        RAISE EXCEPTION 'migrations run as the owner of the schema, not as %', current_user
            USING ERRCODE = 'invalid_role_specification';
    END IF;
END
$$;

-- What crosses tenants is asked for explicitly: SET LOCAL ROLE tenancy_platform. Because
-- tenancy_app does not inherit, it has none of these rights before that. The owner is subject to
-- FORCE ROW LEVEL SECURITY like everybody; through this role it sees what it migrates.
DO $$
BEGIN
    IF NOT pg_has_role('tenancy_app', 'tenancy_platform', 'MEMBER') THEN
        GRANT tenancy_platform TO tenancy_app;
    END IF;
    IF NOT pg_has_role(current_user, 'tenancy_platform', 'MEMBER') THEN
        GRANT tenancy_platform TO CURRENT_USER;
    END IF;
END
$$;

-- Nobody has anything that is not granted by name. Temporary tables go too: a temporary table named
-- like one of ours would be found first by the functions below.
DO $$
BEGIN
    IF (SELECT pg_has_role(current_user, datdba, 'USAGE')
        FROM pg_database WHERE datname = current_database())
    THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format(
            'GRANT CONNECT ON DATABASE %I TO tenancy_app, tenancy_platform', current_database());
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO tenancy_app, tenancy_platform;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Puts a tenant table under row-level security. The policy compares the tenant with a stable
-- expression and has no sub-select, so that the scope is an index condition, and so that Citus
-- accepts it. Without a scope the comparison is null, and no row is seen.
CREATE FUNCTION protect_tenant_table(p_table regclass, p_key name DEFAULT 'tenant_id')
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_table);
    EXECUTE format(
        'CREATE POLICY tenant_scope ON %s TO tenancy_app '
        'USING (%I = nullif(current_setting(''tenancy.tenant_id'', true), '''')::bigint)',
        p_table, p_key);
    EXECUTE format(
        'CREATE POLICY platform_scope ON %s TO tenancy_platform USING (true)', p_table);
END
$$;
