-- How every change of a tenant begins and ends, so that each is admitted once, and answered the
-- same however often it is tried.

-- A key that is claimed has no answer until its transaction commits one.
ALTER TABLE idempotency_keys ALTER COLUMN response DROP NOT NULL;

-- Locks the tenant against a change of its status, then claims the idempotency key. outcome is
--   not_found   no such tenant in this scope
--   proceed     nothing stands in the way; tenant_status is the tenant's under the lock
--   replayed    done before under this key; response is the answer of then
--   key_reused  the key was used for another request
-- p_lock is 'update' for a change of the tenant itself, else 'share'. A kept answer is decided
-- before
-- the tenant's status: whoever retries what was done must hear that it was.
CREATE FUNCTION begin_tenant_change(
    p_tenant_id bigint, p_lock text, p_method text, p_idempotency_key text, p_request_hash bytea,
    p_validate_only boolean)
RETURNS TABLE (outcome text, tenant_status text, response bytea)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_key idempotency_keys;
BEGIN
    IF p_lock = 'update' THEN
        SELECT t.status INTO tenant_status FROM tenants t
        WHERE t.id = p_tenant_id FOR NO KEY UPDATE;
    ELSE
        SELECT t.status INTO tenant_status FROM tenants t
        WHERE t.id = p_tenant_id FOR SHARE;
    END IF;
    IF NOT FOUND THEN
        outcome := 'not_found';
        RETURN NEXT;
        RETURN;
    END IF;
    outcome := 'proceed';
    IF p_idempotency_key IS NOT NULL THEN
        IF p_validate_only THEN
            SELECT k.* INTO v_key FROM idempotency_keys k
            WHERE k.tenant_id = p_tenant_id AND k.key = p_idempotency_key
              AND k.expires_at > clock_timestamp();
        ELSE
            -- The insert waits for a call in flight with the same key. If that call fails, its key
            -- goes with it, and this one does the work.
            INSERT INTO idempotency_keys AS k (tenant_id, key, method, request_hash)
            VALUES (p_tenant_id, p_idempotency_key, p_method, p_request_hash)
            ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE
            SET method = excluded.method, request_hash = excluded.request_hash, response = NULL,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE k.expires_at <= clock_timestamp();
            IF NOT FOUND THEN
                SELECT k.* INTO v_key FROM idempotency_keys k
                WHERE k.tenant_id = p_tenant_id AND k.key = p_idempotency_key;
            END IF;
        END IF;
        IF v_key.key IS NOT NULL THEN
            IF v_key.method = p_method AND v_key.request_hash = p_request_hash THEN
                outcome := 'replayed';
                response := v_key.response;
            ELSE
                outcome := 'key_reused';
            END IF;
        END IF;
    END IF;
    RETURN NEXT;
END
$$;

-- Keeps the answer of a change under the key that its beginning claimed.
CREATE FUNCTION keep_tenant_answer(
    p_tenant_id bigint, p_idempotency_key text, p_response bytea)
RETURNS void
LANGUAGE sql
AS $$
    UPDATE idempotency_keys k SET response = p_response
    WHERE k.tenant_id = p_tenant_id AND k.key = p_idempotency_key
$$;

-- A row lock needs the right to change something of the row. The columns are those that a tenant
-- changes of itself; its status is the platform's.
GRANT UPDATE (
    tenant_name, tenant_type, domain, logo_url, primary_color, secondary_color, admin_email,
    support_email, regulatory_body, license_number, settings, features, time_zone)
    ON tenants TO tenancy_app;
GRANT UPDATE ON tenants TO tenancy_platform;
GRANT INSERT, UPDATE ON idempotency_keys TO tenancy_platform;
GRANT EXECUTE ON FUNCTION
    begin_tenant_change(bigint, text, text, text, bytea, boolean),
    keep_tenant_answer(bigint, text, bytea)
TO tenancy_app, tenancy_platform;
