-- The ledger has passed its retention when the days have: then their counters are compared with it
-- no more. What is of no month is carried on in one row for each resource, so that its counters are
-- the sums of what is kept for ever.
CREATE OR REPLACE FUNCTION drop_expired_usage(p_month date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM retention_start(p_month);
    INSERT INTO tenant_usage_ledger (
        tenant_id, usage_date, resource_type, period_start, kind, units)
    SELECT e.tenant_id, p_month, e.resource_type, e.period_start, 'opening', sum(e.units)
    FROM tenant_usage_ledger e
    WHERE e.usage_date < p_month AND e.period_start = '-infinity'
    GROUP BY e.tenant_id, e.resource_type, e.period_start
    HAVING sum(e.units) <> 0;
    RETURN drop_expired_partitions('tenant_usage_ledger', 'usage_date', p_month)
        + drop_expired_partitions('tenant_resource_usage', 'usage_date', p_month);
END
$$;

-- The first month of which everything that a tenant used is kept.
CREATE FUNCTION usage_kept_from(p_tenant_id bigint) RETURNS date
LANGUAGE sql STABLE
AS $$
    SELECT least(
        (SELECT min(to_date(right(c.relname, 6), 'YYYYMM'))
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'tenant_usage_ledger'::regclass
              AND right(c.relname, 6) ~ '^\d{6}$'),
        (SELECT date_trunc('month', min(e.usage_date))::date
            FROM tenant_usage_ledger e WHERE e.tenant_id = p_tenant_id))
$$;

GRANT EXECUTE ON FUNCTION usage_kept_from(bigint) TO tenancy_app, tenancy_platform;
