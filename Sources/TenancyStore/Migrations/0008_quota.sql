-- The standing of every resource of a tenant, one row each, in units (bytes for storage).
CREATE FUNCTION tenant_quota_standing(p_tenant_id bigint)
RETURNS TABLE (
    resource_type text, current_units bigint, reserved_units bigint, max_units bigint,
    tenant_status text, subscription_status text)
LANGUAGE sql STABLE ROWS 4
AS $$
    SELECT r.resource_type, r.current_units, r.reserved_units, r.max_units, t.status, s.status
    FROM tenant_subscriptions s
    JOIN tenants t ON t.id = s.tenant_id
    CROSS JOIN LATERAL (VALUES
        ('users', s.current_users, s.reserved_users, s.max_users),
        ('api_calls', s.current_api_calls, s.reserved_api_calls, s.max_api_calls),
        ('storage', s.current_storage_bytes, s.reserved_storage_bytes, s.max_storage_bytes),
        ('transactions', s.current_transactions, s.reserved_transactions, s.max_transactions)
    ) AS r (resource_type, current_units, reserved_units, max_units)
    WHERE s.tenant_id = p_tenant_id
$$;

-- Refuses a name that is not a resource, so that a misspelling is never an unlimited one.
CREATE FUNCTION assert_resource_type(p_resource_type text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    IF p_resource_type IS NULL
        OR p_resource_type NOT IN ('users', 'api_calls', 'storage', 'transactions')
    THEN
        RAISE EXCEPTION
            'resource_type must be users, api_calls, storage or transactions'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'resource_type';
    END IF;
END
$$;

-- Whether a tenant has units of a resource left. Storage is shown in gigabytes.
CREATE FUNCTION check_tenant_quota(p_tenant_id bigint, p_resource_type text)
RETURNS TABLE (
    quota_available boolean, current_usage numeric, max_allowed numeric, usage_percentage numeric)
LANGUAGE plpgsql STABLE ROWS 1
AS $$
BEGIN
    PERFORM assert_resource_type(p_resource_type);
    RETURN QUERY
        SELECT
            q.current_units + q.reserved_units::numeric < q.max_units,
            trim_scale(round(q.current_units / scale.unit, 9)),
            trim_scale(round(q.max_units / scale.unit, 9)),
            CASE
                WHEN q.max_units > 0 THEN round(q.current_units * 100.0 / q.max_units, 2)
                WHEN q.current_units > 0 THEN 100.00
                ELSE 0.00
            END
        FROM tenant_quota_standing(p_tenant_id) q
        CROSS JOIN (
            SELECT CASE p_resource_type WHEN 'storage' THEN 1000000000.0 ELSE 1.0 END
        ) AS scale (unit)
        WHERE q.resource_type = p_resource_type;
END
$$;

-- Takes an amount if all of it is left, or takes nothing: counter, day and log in one transaction.
--
-- outcome is
--   admitted               taken; the numbers are those after it
--   validated              would have been taken (p_validate_only)
--   replayed               taken before under this key; the numbers are those of then
--   denied                 not left; the numbers are those that refused
--   key_reused             the key was used for another request
--   tenant_inactive        the tenant may not work; nothing taken
--   subscription_inactive  its subscription has lapsed; nothing taken
--   not_found              no such tenant in this scope
--
-- Whatever is not admitted changes no row. A kept answer is decided before any limit: whoever
-- retries what was admitted must hear that it was, even if nothing is left since.
CREATE FUNCTION consume_tenant_quota(
    p_tenant_id bigint, p_resource_type text, p_amount bigint,
    p_idempotency_key text DEFAULT NULL, p_request_hash bytea DEFAULT NULL,
    p_validate_only boolean DEFAULT false)
RETURNS TABLE (
    outcome text, current_units bigint, reserved_units bigint, max_units bigint,
    decided_at timestamptz)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_key idempotency_keys;
    v_answer jsonb;
    v_time_zone text;
    v_tenant_status text;
    v_subscription_status text;
BEGIN
    PERFORM assert_resource_type(p_resource_type);
    IF p_amount IS NULL OR p_amount < 1 THEN
        RAISE EXCEPTION 'amount must be at least 1'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'amount';
    END IF;

    IF p_idempotency_key IS NOT NULL THEN
        -- Two calls with one key must not both find it unused. The row that the taking locks anyway
        -- keeps them apart; writing the key first and deleting it on a denial would leave dead
        -- rows.
        PERFORM FROM tenant_subscriptions s
        WHERE s.tenant_id = p_tenant_id FOR NO KEY UPDATE;
        SELECT k.* INTO v_key FROM idempotency_keys k
        WHERE k.tenant_id = p_tenant_id AND k.key = p_idempotency_key
          AND k.expires_at > clock_timestamp();
        IF FOUND THEN
            IF v_key.method = 'Consume' AND v_key.request_hash = p_request_hash THEN
                v_answer := convert_from(v_key.response, 'UTF8')::jsonb;
                RETURN QUERY SELECT
                    'replayed'::text, (v_answer ->> 'current_units')::bigint,
                    (v_answer ->> 'reserved_units')::bigint, (v_answer ->> 'max_units')::bigint,
                    (v_answer ->> 'decided_at')::timestamptz;
            ELSE
                RETURN QUERY SELECT
                    'key_reused'::text, 0::bigint, 0::bigint, 0::bigint, clock_timestamp();
            END IF;
            RETURN;
        END IF;
    END IF;

    decided_at := clock_timestamp();
    IF NOT p_validate_only THEN
        -- The condition is a comparison with what is left: adding first could overflow. After a
        -- wait for the row's lock Postgres evaluates it again on the newest version.
        UPDATE tenant_subscriptions s
        SET current_users = s.current_users
                + CASE p_resource_type WHEN 'users' THEN p_amount ELSE 0 END,
            current_api_calls = s.current_api_calls
                + CASE p_resource_type WHEN 'api_calls' THEN p_amount ELSE 0 END,
            current_storage_bytes = s.current_storage_bytes
                + CASE p_resource_type WHEN 'storage' THEN p_amount ELSE 0 END,
            current_transactions = s.current_transactions
                + CASE p_resource_type WHEN 'transactions' THEN p_amount ELSE 0 END
        FROM tenants t
        WHERE s.tenant_id = p_tenant_id AND t.id = p_tenant_id
          AND t.status = 'active' AND s.status IN ('trial', 'active')
          AND p_amount <= CASE p_resource_type
                WHEN 'users' THEN s.max_users - s.current_users - s.reserved_users
                WHEN 'api_calls' THEN
                    s.max_api_calls - s.current_api_calls - s.reserved_api_calls
                WHEN 'storage' THEN
                    s.max_storage_bytes - s.current_storage_bytes - s.reserved_storage_bytes
                WHEN 'transactions' THEN
                    s.max_transactions - s.current_transactions - s.reserved_transactions
            END
        RETURNING
            CASE p_resource_type
                WHEN 'users' THEN s.current_users WHEN 'api_calls' THEN s.current_api_calls
                WHEN 'storage' THEN s.current_storage_bytes ELSE s.current_transactions END,
            CASE p_resource_type
                WHEN 'users' THEN s.reserved_users WHEN 'api_calls' THEN s.reserved_api_calls
                WHEN 'storage' THEN s.reserved_storage_bytes ELSE s.reserved_transactions END,
            CASE p_resource_type
                WHEN 'users' THEN s.max_users WHEN 'api_calls' THEN s.max_api_calls
                WHEN 'storage' THEN s.max_storage_bytes ELSE s.max_transactions END,
            t.time_zone
        INTO current_units, reserved_units, max_units, v_time_zone;

        IF FOUND THEN
            -- After the lock: the day is the one of the taking, not of the waiting.
            decided_at := clock_timestamp();
            INSERT INTO tenant_resource_usage AS u (tenant_id, usage_date, resource_type, used)
            VALUES (
                p_tenant_id, (decided_at AT TIME ZONE v_time_zone)::date, p_resource_type,
                p_amount)
            ON CONFLICT ON CONSTRAINT tenant_resource_usage_pkey
            DO UPDATE SET used = u.used + excluded.used;
            IF p_idempotency_key IS NOT NULL THEN
                INSERT INTO idempotency_keys AS k (tenant_id, key, method, request_hash, response)
                VALUES (
                    p_tenant_id, p_idempotency_key, 'Consume', p_request_hash,
                    convert_to(jsonb_build_object(
                        'current_units', current_units, 'reserved_units', reserved_units,
                        'max_units', max_units, 'decided_at', decided_at)::text, 'UTF8'))
                -- Only a key that has expired can be there.
                ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE
                SET method = excluded.method, request_hash = excluded.request_hash,
                    response = excluded.response, created_at = excluded.created_at,
                    expires_at = excluded.expires_at;
            END IF;
            outcome := 'admitted';
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;

    SELECT q.current_units, q.reserved_units, q.max_units, q.tenant_status, q.subscription_status
    INTO current_units, reserved_units, max_units, v_tenant_status, v_subscription_status
    FROM tenant_quota_standing(p_tenant_id) q WHERE q.resource_type = p_resource_type;
    outcome := CASE
        WHEN NOT FOUND THEN 'not_found'
        WHEN v_tenant_status <> 'active' THEN 'tenant_inactive'
        WHEN v_subscription_status NOT IN ('trial', 'active') THEN 'subscription_inactive'
        WHEN p_validate_only AND p_amount <= max_units - current_units - reserved_units
            THEN 'validated'
        ELSE 'denied'
    END;
    current_units := coalesce(current_units, 0);
    reserved_units := coalesce(reserved_units, 0);
    max_units := coalesce(max_units, 0);
    RETURN NEXT;
END
$$;

-- Records usage by the same path as every other taking, and under the same limits. False when the
-- tenant has not so much left, and then nothing was recorded.
CREATE FUNCTION increment_tenant_resource_usage(
    p_tenant_id bigint, p_resource_type text, p_increment bigint DEFAULT 1)
RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_outcome text;
BEGIN
    SELECT c.outcome INTO v_outcome
    FROM consume_tenant_quota(p_tenant_id, p_resource_type, p_increment) c;
    IF v_outcome = 'not_found' THEN
        RAISE EXCEPTION 'there is no tenant % in this scope', p_tenant_id
            USING ERRCODE = 'no_data_found';
    END IF;
    RETURN v_outcome = 'admitted';
END
$$;

GRANT EXECUTE ON FUNCTION
    assert_resource_type(text), tenant_quota_standing(bigint), check_tenant_quota(bigint, text)
TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    consume_tenant_quota(bigint, text, bigint, text, bytea, boolean),
    increment_tenant_resource_usage(bigint, text, bigint)
TO tenancy_app;
