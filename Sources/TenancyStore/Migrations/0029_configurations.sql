-- The white-label settings of the tenants. The value of a secret one is sealed by the server; the
-- database never sees it in clear.

CREATE TABLE tenant_configurations (
    tenant_id bigint NOT NULL,
    config_key text COLLATE "C" NOT NULL,
    config_type text COLLATE "C" NOT NULL,
    config_value jsonb,
    sealed_value bytea,
    is_sensitive boolean NOT NULL GENERATED ALWAYS AS (sealed_value IS NOT NULL) STORED,
    description text,
    updated_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version bigint NOT NULL DEFAULT 1,
    -- What a row adds to an answer at most, so that a page can be cut before it is read.
    answer_bytes integer NOT NULL GENERATED ALWAYS AS (
        1536 + coalesce(octet_length(config_value::text), 0)
        + coalesce(octet_length(sealed_value), 0) + coalesce(octet_length(description), 0))
        STORED,
    CONSTRAINT tenant_configurations_pkey PRIMARY KEY (tenant_id, config_key),
    CONSTRAINT tenant_configurations_tenant_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_configurations_config_key_format CHECK (
        config_key ~ '^[a-z][a-z0-9_.-]{0,127}$'),
    CONSTRAINT tenant_configurations_config_type_known CHECK (
        config_type IN ('branding', 'feature', 'integration', 'security', 'billing')),
    CONSTRAINT tenant_configurations_config_value_either CHECK (
        (config_value IS NULL) <> (sealed_value IS NULL)),
    -- What is written as 64 KiB of text may be stored a little longer, because jsonb prints a blank
    -- after each comma and colon.
    CONSTRAINT tenant_configurations_config_value_size CHECK (
        octet_length(config_value::text) <= 131072),
    CONSTRAINT tenant_configurations_config_value_shape CHECK (
        config_value IS NULL OR jsonb_typeof(config_value) = 'object'
        OR (config_type = 'feature' AND jsonb_typeof(config_value) = 'boolean')),
    CONSTRAINT tenant_configurations_sealed_value_size CHECK (
        octet_length(sealed_value) BETWEEN 29 AND 65536 + 29),
    CONSTRAINT tenant_configurations_description_length CHECK (
        length(description) BETWEEN 1 AND 500)
);

-- What counts over all settings of a tenant. Changes of its settings lock this row, so that they
-- come one after the other.
CREATE TABLE tenant_configuration_heads (
    tenant_id bigint NOT NULL,
    settings integer NOT NULL DEFAULT 0,
    -- The highest version of a setting that was deleted. A setting that is made anew begins above
    -- it: a caller who expects the version of the old one must not hit the new one.
    deleted_version_max bigint NOT NULL DEFAULT 0,
    -- Changes up to this place of the activity log are no longer among the changes below.
    compacted_sequence bigint NOT NULL DEFAULT 0,
    CONSTRAINT tenant_configuration_heads_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_configuration_heads_tenant_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_configuration_heads_settings_count CHECK (settings BETWEEN 0 AND 1000)
);

-- The last changes of a tenant's settings, as those who watch them see them: in the order of the
-- tenant's activity log, which is the order of their commits. The log itself would not do, because
-- it holds no long values and, being for ever, must not.
CREATE TABLE tenant_configuration_changes (
    tenant_id bigint NOT NULL,
    -- Which row of the log it is: its place, its time and its hash.
    sequence bigint NOT NULL,
    row_hash bytea NOT NULL,
    action text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    config_key text COLLATE "C" NOT NULL,
    config_type text COLLATE "C" NOT NULL,
    -- Null for a secret, and for what was deleted.
    config_value jsonb,
    is_sensitive boolean NOT NULL,
    description text,
    updated_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT tenant_configuration_changes_pkey PRIMARY KEY (tenant_id, sequence),
    CONSTRAINT tenant_configuration_changes_head_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_configuration_heads (tenant_id)
);

SELECT protect_tenant_table('tenant_configurations');
SELECT protect_tenant_table('tenant_configuration_heads');
SELECT protect_tenant_table('tenant_configuration_changes');

GRANT SELECT, INSERT, DELETE, UPDATE (config_value, sealed_value, description)
    ON tenant_configurations TO tenancy_app;
GRANT SELECT, INSERT, UPDATE (settings, deleted_version_max, compacted_sequence)
    ON tenant_configuration_heads TO tenancy_app;
GRANT SELECT, INSERT, DELETE ON tenant_configuration_changes TO tenancy_app;
GRANT SELECT ON tenant_configurations, tenant_configuration_heads, tenant_configuration_changes
    TO tenancy_platform;

