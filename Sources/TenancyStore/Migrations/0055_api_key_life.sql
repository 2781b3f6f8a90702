-- A key that is rotated: its successor takes over at a moment, until when both work. Both are of
-- one family, which has one hour, whichever of its keys is used.
ALTER TABLE tenant_api_keys
    -- Null for the first key of a family, whose number is the family's.
    ADD COLUMN family_id bigint,
    ADD COLUMN superseded_by bigint,
    ADD COLUMN superseded_at timestamptz,
    -- What api_key_hash is: 0 for the SHA-256 of the key, else its HMAC-SHA-256 under the pepper of
    -- this number, which the database does not know.
    ADD COLUMN hash_version integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT tenant_api_keys_family_fkey
        FOREIGN KEY (tenant_id, family_id) REFERENCES tenant_api_keys (tenant_id, key_id),
    ADD CONSTRAINT tenant_api_keys_superseded_by_fkey
        FOREIGN KEY (tenant_id, superseded_by) REFERENCES tenant_api_keys (tenant_id, key_id),
    ADD CONSTRAINT tenant_api_keys_superseded_whole CHECK (
        (superseded_by IS NULL) = (superseded_at IS NULL)),
    ADD CONSTRAINT tenant_api_keys_superseded_by_other CHECK (superseded_by <> key_id),
    ADD CONSTRAINT tenant_api_keys_hash_version_range CHECK (hash_version >= 0);

GRANT UPDATE (superseded_by, superseded_at) ON tenant_api_keys TO tenancy_app;
GRANT UPDATE (api_key_hash, hash_version) ON tenant_api_keys TO tenancy_platform;

-- What servers remember of keys. A hash that is replaced by another of the same key changes nothing
-- of that, and a key's use not much.
SELECT feed_tenant_changes('tenant_api_keys', 'last_used_at', 'api_key_hash', 'hash_version');

-- A key that was rotated is rotated once, and stays so.
CREATE FUNCTION keep_tenant_api_key_superseded() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a superseded key stays superseded'
        USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'tenant_api_keys_superseded_by_final';
END
$$;

CREATE TRIGGER tenant_api_keys_stay_superseded BEFORE UPDATE ON tenant_api_keys
    FOR EACH ROW WHEN (
        OLD.superseded_by IS NOT NULL
        AND (NEW.superseded_by, NEW.superseded_at)
            IS DISTINCT FROM (OLD.superseded_by, OLD.superseded_at))
    EXECUTE FUNCTION keep_tenant_api_key_superseded();

CREATE OR REPLACE FUNCTION log_tenant_api_key_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'api_key_created', 'api_key', NEW.key_id::text,
            jsonb_build_object(
                'key_name', NEW.key_name, 'permissions', to_jsonb(NEW.permissions),
                'rate_limit', NEW.rate_limit, 'allowed_ips', to_jsonb(NEW.allowed_ips),
                'expires_at', NEW.expires_at)
            || CASE WHEN NEW.family_id IS NULL THEN '{}'::jsonb
                ELSE jsonb_build_object('family_id', NEW.family_id) END);
    ELSIF NEW.status <> OLD.status THEN
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'api_key_revoked', 'api_key', NEW.key_id::text,
            jsonb_build_object('key_name', NEW.key_name));
    ELSE
        PERFORM append_tenant_activity(
            NEW.tenant_id, 'api_key_rotated', 'api_key', NEW.key_id::text,
            jsonb_build_object(
                'key_name', NEW.key_name, 'superseded_by', NEW.superseded_by,
                'superseded_at', NEW.superseded_at));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_api_keys_log_rotated AFTER UPDATE OF superseded_by ON tenant_api_keys
    FOR EACH ROW WHEN (OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL)
    EXECUTE FUNCTION log_tenant_api_key_change();

