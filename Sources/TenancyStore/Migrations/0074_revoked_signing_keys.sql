-- The end of a signing key: whoever ends it, by a call or by hand, is written down in its row,
-- which no role of the service's may remove; every server hears of it as of a change of a tenant's;
-- and what was under way with a token that it signed is not done.

ALTER TABLE token_signing_keys
    ADD COLUMN revoked_by text,
    ADD COLUMN revoked_from inet,
    ADD COLUMN revocation_reason text,
    ADD CONSTRAINT token_signing_keys_revoked_by_whole CHECK (
        (revoked_at IS NULL) = (revoked_by IS NULL)),
    ADD CONSTRAINT token_signing_keys_revocation_reason_length CHECK (
        length(revocation_reason) <= 500);

GRANT UPDATE (revoked_at, revocation_reason) ON token_signing_keys TO tenancy_platform;

-- Who asked is of the transaction, and not for the statement to say. A key that has ended has ended
-- for good, and for the reason of the first time.
CREATE FUNCTION note_signing_key_revocation() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'the revocation of a signing key never changes'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'token_signing_keys_revocation_final';
    END IF;
    IF NEW.revoked_at IS NULL THEN
        RAISE EXCEPTION 'nothing else of the end of a signing key is written'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'token_signing_keys_revocation_final';
    END IF;
    NEW.revoked_by := coalesce(
        nullif(current_setting('tenancy.actor', true), ''), 'role:' || session_user);
    NEW.revoked_from := nullif(current_setting('tenancy.actor_address', true), '')::inet;
    RETURN NEW;
END
$$;

CREATE TRIGGER token_signing_keys_revocation
    BEFORE UPDATE OF revoked_at, revoked_by, revoked_from, revocation_reason ON token_signing_keys
    FOR EACH ROW EXECUTE FUNCTION note_signing_key_revocation();

-- What ends a signing key waits for the changes that were confirmed by it and are committing.
CREATE FUNCTION outlast_signing_key_changes() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('token_signing_keys', 0));
    RETURN NULL;
END
$$;

CREATE TRIGGER token_signing_keys_outlast_changes AFTER UPDATE OF revoked_at ON token_signing_keys
    FOR EACH ROW EXECUTE FUNCTION outlast_signing_key_changes();

-- The platform's own row of the feed has the number 0, which no tenant has. Runs with the owner's
-- rights: nobody else may write the feed.
CREATE FUNCTION note_platform_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO tenant_change_feed AS f (tenant_id, changed_by)
    VALUES (0, pg_current_xact_id())
    ON CONFLICT ON CONSTRAINT tenant_change_feed_pkey
    DO UPDATE SET changed_by = excluded.changed_by
    WHERE f.changed_by <> excluded.changed_by;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER change_feed_rows AFTER INSERT OR UPDATE OR DELETE ON token_signing_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_platform_change();

-- Ends a key, or tells when it was ended; no row for a key that there is not. What is only
-- validated ends nothing, and tells null of a key that works.
CREATE FUNCTION revoke_token_signing_key(p_kid text, p_reason text, p_validate_only boolean)
RETURNS SETOF timestamptz
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_revoked_at timestamptz;
BEGIN
    SELECT k.revoked_at INTO v_revoked_at FROM token_signing_keys k
    WHERE k.kid = p_kid FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF v_revoked_at IS NULL AND NOT p_validate_only THEN
        UPDATE token_signing_keys k
        SET revoked_at = clock_timestamp(), revocation_reason = p_reason
        WHERE k.kid = p_kid
        RETURNING k.revoked_at INTO v_revoked_at;
    END IF;
    RETURN NEXT v_revoked_at;
END
$$;

GRANT EXECUTE ON FUNCTION revoke_token_signing_key(text, text, boolean) TO tenancy_platform;

-- Whether tokens of a key are good; with the owner's rights, since the keys are the platform's.
CREATE FUNCTION signing_key_works(p_kid text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM token_signing_keys k WHERE k.kid = p_kid AND k.revoked_at IS NULL)
$$;

-- As before, and of a token the key that signed it too.
DROP FUNCTION confirm_tenant_api_key(bigint, bigint, bigint);
CREATE FUNCTION confirm_tenant_api_key(
    p_tenant_id bigint, p_key_id bigint, p_generation bigint, p_signing_key text)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_own xid := pg_current_xact_id()::xid;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('tenant_api_keys', p_tenant_id));
    IF p_signing_key IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('token_signing_keys', 0));
    END IF;
    -- A statement of its own, so that it sees what was committed during the wait.
    IF NOT EXISTS (
        SELECT FROM tenant_api_keys k
        WHERE k.tenant_id = p_tenant_id AND k.key_id = p_key_id
          AND (k.xmin = v_own OR tenant_api_key_status(
                k.status, k.expires_at, k.superseded_at, clock_timestamp()) = 'active'))
        OR p_generation < (
            SELECT coalesce(sum(r.generation - (r.xmin = v_own)::integer), 0)
            FROM tenant_token_revocations r
            WHERE r.tenant_id = p_tenant_id AND r.key_id IN (0, p_key_id))
        OR p_signing_key IS NOT NULL AND NOT signing_key_works(p_signing_key)
    THEN
        RAISE EXCEPTION 'the key of the caller has ended'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tenant_api_keys_caller_works';
    END IF;
END
$$;

GRANT EXECUTE ON FUNCTION
    signing_key_works(text), confirm_tenant_api_key(bigint, bigint, bigint, text)
TO tenancy_app;
