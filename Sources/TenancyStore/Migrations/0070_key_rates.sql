-- The hourly calls of API keys are an account of the ledger, one for each family of keys: servers
-- draw leases from its hour as they do from a tenant's month, and give calls from memory. What is
-- counted for a family is in its row of tenant_api_key_windows.
DROP FUNCTION take_api_key_rate(bigint, bigint, bigint);

ALTER TABLE tenant_api_key_windows
    ADD COLUMN leased bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT tenant_api_key_windows_leased_positive CHECK (leased >= 0);

REVOKE INSERT, UPDATE ON tenant_api_key_windows FROM tenancy_app;
REVOKE UPDATE (window_start, used) ON tenant_api_key_windows FROM tenancy_app;
GRANT INSERT, UPDATE (window_start, used, leased) ON tenant_api_key_windows TO tenancy_platform;

ALTER TABLE tenant_quota_leases
    DROP CONSTRAINT tenant_quota_leases_resource_type_known,
    ADD CONSTRAINT tenant_quota_leases_resource_type_known CHECK (
        resource_type IN ('users', 'api_calls', 'storage', 'transactions', 'key_calls'));

-- The youngest key of a family is found by it: its limit is the family's.
CREATE INDEX tenant_api_keys_family ON tenant_api_keys (tenant_id, family_id, key_id)
WHERE family_id IS NOT NULL;

-- The limit of a family of keys, which is that of the youngest; null when there is no such family.
CREATE FUNCTION api_key_family_rate(p_tenant_id bigint, p_family_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            (SELECT y.rate_limit FROM tenant_api_keys y
                WHERE y.tenant_id = p_tenant_id AND y.family_id = p_family_id
                ORDER BY y.key_id DESC LIMIT 1),
            k.rate_limit)
        FROM tenant_api_keys k WHERE k.tenant_id = p_tenant_id AND k.key_id = p_family_id);
END
$$;

-- The present hour of a family of keys: the one of the clock in UTC. A clock that steps back does
-- not give an hour a second time. Only called under the lock of the tenant's subscription, which
-- keeps everybody else from the row.
CREATE FUNCTION lock_api_key_hour(p_tenant_id bigint, p_family_id bigint) RETURNS quota_counter
LANGUAGE plpgsql
AS $$
DECLARE
    v_counter quota_counter;
    v_hour timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
    v_limit bigint := api_key_family_rate(p_tenant_id, p_family_id);
    v_window tenant_api_key_windows;
BEGIN
    IF v_limit IS NULL THEN
        v_counter.state := 'absent';
        RETURN v_counter;
    END IF;
    SELECT w.* INTO v_window FROM tenant_api_key_windows w
    WHERE w.tenant_id = p_tenant_id AND w.key_id = p_family_id;
    IF NOT FOUND OR v_window.window_start < v_hour THEN
        INSERT INTO tenant_api_key_windows AS w (tenant_id, key_id, window_start, used, leased)
        VALUES (p_tenant_id, p_family_id, v_hour, 0, 0)
        ON CONFLICT ON CONSTRAINT tenant_api_key_windows_pkey DO UPDATE
        SET window_start = excluded.window_start, used = 0, leased = 0
        RETURNING w.* INTO v_window;
        -- A month has one lease of each holder, hours would leave many behind.
        DELETE FROM tenant_quota_leases l
        WHERE l.tenant_id = p_tenant_id AND l.resource_type = 'key_calls'
          AND l.subject = p_family_id::text AND l.period_start < v_hour - interval '1 hour'
          AND l.granted = l.spent + l.returned + l.lost;
    END IF;
    v_counter.state := 'open';
    v_counter.period_start := v_window.window_start;
    v_counter.valid_until := v_window.window_start + interval '1 hour';
    v_counter.max_units := v_limit;
    v_counter.allowance := v_limit;
    v_counter.used := v_window.used;
    v_counter.reserved := 0;
    v_counter.leased := v_window.leased;
    v_counter.limit_version := 0;
    v_counter.admits_when_away := false;
    RETURN v_counter;
END
$$;

GRANT EXECUTE ON FUNCTION lock_api_key_hour(bigint, bigint) TO tenancy_platform;
GRANT EXECUTE ON FUNCTION api_key_family_rate(bigint, bigint) TO tenancy_app, tenancy_platform;
