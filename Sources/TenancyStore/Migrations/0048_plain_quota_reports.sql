-- Reports of holders that need nothing but arithmetic, and so are counted all at once. What they
-- come to is what exchange_quota_leases makes of each alone.

-- Those of the reports that need nothing but arithmetic, which is nearly all: they are of a tenant
-- itself or of a family of keys, the lease is of the present month or hour, nothing was lost, what
-- is needed is free, and nobody has to be told of what is reached. The subscriptions are locked,
-- and by that the hours of keys. OFFSET 0 keeps the order of the joins: from a report to its rows.
CREATE FUNCTION plain_quota_reports(
    p_holder_id bigint, p_tenant_ids bigint[], p_resource_types text[], p_subjects text[],
    p_leases bigint[], p_spent bigint[], p_returned bigint[], p_targets bigint[],
    p_needs bigint[])
RETURNS quota_lease_change[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
    v_plain quota_lease_change[];
BEGIN
    WITH reports AS (
        SELECT q.*,
            count(*) OVER (PARTITION BY q.tenant_id, q.resource_type, q.subject) AS reports
        FROM unnest(
            p_tenant_ids, p_resource_types, p_subjects, p_leases, p_spent, p_returned, p_targets,
            p_needs) WITH ORDINALITY AS q (
                tenant_id, resource_type, subject, lease, spent, returned, target, need, place)
    )
    SELECT array_agg(
        (n.place, n.tenant_id, n.resource_type, n.subject, n.lease, l.tenant_id IS NULL,
            n.period_start, n.usage_date, now_is.granted + given.units, now_is.spent,
            now_is.returned, new_is.spent, moved.leased + given.units, n.state,
            n.admits_when_away,
            now_is.granted + given.units > now_is.spent + now_is.returned
                AND (coalesce(l.is_recalled, false) AND new_is.returned = 0
                    OR n.allowance < n.used + n.reserved + n.leased + new_is.spent
                        + moved.leased + given.units),
            CASE WHEN isfinite(n.valid_until) THEN
                (extract(epoch FROM n.valid_until - v_now) * 1000000)::bigint END,
            n.max_units, n.used + new_is.spent, n.reserved,
            greatest(0, room.free - given.units), n.warn_at, n.version)::quota_lease_change
    ) INTO v_plain
    FROM (
        SELECT r.place, r.tenant_id, r.resource_type, r.subject, r.lease, r.spent, r.returned,
            r.target, r.need, s.due_at AS valid_until, s.version,
            (v_now AT TIME ZONE t.time_zone)::date AS usage_date,
            coalesce(p.admits_when_away, false) AS admits_when_away,
            quota_period(r.resource_type, s.period_start) AS period_start,
            CASE WHEN t.status <> 'active' THEN 'tenant_inactive'
                WHEN s.status NOT IN ('trial', 'active') THEN 'subscription_inactive'
                ELSE 'open' END AS state,
            c.max_units, c.used, c.reserved, c.leased,
            quota_allowance(c.max_units, p.overage_allowed, p.overage_max) AS allowance,
            CASE WHEN p.tenant_id IS NOT NULL THEN (
                SELECT ceil(c.max_units::numeric * min(w) / 100)::bigint
                FROM unnest(p.warn_percentages) AS w) END AS warn_at,
            p.tenant_id IS NOT NULL AS has_policy, p.warn_percentages, p.overage_allowed,
            p.shadow_limit
        FROM reports r
        CROSS JOIN LATERAL (
            SELECT s.* FROM tenant_subscriptions s WHERE s.tenant_id = r.tenant_id OFFSET 0
        ) AS s
        CROSS JOIN LATERAL (
            SELECT t.status, t.time_zone FROM tenants t WHERE t.id = r.tenant_id OFFSET 0
        ) AS t
        LEFT JOIN LATERAL (
            SELECT p.* FROM tenant_quota_policies p
            WHERE p.tenant_id = r.tenant_id AND p.resource_type = r.resource_type OFFSET 0
        ) AS p ON true
        CROSS JOIN LATERAL (
            SELECT
                CASE r.resource_type
                    WHEN 'users' THEN s.max_users WHEN 'api_calls' THEN s.max_api_calls
                    WHEN 'storage' THEN s.max_storage_bytes ELSE s.max_transactions END
                    AS max_units,
                CASE r.resource_type
                    WHEN 'users' THEN s.current_users WHEN 'api_calls' THEN s.current_api_calls
                    WHEN 'storage' THEN s.current_storage_bytes ELSE s.current_transactions END
                    AS used,
                CASE r.resource_type
                    WHEN 'users' THEN s.reserved_users WHEN 'api_calls' THEN s.reserved_api_calls
                    WHEN 'storage' THEN s.reserved_storage_bytes
                    ELSE s.reserved_transactions END AS reserved,
                CASE r.resource_type
                    WHEN 'users' THEN s.leased_users WHEN 'api_calls' THEN s.leased_api_calls
                    WHEN 'storage' THEN s.leased_storage_bytes ELSE s.leased_transactions END
                    AS leased
        ) AS c
        WHERE r.subject = '' AND r.reports = 1 AND s.due_at > v_now
        UNION ALL
        -- An hour that has not begun yet is begun alone.
        SELECT r.place, r.tenant_id, r.resource_type, r.subject, r.lease, r.spent, r.returned,
            r.target, r.need, w.window_start + interval '1 hour', 0, NULL, false, w.window_start,
            'open', limits.rate, w.used, 0, w.leased, limits.rate, NULL, false, NULL, NULL, NULL
        FROM reports r
        CROSS JOIN LATERAL (
            SELECT w.* FROM tenant_api_key_windows w
            WHERE w.tenant_id = r.tenant_id
              AND w.key_id = CASE r.resource_type WHEN 'key_calls' THEN r.subject::bigint END
            OFFSET 0
        ) AS w
        CROSS JOIN LATERAL (
            SELECT api_key_family_rate(w.tenant_id, w.key_id) AS rate OFFSET 0
        ) AS limits
        WHERE r.reports = 1
          AND w.window_start >= date_trunc('hour', v_now, 'UTC')
    ) AS n
    LEFT JOIN LATERAL (
        SELECT l.* FROM tenant_quota_leases l
        WHERE l.tenant_id = n.tenant_id AND l.resource_type = n.resource_type
          AND l.subject = n.subject AND l.holder_id = p_holder_id AND l.lease = n.lease OFFSET 0
    ) AS l ON true
    -- What is new in the totals.
    CROSS JOIN LATERAL (
        SELECT greatest(0, n.spent - coalesce(l.spent, 0)) AS spent,
            greatest(0, n.returned - coalesce(l.returned, 0)) AS returned
    ) AS new_is
    CROSS JOIN LATERAL (
        SELECT greatest(coalesce(l.spent, 0), n.spent) AS spent,
            greatest(coalesce(l.returned, 0), n.returned) AS returned,
            -- More than was granted is spent only where callers are admitted while the database is
            -- away.
            greatest(
                coalesce(l.granted, 0),
                greatest(coalesce(l.spent, 0), n.spent)
                    + greatest(coalesce(l.returned, 0), n.returned)) AS granted
    ) AS now_is
    CROSS JOIN LATERAL (
        SELECT now_is.granted - now_is.spent - now_is.returned
            - coalesce(l.granted - l.spent - l.returned, 0) AS leased
    ) AS moved
    CROSS JOIN LATERAL (
        SELECT greatest(
            0, n.allowance - n.used - n.reserved - n.leased - new_is.spent - moved.leased) AS free,
            CASE WHEN n.state = 'open' THEN greatest(0, n.target - now_is.granted) ELSE 0 END
                AS want
    ) AS room
    CROSS JOIN LATERAL (
        SELECT least(room.want, greatest(n.need, room.free / 4)) AS units
    ) AS given
    WHERE (l.tenant_id IS NULL OR l.period_start = n.period_start AND l.lost = 0)
      AND (room.want = 0 OR least(room.free, room.want) >= n.need)
      AND (NOT n.has_policy OR new_is.spent = 0 OR NOT quota_is_notable(
          n.used, n.used + new_is.spent, n.max_units, n.warn_percentages, n.overage_allowed,
          n.shadow_limit));
    RETURN coalesce(v_plain, '{}');
END
$$;

-- Counts what plain reports come to, for all of them at once. What is locked is looked up once for
-- each report, and stays where it is found.
CREATE FUNCTION settle_plain_reports(p_holder_id bigint, p_plain quota_lease_change[])
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE tenant_subscriptions s
    SET current_users = s.current_users + n.used_users,
        leased_users = s.leased_users + n.leased_users,
        current_api_calls = s.current_api_calls + n.used_api_calls,
        leased_api_calls = s.leased_api_calls + n.leased_api_calls,
        current_storage_bytes = s.current_storage_bytes + n.used_storage,
        leased_storage_bytes = s.leased_storage_bytes + n.leased_storage,
        current_transactions = s.current_transactions + n.used_transactions,
        leased_transactions = s.leased_transactions + n.leased_transactions
    FROM (
        SELECT moved.*, found.place
        FROM (
            SELECT c.tenant_id,
                sum(CASE c.resource_type WHEN 'users' THEN c.moved_used ELSE 0 END)::bigint
                    AS used_users,
                sum(CASE c.resource_type WHEN 'users' THEN c.moved_leased ELSE 0 END)::bigint
                    AS leased_users,
                sum(CASE c.resource_type WHEN 'api_calls' THEN c.moved_used ELSE 0 END)::bigint
                    AS used_api_calls,
                sum(CASE c.resource_type WHEN 'api_calls' THEN c.moved_leased ELSE 0 END)::bigint
                    AS leased_api_calls,
                sum(CASE c.resource_type WHEN 'storage' THEN c.moved_used ELSE 0 END)::bigint
                    AS used_storage,
                sum(CASE c.resource_type WHEN 'storage' THEN c.moved_leased ELSE 0 END)::bigint
                    AS leased_storage,
                sum(CASE c.resource_type WHEN 'transactions' THEN c.moved_used ELSE 0 END)::bigint
                    AS used_transactions,
                sum(CASE c.resource_type WHEN 'transactions' THEN c.moved_leased ELSE 0 END)::bigint
                    AS leased_transactions
            FROM unnest(p_plain) AS c
            WHERE c.subject = '' AND (c.moved_used <> 0 OR c.moved_leased <> 0)
            GROUP BY c.tenant_id
        ) AS moved
        CROSS JOIN LATERAL (
            SELECT t.ctid AS place FROM tenant_subscriptions t
            WHERE t.tenant_id = moved.tenant_id OFFSET 0
        ) AS found
    ) AS n
    WHERE s.ctid = n.place;
    -- Who counts for a client has no right to the hours of keys, and no report of them.
    IF EXISTS (SELECT FROM unnest(p_plain) AS c WHERE c.resource_type = 'key_calls') THEN
        UPDATE tenant_api_key_windows w
        SET used = w.used + n.moved_used, leased = w.leased + n.moved_leased
        FROM (
            SELECT c.moved_used, c.moved_leased, found.place
            FROM unnest(p_plain) AS c
            CROSS JOIN LATERAL (
                SELECT h.ctid AS place FROM tenant_api_key_windows h
                WHERE h.tenant_id = c.tenant_id
                  AND h.key_id = CASE c.resource_type WHEN 'key_calls' THEN c.subject::bigint END
                OFFSET 0
            ) AS found
        ) AS n
        WHERE w.ctid = n.place;
    END IF;
    INSERT INTO tenant_usage_ledger (
        tenant_id, usage_date, resource_type, period_start, kind, units, holder_id, lease)
    SELECT c.tenant_id, c.usage_date, c.resource_type, c.period_start, 'consumed', c.moved_used,
        p_holder_id, c.lease
    FROM unnest(p_plain) AS c WHERE c.subject = '' AND c.moved_used <> 0;
    INSERT INTO tenant_resource_usage AS u (tenant_id, usage_date, resource_type, used)
    SELECT c.tenant_id, c.usage_date, c.resource_type, c.moved_used
    FROM unnest(p_plain) AS c WHERE c.subject = '' AND c.moved_used <> 0
    ON CONFLICT ON CONSTRAINT tenant_resource_usage_pkey
    DO UPDATE SET used = u.used + excluded.used;
    INSERT INTO tenant_quota_leases (
        tenant_id, resource_type, subject, holder_id, lease, period_start, granted, spent,
        returned, is_recalled)
    SELECT c.tenant_id, c.resource_type, c.subject, p_holder_id, c.lease, c.period_start,
        c.lease_granted, c.lease_spent, c.lease_returned, c.is_recalled AND NOT c.is_new
    FROM unnest(p_plain) AS c WHERE NOT c.is_new OR c.lease_granted > 0
    ON CONFLICT ON CONSTRAINT tenant_quota_leases_pkey
    DO UPDATE SET granted = excluded.granted, spent = excluded.spent, returned = excluded.returned,
        is_recalled = excluded.is_recalled, reported_at = excluded.reported_at;
END
$$;

-- Whether somebody is to be told when usage grows by so much.
CREATE FUNCTION quota_is_notable(
    p_before bigint, p_after bigint, p_max bigint, p_warn_percentages integer[],
    p_overage_allowed boolean, p_shadow_limit bigint)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT p_overage_allowed AND p_after > p_max
        OR p_shadow_limit > 0 AND p_before <= p_shadow_limit AND p_after > p_shadow_limit
        OR EXISTS (
            SELECT FROM unnest(p_warn_percentages || 100) AS w
            WHERE p_before * 100.0 < p_max::numeric * w AND p_after * 100.0 >= p_max::numeric * w)
$$;

GRANT EXECUTE ON FUNCTION
    plain_quota_reports(
        bigint, bigint[], text[], text[], bigint[], bigint[], bigint[], bigint[], bigint[]),
    quota_is_notable(bigint, bigint, bigint, integer[], boolean, bigint),
    settle_plain_reports(bigint, quota_lease_change[])
TO tenancy_app, tenancy_platform;
