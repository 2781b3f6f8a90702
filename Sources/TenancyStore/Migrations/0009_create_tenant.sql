-- The subscription a new tenant gets. Its period is the calendar month in the tenant's time zone.
CREATE FUNCTION create_tenant_subscription(
    p_tenant_id bigint, p_plan text, p_status text, p_time_zone text)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO tenant_subscriptions (
        tenant_id, plan, status, trial_ends_at, period_start, period_end,
        max_users, max_api_calls, max_storage_bytes, max_transactions)
    SELECT
        p_tenant_id, p.plan, p_status,
        CASE WHEN p_status = 'trial' THEN now() + make_interval(days => p.trial_days) END,
        month.first AT TIME ZONE p_time_zone,
        (month.first + interval '1 month') AT TIME ZONE p_time_zone,
        p.max_users, p.max_api_calls, p.max_storage_bytes, p.max_transactions
    FROM plans p
    CROSS JOIN (SELECT date_trunc('month', now() AT TIME ZONE p_time_zone)) AS month (first)
    WHERE p.plan = p_plan
$$;

-- Registers a tenant: directories, tenant, trial subscription and, by triggers, the first rows of
-- its log. outcome is created, replayed, validated (p_validate_only) or key_reused; for the last
-- two there is no tenant in the answer. A code or a domain that is taken is a unique_violation of
-- the directory's primary key.
CREATE FUNCTION create_tenant(
    p_tenant_code text, p_tenant_name text, p_tenant_type text, p_admin_email text,
    p_status text DEFAULT 'active', p_domain text DEFAULT NULL, p_logo_url text DEFAULT NULL,
    p_primary_color text DEFAULT NULL, p_secondary_color text DEFAULT NULL,
    p_support_email text DEFAULT NULL, p_regulatory_body text DEFAULT NULL,
    p_license_number text DEFAULT NULL, p_settings jsonb DEFAULT '{}',
    p_features jsonb DEFAULT '{}', p_time_zone text DEFAULT 'Asia/Kolkata',
    p_idempotency_key text DEFAULT NULL, p_request_hash bytea DEFAULT NULL,
    p_validate_only boolean DEFAULT false)
RETURNS TABLE (outcome text, tenant tenants)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_key platform_idempotency_keys;
    v_tenant_id bigint;
BEGIN
    IF p_idempotency_key IS NOT NULL THEN
        IF p_validate_only THEN
            SELECT k.* INTO v_key FROM platform_idempotency_keys k
            WHERE k.key = p_idempotency_key AND k.expires_at > clock_timestamp();
        ELSE
            -- The insert waits for a call in flight with the same key. If that call fails, its key
            -- goes with it, and this one does the work.
            INSERT INTO platform_idempotency_keys AS k (key, method, request_hash)
            VALUES (p_idempotency_key, 'CreateTenant', p_request_hash)
            ON CONFLICT ON CONSTRAINT platform_idempotency_keys_pkey DO UPDATE
            SET method = excluded.method, request_hash = excluded.request_hash, response = NULL,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE k.expires_at <= clock_timestamp();
            IF NOT FOUND THEN
                SELECT k.* INTO v_key FROM platform_idempotency_keys k
                WHERE k.key = p_idempotency_key;
            END IF;
        END IF;
        IF v_key.key IS NOT NULL THEN
            IF v_key.method = 'CreateTenant' AND v_key.request_hash = p_request_hash THEN
                outcome := 'replayed';
                tenant := jsonb_populate_record(
                    NULL::tenants, convert_from(v_key.response, 'UTF8')::jsonb);
            ELSE
                outcome := 'key_reused';
            END IF;
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;

    -- Looked up before a number is drawn, because numbers that are drawn are not given back. Two
    -- calls at once still meet at the primary key.
    IF EXISTS (SELECT FROM tenant_codes c WHERE c.tenant_code = p_tenant_code) THEN
        RAISE EXCEPTION 'the tenant code is taken'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'tenant_codes_pkey';
    END IF;
    IF EXISTS (SELECT FROM tenant_domains d WHERE d.domain = p_domain) THEN
        RAISE EXCEPTION 'the domain is taken'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'tenant_domains_pkey';
    END IF;
    BEGIN
        PERFORM now() AT TIME ZONE p_time_zone;
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE EXCEPTION 'the time zone is not known'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tenants_time_zone_known';
    END;
    IF p_validate_only THEN
        outcome := 'validated';
        RETURN NEXT;
        RETURN;
    END IF;

    v_tenant_id := nextval('tenants_id_seq');
    INSERT INTO tenant_codes (tenant_code, tenant_id) VALUES (p_tenant_code, v_tenant_id);
    IF p_domain IS NOT NULL THEN
        INSERT INTO tenant_domains (domain, tenant_id) VALUES (p_domain, v_tenant_id);
    END IF;
    INSERT INTO tenants AS t (
        id, tenant_code, tenant_name, tenant_type, status, domain, logo_url, primary_color,
        secondary_color, admin_email, support_email, regulatory_body, license_number, settings,
        features, time_zone)
    VALUES (
        v_tenant_id, p_tenant_code, p_tenant_name, p_tenant_type, p_status, p_domain, p_logo_url,
        p_primary_color, p_secondary_color, p_admin_email, p_support_email, p_regulatory_body,
        p_license_number, p_settings, p_features, p_time_zone)
    RETURNING t.* INTO tenant;
    PERFORM create_tenant_subscription(v_tenant_id, 'starter', 'trial', p_time_zone);
    IF p_idempotency_key IS NOT NULL THEN
        UPDATE platform_idempotency_keys k
        SET response = convert_to(to_jsonb(tenant)::text, 'UTF8')
        WHERE k.key = p_idempotency_key;
    END IF;
    outcome := 'created';
    RETURN NEXT;
END
$$;

GRANT EXECUTE ON FUNCTION
    create_tenant_subscription(bigint, text, text, text),
    create_tenant(
        text, text, text, text, text, text, text, text, text, text, text, text, jsonb, jsonb,
        text, text, bytea, boolean)
TO tenancy_platform;
