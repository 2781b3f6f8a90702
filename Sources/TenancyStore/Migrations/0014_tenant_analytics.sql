-- The numbers of one tenant, and two views for people who look after many.

-- How much of a limit is used. Of a limit of zero everything is used as soon as anything is.
CREATE FUNCTION quota_percentage(p_current bigint, p_max bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_max > 0 THEN p_current * 100.0 / p_max
        WHEN p_current > 0 THEN 100.0
        ELSE 0.0
    END
$$;

-- What a percentage means for whoever looks after the tenant.
CREATE FUNCTION quota_health(p_percentage numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_percentage >= 100 THEN 'exceeded'
        WHEN p_percentage >= 95 THEN 'critical'
        WHEN p_percentage >= 80 THEN 'warning'
        ELSE 'healthy'
    END
$$;

-- The standing of every resource of every tenant that the reader may see, four rows a tenant. Units
-- are bytes for storage. For an operator: who is close to a limit, and of what.
CREATE VIEW tenant_quota_status WITH (security_invoker = true) AS
SELECT
    t.id AS tenant_id, t.tenant_code, q.resource_type, q.current_units, q.reserved_units,
    q.max_units, round(quota_percentage(q.current_units, q.max_units), 2) AS usage_percentage,
    quota_health(quota_percentage(q.current_units, q.max_units)) AS quota_status
FROM tenants t
CROSS JOIN LATERAL tenant_quota_standing(t.id) q;

-- The last login of each user who has had one: whoever counts the active users of a tenant reads
-- those, and neither the others nor the log.
CREATE INDEX tenant_users_last_login ON tenant_users (tenant_id, last_login_at)
WHERE last_login_at IS NOT NULL;

-- The numbers of a tenant at a time: its users, those of them who were there in the last 30 days,
-- what was used in those days, and the worst of its four quotas. The days are calendar days of the
-- tenant's time zone and end with the one of p_at. No row for a tenant that is not in this scope.
--
-- It reads days and not the log, and is one statement, so that it is planned with the query that
-- asks: the scope, the range of days and the partitions all become conditions of an index.
CREATE FUNCTION get_tenant_analytics(p_tenant_id bigint, p_at timestamptz DEFAULT now())
RETURNS TABLE (
    total_users bigint, active_users_30d bigint, total_api_calls_30d bigint,
    total_transactions_30d bigint, storage_used_gb numeric, quota_status text)
LANGUAGE sql STABLE ROWS 1
AS $$
    SELECT
        (SELECT count(*) FROM tenant_users u WHERE u.tenant_id = t.id),
        (SELECT count(*) FROM tenant_users u
         WHERE u.tenant_id = t.id
           AND u.last_login_at >= (days.last - 29)::timestamp AT TIME ZONE t.time_zone
           AND u.last_login_at < (days.last + 1)::timestamp AT TIME ZONE t.time_zone),
        consumed.api_calls, consumed.transactions, s.current_storage_gb,
        (SELECT quota_health(max(quota_percentage(q.current_units, q.max_units)))
         FROM tenant_quota_standing(t.id) q)
    FROM tenants t
    JOIN tenant_subscriptions s ON s.tenant_id = t.id
    CROSS JOIN LATERAL (SELECT (p_at AT TIME ZONE t.time_zone)::date) AS days (last)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(r.used) FILTER (WHERE r.resource_type = 'api_calls'), 0)::bigint,
            coalesce(sum(r.used) FILTER (WHERE r.resource_type = 'transactions'), 0)::bigint
        FROM tenant_resource_usage r
        WHERE r.tenant_id = t.id AND r.usage_date BETWEEN days.last - 29 AND days.last
    ) AS consumed (api_calls, transactions)
    WHERE t.id = p_tenant_id
$$;

-- One row a tenant: who it is, whether it may work, what it has subscribed to and until when, how
-- its quotas stand, and when something last happened. For an operator's list, and for finding
-- trials that end and tenants that have gone quiet.
CREATE VIEW tenant_overview WITH (security_invoker = true) AS
SELECT
    t.id AS tenant_id, t.tenant_code, t.tenant_name, t.tenant_type, t.status, t.time_zone,
    s.plan, s.status AS subscription_status, s.billing_cycle, s.trial_ends_at, s.period_end,
    (SELECT count(*) FROM tenant_users u WHERE u.tenant_id = t.id) AS total_users,
    (SELECT quota_health(max(quota_percentage(q.current_units, q.max_units)))
     FROM tenant_quota_standing(t.id) q) AS quota_status,
    t.created_at, h.created_at AS last_activity_at, h.sequence AS activity_rows
FROM tenants t
LEFT JOIN tenant_subscriptions s ON s.tenant_id = t.id
LEFT JOIN tenant_activity_heads h ON h.tenant_id = t.id;

GRANT SELECT ON tenant_quota_status, tenant_overview TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    quota_percentage(bigint, bigint), quota_health(numeric),
    get_tenant_analytics(bigint, timestamptz)
TO tenancy_app, tenancy_platform;