-- Whether a key works at a moment: of what ended it, the first counts. Time alone ends a key, and
-- no job has to come by for it.
DROP FUNCTION tenant_api_key_status(text, timestamptz, timestamptz);
CREATE FUNCTION tenant_api_key_status(
    p_status text, p_expires_at timestamptz, p_superseded_at timestamptz, p_now timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_status <> 'active' THEN p_status
        WHEN p_expires_at <= p_now
            AND (p_superseded_at IS NULL OR p_expires_at < p_superseded_at) THEN 'expired'
        WHEN p_superseded_at <= p_now THEN 'superseded'
        ELSE p_status END
$$;

-- Takes an amount from the hour of a key's family, if all of it is left and the key works; takes
-- nothing else. The hour is the one of the clock in UTC, and is counted under the family's number.
-- One statement decides and takes: after a wait for the row's lock Postgres evaluates the condition
-- again on the newest version. A clock that steps back does not give an hour a second time.
CREATE OR REPLACE FUNCTION take_api_key_rate(p_tenant_id bigint, p_key_id bigint, p_cost bigint)
RETURNS TABLE (
    admitted boolean, status text, used bigint, rate_limit bigint, decided_at timestamptz,
    resets_at timestamptz)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_window timestamptz;
    v_taken tenant_api_key_windows;
BEGIN
    decided_at := clock_timestamp();
    v_window := date_trunc('hour', decided_at, 'UTC');
    INSERT INTO tenant_api_key_windows AS w (tenant_id, key_id, window_start, used)
    SELECT k.tenant_id, coalesce(k.family_id, k.key_id), v_window, p_cost
    FROM tenant_api_keys k
    WHERE k.tenant_id = p_tenant_id AND k.key_id = p_key_id AND p_cost <= k.rate_limit
      AND tenant_api_key_status(
            k.status, k.expires_at, k.superseded_at, decided_at) = 'active'
    ON CONFLICT ON CONSTRAINT tenant_api_key_windows_pkey DO UPDATE
    SET used = excluded.used
            + CASE WHEN w.window_start < excluded.window_start THEN 0 ELSE w.used END,
        window_start = greatest(w.window_start, excluded.window_start)
    WHERE w.window_start < excluded.window_start
       OR p_cost <= (
            SELECT k.rate_limit FROM tenant_api_keys k
            WHERE k.tenant_id = p_tenant_id AND k.key_id = p_key_id) - w.used
    RETURNING w.* INTO v_taken;
    admitted := FOUND;
    SELECT tenant_api_key_status(k.status, k.expires_at, k.superseded_at, decided_at),
        k.rate_limit,
        coalesce(v_taken.used, CASE WHEN w.window_start < v_window THEN 0 ELSE w.used END, 0),
        greatest(v_window, w.window_start) + interval '1 hour'
    INTO status, rate_limit, used, resets_at
    FROM tenant_api_keys k
    LEFT JOIN tenant_api_key_windows w
        ON w.tenant_id = k.tenant_id AND w.key_id = coalesce(k.family_id, k.key_id)
    WHERE k.tenant_id = p_tenant_id AND k.key_id = p_key_id;
    RETURN NEXT;
END
$$;

-- Replaces the hashes of keys by better ones, for many at once; hashes are in hexadecimal digits. A
-- key that was changed meanwhile keeps what it has.
CREATE FUNCTION replace_api_key_hashes(
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
        WHERE k.api_key_hash = decode(n.hash, 'hex')
        ORDER BY k.tenant_id, k.key_id
        FOR NO KEY UPDATE OF k),
    replaced AS (
        UPDATE tenant_api_keys k SET api_key_hash = news.new_hash, hash_version = p_new_version
        FROM news
        WHERE k.tenant_id = news.tenant_id AND k.key_id = news.key_id
        RETURNING 1)
    SELECT count(*) FROM replaced
$$;

GRANT EXECUTE ON FUNCTION tenant_api_key_status(text, timestamptz, timestamptz, timestamptz)
TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    replace_api_key_hashes(bigint[], bigint[], text[], integer, text[])
TO tenancy_platform;
