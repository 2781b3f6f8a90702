-- What is kept of a tenant follows these rules from now on. Rows from before are held to a rule by
-- the next change of what it is about, and by none before: a tenant must stay one that can be
-- suspended.

-- A zone is kept as the database spells it, which takes any case: two spellings are one zone. The
-- setting of the session reads a zone's own name, and is again what it was after the function. The
-- name of the trigger comes before that of the one which drops changes that change nothing.
CREATE FUNCTION spell_tenant_time_zone() RETURNS trigger
LANGUAGE plpgsql SET TimeZone = 'UTC'
AS $$
BEGIN
    NEW.time_zone := set_config('TimeZone', NEW.time_zone, true);
    RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE EXCEPTION 'the time zone is not known'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'tenants_time_zone_known';
END
$$;

DROP TRIGGER tenants_time_zone ON tenants;
DROP FUNCTION check_tenant_time_zone();
CREATE TRIGGER tenants_a_insert_time_zone BEFORE INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION spell_tenant_time_zone();
CREATE TRIGGER tenants_a_change_time_zone BEFORE UPDATE ON tenants
    FOR EACH ROW WHEN (NEW.time_zone IS DISTINCT FROM OLD.time_zone)
    EXECUTE FUNCTION spell_tenant_time_zone();

CREATE FUNCTION check_tenant_rules() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.license_number IS NOT NULL AND NEW.regulatory_body IS NULL AND (
        TG_OP = 'INSERT' OR NEW.license_number IS DISTINCT FROM OLD.license_number
        OR OLD.regulatory_body IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a licence number comes with a regulatory body'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tenants_license_number_body';
    END IF;
    -- With an embedding, override or isolate of the bidirectional algorithm one name looks like
    -- another.
    IF NEW.tenant_name ~ '[\u202a-\u202e\u2066-\u2069]' AND (
        TG_OP = 'INSERT' OR NEW.tenant_name <> OLD.tenant_name)
    THEN
        RAISE EXCEPTION 'a tenant name turns no direction of text'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tenants_tenant_name_direction';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tenants_rules BEFORE INSERT OR UPDATE ON tenants
    FOR EACH ROW EXECUTE FUNCTION check_tenant_rules();
