-- A member's share of a resource: a limit of their own below the tenant's. What the member takes
-- counts for both. Shares may be more than the tenant has in all; the tenant's limit holds
-- whatever they are. Who has no row has no limit but the tenant's, and is not counted.
--
-- A share is an account of the ledger as the tenant's own: subject 'user:' and the user's id.
CREATE TABLE tenant_user_quotas (
    tenant_id bigint NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    max_units bigint NOT NULL,
    -- The month that is counted; -infinity for what is of none.
    period_start timestamptz NOT NULL,
    used bigint NOT NULL DEFAULT 0,
    leased bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    CONSTRAINT tenant_user_quotas_pkey PRIMARY KEY (tenant_id, user_id, resource_type),
    CONSTRAINT tenant_user_quotas_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES tenant_users (tenant_id, user_id) ON DELETE CASCADE,
    CONSTRAINT tenant_user_quotas_resource_type_known CHECK (
        resource_type IN ('api_calls', 'storage', 'transactions')),
    CONSTRAINT tenant_user_quotas_units_positive CHECK (least(max_units, used, leased) >= 0)
) WITH (fillfactor = 50);

SELECT protect_tenant_table('tenant_user_quotas');
GRANT SELECT, INSERT, DELETE, UPDATE (max_units, period_start, used, leased, version)
    ON tenant_user_quotas TO tenancy_app;
GRANT SELECT, UPDATE (period_start, used, leased) ON tenant_user_quotas TO tenancy_platform;
SELECT feed_tenant_changes('tenant_user_quotas', 'period_start', 'used', 'leased', 'version');

-- The log tells who may take how much; what was taken it tells of the tenant.
CREATE FUNCTION log_tenant_user_quota() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_row tenant_user_quotas;
    v_from bigint;
    v_to bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        v_row := OLD;
        v_from := OLD.max_units;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        v_row := NEW;
        v_to := NEW.max_units;
    END IF;
    PERFORM append_tenant_activity(
        v_row.tenant_id, 'user_quota_changed', 'user', v_row.user_id,
        jsonb_build_object('resource', v_row.resource_type, 'from', v_from, 'to', v_to));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_user_quotas_log AFTER INSERT OR DELETE ON tenant_user_quotas
    FOR EACH ROW EXECUTE FUNCTION log_tenant_user_quota();
CREATE TRIGGER tenant_user_quotas_log_updated AFTER UPDATE ON tenant_user_quotas
    FOR EACH ROW WHEN (OLD.max_units <> NEW.max_units)
    EXECUTE FUNCTION log_tenant_user_quota();

-- The counter of a member's share in the present month. Only called under the lock of the tenant's
-- subscription, which keeps everybody else from the row, and after the tenant's month was rolled.
CREATE FUNCTION lock_user_quota(p_tenant_id bigint, p_resource_type text, p_user_id text)
RETURNS quota_counter
LANGUAGE plpgsql
AS $$
DECLARE
    v_counter quota_counter;
    v_share tenant_user_quotas;
BEGIN
    SELECT quota_period(p_resource_type, s.period_start), s.due_at,
        coalesce(p.admits_when_away, false)
    INTO v_counter.period_start, v_counter.valid_until, v_counter.admits_when_away
    FROM tenant_subscriptions s
    LEFT JOIN tenant_quota_policies p
        ON p.tenant_id = s.tenant_id AND p.resource_type = p_resource_type
    WHERE s.tenant_id = p_tenant_id;
    SELECT q.* INTO v_share FROM tenant_user_quotas q
    WHERE q.tenant_id = p_tenant_id AND q.user_id = p_user_id
      AND q.resource_type = p_resource_type;
    IF NOT FOUND THEN
        v_counter.state := 'unlimited';
        -- The feed tells when there is a share; it is asked for now and then all the same.
        v_counter.valid_until := clock_timestamp() + interval '1 minute';
    ELSIF v_share.period_start < v_counter.period_start THEN
        UPDATE tenant_user_quotas q
        SET period_start = v_counter.period_start, used = 0, leased = 0
        WHERE q.tenant_id = p_tenant_id AND q.user_id = p_user_id
          AND q.resource_type = p_resource_type
        RETURNING q.* INTO v_share;
    END IF;
    v_counter.state := coalesce(v_counter.state, 'open');
    v_counter.period_start := coalesce(v_share.period_start, v_counter.period_start);
    v_counter.max_units := coalesce(v_share.max_units, 0);
    v_counter.allowance := v_counter.max_units;
    v_counter.used := coalesce(v_share.used, 0);
    v_counter.reserved := 0;
    v_counter.leased := coalesce(v_share.leased, 0);
    v_counter.limit_version := coalesce(v_share.version, 0);
    RETURN v_counter;
END
$$;

