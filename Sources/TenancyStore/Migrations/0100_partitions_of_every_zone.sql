-- The first partition is that of the month in which the westernmost time zone still is: a tenant's
-- days are those of the tenant's own zone, which is at most twelve hours behind UTC. The day
-- before, that month has a partition anyway; a platform that begins on the first of a month had
-- none, and its western tenants' first hours went to the default partition.
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    v_now timestamp := now() AT TIME ZONE 'UTC';
    v_month date;
    v_made integer := 0;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 36 THEN
        RAISE EXCEPTION 'months_ahead must be 0 to 36'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Two servers may run this at once.
    PERFORM pg_advisory_xact_lock(hashtextextended('ensure_partitions', 0));
    FOR v_month IN
        SELECT month::date
        FROM generate_series(
            date_trunc('month', v_now - interval '12 hours'),
            date_trunc('month', v_now) + make_interval(months => months_ahead),
            interval '1 month') AS month
    LOOP
        v_made := v_made
            + ensure_month_partition('tenant_activity_logs', 'created_at', v_month)::integer
            + ensure_month_partition('tenant_resource_usage', 'usage_date', v_month)::integer
            + ensure_month_partition('tenant_usage_ledger', 'usage_date', v_month)::integer;
    END LOOP;
    RETURN v_made;
END
$$;

SELECT ensure_partitions(3);
