-- What was used, by day. The day is the one in the tenant's own time zone. Storage is in bytes.
CREATE TABLE tenant_resource_usage (
    tenant_id bigint NOT NULL,
    usage_date date NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    used bigint NOT NULL,
    CONSTRAINT tenant_resource_usage_pkey PRIMARY KEY (tenant_id, usage_date, resource_type),
    -- The subscription is locked by the transaction that consumes, so this key costs no further
    -- lock.
    CONSTRAINT tenant_resource_usage_subscription_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_subscriptions (tenant_id),
    CONSTRAINT tenant_resource_usage_resource_type_known CHECK (
        resource_type IN ('users', 'api_calls', 'storage', 'transactions'))
) PARTITION BY RANGE (usage_date);

CREATE TABLE tenant_resource_usage_default PARTITION OF tenant_resource_usage DEFAULT;

SELECT protect_tenant_table('tenant_resource_usage');
SELECT protect_tenant_table('tenant_resource_usage_default');

GRANT SELECT, INSERT, UPDATE (used) ON tenant_resource_usage TO tenancy_app;
GRANT SELECT ON tenant_resource_usage TO tenancy_platform;

-- Every unit that reaches a day reaches the log, whoever wrote it: the sum of the amounts of one
-- day is the day's row. Once for a statement, which may be about many tenants.
CREATE FUNCTION log_tenant_usage() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_entries tenant_activity_entry[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg((
            n.tenant_id, 'usage_consumed', 'resource', n.resource_type,
            jsonb_build_object(
                'resource_type', n.resource_type, 'amount', n.used,
                'usage_date', n.usage_date))::tenant_activity_entry)
        INTO v_entries FROM new_days n WHERE n.used <> 0;
    ELSE
        SELECT array_agg((
            n.tenant_id, 'usage_consumed', 'resource', n.resource_type,
            jsonb_build_object(
                'resource_type', n.resource_type, 'amount', n.amount,
                'usage_date', n.usage_date))::tenant_activity_entry)
        INTO v_entries
        FROM (
            SELECT d.tenant_id, d.usage_date, d.resource_type, sum(d.used) AS amount
            FROM (SELECT * FROM new_days UNION ALL
                SELECT tenant_id, usage_date, resource_type, -used FROM old_days) AS d
            GROUP BY d.tenant_id, d.usage_date, d.resource_type
        ) AS n
        WHERE n.amount <> 0;
    END IF;
    IF v_entries IS NOT NULL THEN
        PERFORM append_tenant_activities(v_entries);
    END IF;
    RETURN NULL;
END
$$;

-- A statement cannot have both in one trigger: the rows of before are only of an update.
CREATE TRIGGER tenant_resource_usage_log_new AFTER INSERT ON tenant_resource_usage
    REFERENCING NEW TABLE AS new_days FOR EACH STATEMENT EXECUTE FUNCTION log_tenant_usage();
CREATE TRIGGER tenant_resource_usage_log_more AFTER UPDATE ON tenant_resource_usage
    REFERENCING OLD TABLE AS old_days NEW TABLE AS new_days
    FOR EACH STATEMENT EXECUTE FUNCTION log_tenant_usage();

-- Makes the partitions of this month and of so many months ahead, of every table split by month,
-- and answers how many it made. It runs with the owner's rights, because the application has no
-- right to make tables; it takes nothing but a number from its caller.
CREATE FUNCTION ensure_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
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
        SELECT (date_trunc('month', now() AT TIME ZONE 'UTC')
            + make_interval(months => ahead))::date
        FROM generate_series(0, months_ahead) AS ahead
    LOOP
        v_made := v_made
            + ensure_month_partition('tenant_activity_logs', 'created_at', v_month)::integer
            + ensure_month_partition('tenant_resource_usage', 'usage_date', v_month)::integer;
    END LOOP;
    RETURN v_made;
END
$$;

GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO tenancy_platform;

SELECT ensure_partitions(3);
