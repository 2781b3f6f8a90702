-- What a key or a token has ended for is not done by what was under way: the last step of a change
-- that is made with one confirms it, and an end is not over before every change that was confirmed
-- is.

-- How often tokens were revoked: a token says how often that was when it was issued. Numbers are
-- compared, and not times, since the clocks of servers differ.
ALTER TABLE tenant_token_revocations
    ADD COLUMN generation bigint NOT NULL DEFAULT 1,
    ADD CONSTRAINT tenant_token_revocations_generation_positive CHECK (generation > 0);

GRANT UPDATE (generation) ON tenant_token_revocations TO tenancy_app;

-- The generation of a key's tokens: it grows with every revocation, of its own or of all.
CREATE FUNCTION tenant_token_generation(p_tenant_id bigint, p_key_id bigint)
RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(r.generation), 0)::bigint FROM tenant_token_revocations r
    WHERE r.tenant_id = p_tenant_id AND r.key_id IN (0, p_key_id)
$$;

-- The last step of a change that is made with a key, or with a token of a generation: fails unless
-- it still works, and holds off until the commit what would end it. What this transaction itself
-- has ended was good before. Locks of rows would not do: one change after another could share them,
-- and a revocation wait for ever; these queue. They are taken behind every other lock, and so are
-- held for the time of a commit, however long the change has waited before.
CREATE FUNCTION confirm_tenant_api_key(p_tenant_id bigint, p_key_id bigint, p_generation bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_own xid := pg_current_xact_id()::xid;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('tenant_api_keys', p_tenant_id));
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
    THEN
        RAISE EXCEPTION 'the key of the caller has ended'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tenant_api_keys_caller_works';
    END IF;
END
$$;

-- The other side: what ends keys or tokens waits for the changes that were confirmed.
CREATE FUNCTION outlast_api_key_changes() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tenant_api_keys', NEW.tenant_id));
    RETURN NULL;
END
$$;

-- By their names they come behind the triggers that write the log, whose lock is taken before this
-- one by everybody.
CREATE TRIGGER tenant_api_keys_outlast_changes
    AFTER UPDATE OF status, superseded_by ON tenant_api_keys
    FOR EACH ROW EXECUTE FUNCTION outlast_api_key_changes();
CREATE TRIGGER tenant_token_revocations_outlast_changes
    AFTER INSERT OR UPDATE ON tenant_token_revocations
    FOR EACH ROW EXECUTE FUNCTION outlast_api_key_changes();

-- Replaces the hashes of keys by better ones, as before, and never by those of an older pepper:
-- while a pepper comes in, some servers have it and others do not yet.
CREATE OR REPLACE FUNCTION replace_api_key_hashes(
    p_tenant_ids bigint[], p_key_ids bigint[], p_hashes text[], p_new_version integer,
    p_new_hashes text[])
RETURNS bigint
LANGUAGE sql
AS $$
    -- Locked in one order, so that two servers with the same keys do not lock each other out.
    WITH news AS (
        SELECT k.tenant_id, k.key_id, decode(n.new_hash, 'hex') AS new_hash
        FROM unnest(p_tenant_ids, p_key_ids, p_hashes, p_new_hashes)
            AS n (tenant_id, key_id, hash, new_hash)
        JOIN tenant_api_keys k ON k.tenant_id = n.tenant_id AND k.key_id = n.key_id
        WHERE k.api_key_hash = decode(n.hash, 'hex') AND k.hash_version < p_new_version
        ORDER BY k.tenant_id, k.key_id
        FOR NO KEY UPDATE OF k),
    replaced AS (
        UPDATE tenant_api_keys k SET api_key_hash = news.new_hash, hash_version = p_new_version
        FROM news
        WHERE k.tenant_id = news.tenant_id AND k.key_id = news.key_id
        RETURNING 1)
    SELECT count(*) FROM replaced
$$;

GRANT EXECUTE ON FUNCTION
    tenant_token_generation(bigint, bigint), confirm_tenant_api_key(bigint, bigint, bigint)
TO tenancy_app;