-- Counts the settings, and gives versions, times and names.
CREATE FUNCTION advance_tenant_configuration() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE tenant_configuration_heads h
        SET settings = h.settings - 1,
            deleted_version_max = greatest(h.deleted_version_max, OLD.version)
        WHERE h.tenant_id = OLD.tenant_id;
        RETURN OLD;
    END IF;
    NEW.updated_by := coalesce(
        nullif(current_setting('tenancy.actor', true), ''), 'role:' || session_user);
    IF TG_OP = 'INSERT' THEN
        -- Counted once it is there: an insert that turns into an update is none.
        INSERT INTO tenant_configuration_heads AS h (tenant_id, settings)
        VALUES (NEW.tenant_id, 0)
        ON CONFLICT ON CONSTRAINT tenant_configuration_heads_pkey
        DO UPDATE SET settings = h.settings
        RETURNING h.deleted_version_max + 1 INTO NEW.version;
        NEW.created_at := clock_timestamp();
        NEW.updated_at := NEW.created_at;
        RETURN NEW;
    END IF;
    IF (NEW.tenant_id, NEW.config_key, NEW.config_type)
        IS DISTINCT FROM (OLD.tenant_id, OLD.config_key, OLD.config_type)
    THEN
        RAISE EXCEPTION 'the key and the type of a setting never change'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'tenant_configurations_config_type_immutable';
    END IF;
    IF OLD.sealed_value IS NOT NULL AND NEW.sealed_value IS NULL THEN
        RAISE EXCEPTION 'a secret setting never becomes a plain one'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'tenant_configurations_is_sensitive_stays';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.created_at := OLD.created_at;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    RETURN NEW;
END
$$;

CREATE TRIGGER tenant_configurations_advance
    BEFORE INSERT OR UPDATE OR DELETE ON tenant_configurations
    FOR EACH ROW EXECUTE FUNCTION advance_tenant_configuration();

-- A value as the log shows it: what is long is left out, as the log is for ever.
CREATE FUNCTION logged_config_value(p_name text, p_value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN octet_length(p_value::text) <= 1024 THEN jsonb_build_object(p_name, p_value)
        ELSE '{}'::jsonb
    END
$$;

-- Logs a change of a setting, and keeps it for those who watch. The value of a secret is in
-- neither, nor is the one that a setting had in clear before it became a secret.
CREATE FUNCTION log_tenant_config_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_action text := CASE TG_OP
        WHEN 'INSERT' THEN 'config_created'
        WHEN 'UPDATE' THEN 'config_updated'
        ELSE 'config_deleted' END;
    v_row tenant_configurations;
    v_details jsonb;
    v_sequence bigint;
    v_compacted bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        v_row := OLD;
    ELSE
        v_row := NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        UPDATE tenant_configuration_heads h SET settings = h.settings + 1
        WHERE h.tenant_id = v_row.tenant_id;
    END IF;
    v_details := jsonb_build_object(
        'config_type', v_row.config_type, 'is_sensitive', v_row.sealed_value IS NOT NULL,
        'version', v_row.version);
    IF v_row.sealed_value IS NULL THEN
        IF TG_OP <> 'INSERT' THEN
            v_details := v_details || logged_config_value('old_value', OLD.config_value);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            v_details := v_details || logged_config_value('new_value', NEW.config_value);
        END IF;
    END IF;
    v_sequence := append_tenant_activity(
        v_row.tenant_id, v_action, 'configuration', v_row.config_key, v_details);
    INSERT INTO tenant_configuration_changes (
        tenant_id, sequence, row_hash, action, changed_at, config_key, config_type, config_value,
        is_sensitive, description, updated_by, created_at, updated_at, version)
    SELECT v_row.tenant_id, v_sequence, h.row_hash, v_action, h.created_at, v_row.config_key,
        v_row.config_type, CASE WHEN TG_OP <> 'DELETE' THEN v_row.config_value END,
        v_row.sealed_value IS NOT NULL, v_row.description, v_row.updated_by, v_row.created_at,
        v_row.updated_at, v_row.version
    FROM tenant_activity_heads h WHERE h.tenant_id = v_row.tenant_id;
    -- The last thousand stay. The log's head is locked, so nobody else adds or removes any.
    WITH gone AS (
        DELETE FROM tenant_configuration_changes c
        WHERE c.tenant_id = v_row.tenant_id AND c.sequence <= (
            SELECT o.sequence FROM tenant_configuration_changes o
            WHERE o.tenant_id = v_row.tenant_id
            ORDER BY o.sequence DESC OFFSET 1000 LIMIT 1)
        RETURNING c.sequence)
    SELECT max(gone.sequence) INTO v_compacted FROM gone;
    IF v_compacted IS NOT NULL THEN
        UPDATE tenant_configuration_heads h SET compacted_sequence = v_compacted
        WHERE h.tenant_id = v_row.tenant_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_configurations_log
    AFTER INSERT OR UPDATE OR DELETE ON tenant_configurations
    FOR EACH ROW EXECUTE FUNCTION log_tenant_config_change();

GRANT EXECUTE ON FUNCTION logged_config_value(text, jsonb) TO tenancy_app;