-- Gives a member a share, or none with null. What servers hold of an earlier share of this month
-- is theirs still, and counted; so is what they have lost of it, and may find again.
CREATE FUNCTION set_user_quota(
    p_tenant_id bigint, p_user_id text, p_resource_type text, p_max_units bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_counter quota_counter;
BEGIN
    IF p_max_units IS NULL THEN
        DELETE FROM tenant_user_quotas q
        WHERE q.tenant_id = p_tenant_id AND q.user_id = p_user_id
          AND q.resource_type = p_resource_type;
        RETURN;
    END IF;
    v_counter := lock_quota_counter(p_tenant_id, p_resource_type, 'user:' || p_user_id);
    INSERT INTO tenant_user_quotas AS q (
        tenant_id, user_id, resource_type, max_units, period_start, used, leased)
    SELECT p_tenant_id, p_user_id, p_resource_type, p_max_units, v_counter.period_start,
        coalesce(sum(l.lost), 0),
        coalesce(sum(l.granted - l.spent - l.returned - l.lost), 0)
    FROM tenant_quota_leases l
    WHERE l.tenant_id = p_tenant_id AND l.resource_type = p_resource_type
      AND l.subject = 'user:' || p_user_id AND l.period_start = v_counter.period_start
    ON CONFLICT ON CONSTRAINT tenant_user_quotas_pkey
    DO UPDATE SET max_units = excluded.max_units, version = q.version + 1;
END
$$;

-- The shares of a tenant as they stand, as far as it was reported. What is leased is in the hands
-- of servers, which give it to the member. renews_at is when the month's units are new.
CREATE FUNCTION user_quota_levels(p_tenant_id bigint)
RETURNS TABLE (
    user_id text, resource_type text, current_units bigint, max_units bigint,
    limit_version bigint, renews_at timestamptz)
LANGUAGE sql STABLE
AS $$
    SELECT q.user_id, q.resource_type,
        CASE WHEN q.resource_type = 'storage'
            OR (q.period_start = s.period_start AND s.period_end > now()) THEN q.used ELSE 0 END,
        q.max_units, q.version,
        CASE WHEN q.resource_type <> 'storage' AND s.period_end > now() THEN s.period_end END
    FROM tenant_user_quotas q
    JOIN tenant_subscriptions s ON s.tenant_id = q.tenant_id
    WHERE q.tenant_id = p_tenant_id
$$;

-- As consume_tenant_quota, out of a member's share too: of both or of neither. Without a user it is
-- the tenant's alone. level names whose limit the numbers are: the member's when it refuses.
CREATE FUNCTION consume_user_quota(
    p_tenant_id bigint, p_user_id text, p_resource_type text, p_amount bigint,
    p_idempotency_key text DEFAULT NULL, p_request_hash bytea DEFAULT NULL,
    p_validate_only boolean DEFAULT false)
RETURNS TABLE (
    level text, outcome text, current_units bigint, reserved_units bigint, max_units bigint,
    decided_at timestamptz)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_subject text := 'user:' || p_user_id;
    v_share quota_counter;
    v_left bigint;
    v_is_short boolean := false;
BEGIN
    level := 'tenant';
    PERFORM assert_resource_type(p_resource_type);
    -- Of users nobody has a share.
    IF p_user_id IS NOT NULL AND p_resource_type <> 'users' THEN
        v_share := lock_quota_counter(p_tenant_id, p_resource_type, v_subject);
        -- What servers hold is left, to be called back.
        v_left := v_share.max_units - v_share.used;
        v_is_short := v_share.state = 'open' AND p_amount > v_left
            - CASE WHEN p_validate_only THEN 0 ELSE v_share.leased END;
    END IF;
    -- Of who has not enough nothing is taken, but what they were answered before under the key, and
    -- whether the tenant refuses too, comes first.
    SELECT c.outcome, c.current_units, c.reserved_units, c.max_units, c.decided_at
    INTO outcome, current_units, reserved_units, max_units, decided_at
    FROM consume_tenant_quota(
        p_tenant_id, p_resource_type, p_amount, p_idempotency_key, p_request_hash,
        p_validate_only OR v_is_short) c;
    IF outcome = 'admitted' AND v_share.state = 'open' THEN
        -- Locked anew: the month may have ended since.
        PERFORM lock_quota_counter(p_tenant_id, p_resource_type, v_subject);
        PERFORM move_quota_counter(p_tenant_id, p_resource_type, v_subject, p_amount, 0);
    ELSIF outcome = 'validated' AND v_is_short THEN
        level := 'user';
        outcome := 'denied';
        current_units := v_share.used;
        reserved_units := 0;
        max_units := v_share.max_units;
        IF p_amount <= v_left AND NOT p_validate_only THEN
            -- What is not given back in time is not left.
            reserved_units := v_share.leased;
            PERFORM recall_quota_leases(
                p_tenant_id, p_resource_type, v_subject, v_share.period_start);
            IF p_amount <= v_left - v_share.leased + recallable_quota_units(
                p_tenant_id, p_resource_type, v_subject, v_share.period_start)
            THEN
                outcome := 'recalling';
            END IF;
        END IF;
    END IF;
    RETURN NEXT;
END
$$;

-- Gives units of a refund back to a member's share: as many of them as it has used.
CREATE FUNCTION refund_user_quota(
    p_tenant_id bigint, p_user_id text, p_resource_type text, p_amount bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_subject text := 'user:' || p_user_id;
    v_share quota_counter := lock_quota_counter(p_tenant_id, p_resource_type, v_subject);
BEGIN
    PERFORM move_quota_counter(
        p_tenant_id, p_resource_type, v_subject, -least(p_amount, v_share.used), 0);
END
$$;

GRANT EXECUTE ON FUNCTION
    lock_user_quota(bigint, text, text), user_quota_levels(bigint)
TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    set_user_quota(bigint, text, text, bigint),
    consume_user_quota(bigint, text, text, bigint, text, bytea, boolean),
    refund_user_quota(bigint, text, text, bigint)
TO tenancy_app;
