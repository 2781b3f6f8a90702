-- What follows a change of a tenant's own row, whoever makes it: the directory of domains, the end
-- of the present month, and the activity log.

-- A change that changes nothing is none: no version, no row in the log.
CREATE TRIGGER tenants_a_redundant BEFORE UPDATE ON tenants
    FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- A zone that does not exist is the caller's mistake, and says so as the table's check would.
CREATE FUNCTION check_tenant_time_zone() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM now() AT TIME ZONE NEW.time_zone;
    RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE EXCEPTION 'the time zone is not known'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'tenants_time_zone_known';
END
$$;

CREATE TRIGGER tenants_time_zone BEFORE UPDATE OF time_zone ON tenants
    FOR EACH ROW WHEN (NEW.time_zone IS DISTINCT FROM OLD.time_zone)
    EXECUTE FUNCTION check_tenant_time_zone();

-- The present month keeps its name and ends at the midnight of the new zone; later ones lie in it
-- altogether. Days that were counted stay counted as they were.
CREATE FUNCTION move_tenant_period() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE tenant_subscriptions s
    SET period_end = (s.period_end AT TIME ZONE OLD.time_zone) AT TIME ZONE NEW.time_zone
    WHERE s.tenant_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenants_period AFTER UPDATE OF time_zone ON tenants
    FOR EACH ROW WHEN (NEW.time_zone IS DISTINCT FROM OLD.time_zone)
    EXECUTE FUNCTION move_tenant_period();

-- The new domain is taken before the row names it, and the old one given back after that, because
-- the row's foreign key asks for its domain at both times. A domain that is taken is a
-- unique_violation of the directory's primary key.
CREATE FUNCTION take_tenant_domain() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.domain IS NOT NULL THEN
        INSERT INTO tenant_domains (domain, tenant_id) VALUES (NEW.domain, NEW.id);
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION return_tenant_domain() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM tenant_domains d WHERE d.tenant_id = OLD.id AND d.domain = OLD.domain;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenants_take_domain BEFORE UPDATE OF domain ON tenants
    FOR EACH ROW WHEN (NEW.domain IS DISTINCT FROM OLD.domain)
    EXECUTE FUNCTION take_tenant_domain();
CREATE TRIGGER tenants_return_domain AFTER UPDATE OF domain ON tenants
    FOR EACH ROW WHEN (NEW.domain IS DISTINCT FROM OLD.domain)
    EXECUTE FUNCTION return_tenant_domain();

-- What differs between two objects, by the names of their members: settings may hold what is not
-- for everybody who reads the log. With p_switches the values of switches are shown.
CREATE FUNCTION json_object_changes(p_from jsonb, p_to jsonb, p_switches boolean DEFAULT false)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT jsonb_object_agg(
        coalesce(f.key, t.key),
        CASE
            WHEN p_switches
                AND coalesce(jsonb_typeof(f.value), 'boolean') = 'boolean'
                AND coalesce(jsonb_typeof(t.value), 'boolean') = 'boolean'
            THEN jsonb_build_object('from', f.value, 'to', t.value)
            WHEN f.key IS NULL THEN '"added"'
            WHEN t.key IS NULL THEN '"removed"'
            ELSE '"changed"'
        END)
    FROM jsonb_each(p_from) f
    FULL JOIN jsonb_each(p_to) t ON t.key = f.key
    WHERE f.value IS DISTINCT FROM t.value
$$;

-- A change of status and a change of anything else are rows of their own.
CREATE FUNCTION log_tenant_changed() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_changes jsonb;
BEGIN
    IF NEW.status <> OLD.status THEN
        PERFORM append_tenant_activity(
            NEW.id,
            CASE NEW.status
                WHEN 'suspended' THEN 'tenant_suspended'
                WHEN 'inactive' THEN 'tenant_deactivated'
                ELSE 'tenant_reactivated'
            END,
            'tenant', NEW.id::text,
            jsonb_build_object(
                'from', OLD.status, 'to', NEW.status,
                'reason', nullif(current_setting('tenancy.reason', true), ''),
                'version', NEW.version));
    END IF;
    -- Addresses of people are kept out of the log: it can never be cleaned of them.
    SELECT jsonb_object_agg(
        f.key,
        CASE
            WHEN f.key IN ('admin_email', 'support_email') THEN '"changed"'
            ELSE jsonb_build_object('from', f.value, 'to', t.value)
        END)
    INTO v_changes
    FROM jsonb_each(to_jsonb(OLD)) f
    JOIN jsonb_each(to_jsonb(NEW)) t ON t.key = f.key
    WHERE f.value <> t.value
        AND f.key NOT IN ('status', 'version', 'updated_at', 'settings', 'features');
    IF NEW.settings <> OLD.settings THEN
        v_changes := coalesce(v_changes, '{}') || jsonb_build_object(
            'settings', json_object_changes(OLD.settings, NEW.settings));
    END IF;
    IF NEW.features <> OLD.features THEN
        v_changes := coalesce(v_changes, '{}') || jsonb_build_object(
            'features', json_object_changes(OLD.features, NEW.features, true));
    END IF;
    IF v_changes IS NOT NULL THEN
        PERFORM append_tenant_activity(
            NEW.id, 'tenant_updated', 'tenant', NEW.id::text,
            jsonb_build_object('changes', v_changes, 'version', NEW.version));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenants_log_changed AFTER UPDATE ON tenants
    FOR EACH ROW EXECUTE FUNCTION log_tenant_changed();

GRANT INSERT, DELETE ON tenant_domains TO tenancy_app;
GRANT DELETE ON tenant_domains TO tenancy_platform;
GRANT UPDATE (period_end) ON tenant_subscriptions TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION json_object_changes(jsonb, jsonb, boolean)
TO tenancy_app, tenancy_platform;
