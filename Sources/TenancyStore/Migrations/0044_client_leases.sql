-- Leases that clients hold. One is a holder of a single lease, number 1, in tenant_quota_leases;
-- here is what a client beside that has: a time after which it counts as lost, and the number of
-- its last report.
CREATE TABLE tenant_client_leases (
    tenant_id bigint NOT NULL,
    holder_id bigint NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    time_to_live interval NOT NULL,
    expires_at timestamptz NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    ended_at timestamptz,
    CONSTRAINT tenant_client_leases_pkey PRIMARY KEY (tenant_id, holder_id),
    CONSTRAINT tenant_client_leases_subscription_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_subscriptions (tenant_id),
    CONSTRAINT tenant_client_leases_resource_type_known CHECK (
        resource_type IN ('users', 'api_calls', 'storage', 'transactions'))
);

CREATE INDEX tenant_client_leases_live
    ON tenant_client_leases (tenant_id, holder_id) WHERE ended_at IS NULL;

SELECT protect_tenant_table('tenant_client_leases');
GRANT SELECT, INSERT, UPDATE (expires_at, sequence, ended_at)
    ON tenant_client_leases TO tenancy_app;
GRANT SELECT, UPDATE (ended_at), DELETE ON tenant_client_leases TO tenancy_platform;
GRANT INSERT, UPDATE (granted, spent, returned, lost, is_of_client, reported_at)
    ON tenant_quota_leases TO tenancy_app;

-- outcome is admitted, denied, recalling, ended, stale, invalid, no_lease, or why the tenant gets
-- nothing.
CREATE TYPE client_lease_outcome AS (
    outcome text, holder_id bigint, resource_type text, granted bigint, spent bigint,
    returned bigint, time_to_live interval, expires_at timestamptz, sequence bigint,
    is_recalled boolean, limit_version bigint, current_units bigint, reserved_units bigint,
    max_units bigint);

CREATE FUNCTION client_lease_outcome_of(
    p_tenant_id bigint, p_holder_id bigint, p_outcome text) RETURNS client_lease_outcome
LANGUAGE sql STABLE
AS $$
    SELECT p_outcome, c.holder_id, c.resource_type, coalesce(l.granted, 0),
        coalesce(l.spent, 0), coalesce(l.returned, 0), c.time_to_live, c.expires_at, c.sequence,
        coalesce(l.is_recalled, false), q.limit_version, q.current_units,
        q.reserved_units + q.leased_units, q.max_units
    FROM (SELECT) AS one
    LEFT JOIN tenant_client_leases c
        ON c.tenant_id = p_tenant_id AND c.holder_id = p_holder_id
    LEFT JOIN tenant_quota_leases l
        ON l.tenant_id = c.tenant_id AND l.resource_type = c.resource_type AND l.subject = ''
            AND l.holder_id = c.holder_id AND l.lease = 1
    LEFT JOIN LATERAL (
        SELECT * FROM tenant_quota_levels(c.tenant_id)) AS q
        ON q.resource_type = c.resource_type
$$;

CREATE FUNCTION acquire_client_lease(
    p_tenant_id bigint, p_resource_type text, p_units bigint, p_time_to_live interval)
RETURNS client_lease_outcome
LANGUAGE plpgsql
AS $$
DECLARE
    v_holder_id bigint := nextval('quota_holders_holder_id_seq');
    v_grant record;
    v_outcome text;
BEGIN
    PERFORM assert_resource_type(p_resource_type);
    SELECT * INTO v_grant FROM exchange_quota_leases(
        v_holder_id, ARRAY[p_tenant_id], ARRAY[p_resource_type], ARRAY[''], ARRAY[1::bigint],
        ARRAY[0::bigint], ARRAY[0::bigint], ARRAY[p_units], ARRAY[1::bigint]);
    UPDATE tenant_quota_leases l SET is_of_client = true
    WHERE l.tenant_id = p_tenant_id AND l.resource_type = p_resource_type AND l.subject = ''
      AND l.holder_id = v_holder_id AND l.lease = 1;
    IF v_grant.state <> 'absent' THEN
        INSERT INTO tenant_client_leases (
            tenant_id, holder_id, resource_type, time_to_live, expires_at)
        VALUES (
            p_tenant_id, v_holder_id, p_resource_type, p_time_to_live,
            clock_timestamp() + p_time_to_live);
    END IF;
    v_outcome := CASE
        WHEN v_grant.state = 'absent' THEN 'not_found'
        WHEN v_grant.state <> 'open' THEN v_grant.state
        WHEN v_grant.granted > 0 THEN 'admitted'
        WHEN v_grant.elsewhere > 0 THEN 'recalling'
        ELSE 'denied' END;
    RETURN client_lease_outcome_of(p_tenant_id, v_holder_id, v_outcome);
END
$$;

-- Takes a report in. wanted is what the client wants in hand; null ends the lease. It is
-- 'recalling' when the client has nothing in hand, and others were asked to give back.
CREATE FUNCTION report_client_lease(
    p_tenant_id bigint, p_holder_id bigint, p_sequence bigint, p_consumed bigint,
    p_wanted bigint)
RETURNS client_lease_outcome
LANGUAGE plpgsql
AS $$
DECLARE
    v_client tenant_client_leases;
    v_counter quota_counter;
    v_lease tenant_quota_leases;
    v_grant record;
    v_hand bigint;
BEGIN
    SELECT c.* INTO v_client FROM tenant_client_leases c
    WHERE c.tenant_id = p_tenant_id AND c.holder_id = p_holder_id;
    IF NOT FOUND THEN
        RETURN client_lease_outcome_of(p_tenant_id, p_holder_id, 'no_lease');
    END IF;
    -- The counter's lock keeps two reports of one lease apart.
    v_counter := lock_quota_counter(p_tenant_id, v_client.resource_type, '');
    SELECT c.* INTO v_client FROM tenant_client_leases c
    WHERE c.tenant_id = p_tenant_id AND c.holder_id = p_holder_id;
    SELECT l.* INTO v_lease FROM tenant_quota_leases l
    WHERE l.tenant_id = p_tenant_id AND l.resource_type = v_client.resource_type
      AND l.subject = '' AND l.holder_id = p_holder_id AND l.lease = 1;
    -- The same report once more may bring what others have given back meanwhile, no more.
    IF p_sequence = v_client.sequence AND (v_client.ended_at IS NULL OR p_wanted IS NULL)
        AND (p_wanted IS NULL OR p_consumed <> v_lease.spent
            OR p_wanted <= v_lease.granted - v_lease.returned - v_lease.spent)
    THEN
        RETURN client_lease_outcome_of(p_tenant_id, p_holder_id, 'admitted');
    ELSIF v_client.ended_at IS NOT NULL THEN
        RETURN client_lease_outcome_of(p_tenant_id, p_holder_id, 'ended');
    ELSIF p_sequence < v_client.sequence THEN
        RETURN client_lease_outcome_of(p_tenant_id, p_holder_id, 'stale');
    ELSIF v_lease.holder_id IS NULL OR p_consumed > v_lease.granted - v_lease.returned
        OR p_consumed < v_lease.spent
    THEN
        RETURN client_lease_outcome_of(p_tenant_id, p_holder_id, 'invalid');
    END IF;
    v_hand := v_lease.granted - v_lease.returned - p_consumed;
    SELECT * INTO v_grant FROM exchange_quota_leases(
        p_holder_id, ARRAY[p_tenant_id], ARRAY[v_client.resource_type], ARRAY[''],
        ARRAY[1::bigint], ARRAY[p_consumed],
        ARRAY[v_lease.returned + greatest(0, v_hand - coalesce(p_wanted, 0))],
        ARRAY[least(
            9223372036854775807,
            v_lease.granted::numeric + greatest(0, coalesce(p_wanted, 0) - v_hand))::bigint],
        ARRAY[least(1, greatest(0, coalesce(p_wanted, 0) - v_hand))]);
    UPDATE tenant_client_leases c
    SET sequence = p_sequence,
        expires_at = CASE WHEN v_grant.state = 'open'
            THEN clock_timestamp() + c.time_to_live ELSE c.expires_at END,
        ended_at = CASE WHEN p_wanted IS NULL OR v_grant.state = 'over'
            THEN clock_timestamp() END
    WHERE c.tenant_id = p_tenant_id AND c.holder_id = p_holder_id;
    RETURN client_lease_outcome_of(
        p_tenant_id, p_holder_id,
        CASE WHEN v_grant.state = 'open' AND p_wanted > 0 AND v_grant.elsewhere > 0
                AND v_grant.granted = v_lease.returned + p_consumed THEN 'recalling'
            WHEN p_wanted IS NULL OR v_grant.state IN ('open', 'lost') THEN 'admitted'
            WHEN v_grant.state = 'over' THEN 'ended' ELSE v_grant.state END);
END
$$;

-- Counts as consumed what clients have not reported of leases whose time is over; at most so many
-- at once. Answers how many those were.
CREATE FUNCTION expire_client_leases(rows_max integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_client tenant_client_leases;
    v_lease tenant_quota_leases;
    v_expired integer := 0;
BEGIN
    FOR v_client IN
        SELECT c.* FROM tenant_client_leases c
        WHERE c.ended_at IS NULL AND c.expires_at <= clock_timestamp()
        ORDER BY c.tenant_id, c.holder_id LIMIT rows_max
    LOOP
        PERFORM lock_quota_counter(v_client.tenant_id, v_client.resource_type, '');
        UPDATE tenant_client_leases c SET ended_at = clock_timestamp()
        WHERE c.tenant_id = v_client.tenant_id AND c.holder_id = v_client.holder_id
          AND c.ended_at IS NULL AND c.expires_at <= clock_timestamp();
        CONTINUE WHEN NOT FOUND;
        v_expired := v_expired + 1;
        SELECT l.* INTO v_lease FROM tenant_quota_leases l
        WHERE l.tenant_id = v_client.tenant_id AND l.resource_type = v_client.resource_type
          AND l.subject = '' AND l.holder_id = v_client.holder_id AND l.lease = 1;
        IF FOUND THEN
            PERFORM lose_quota_lease(v_lease);
        END IF;
    END LOOP;
    IF v_expired = 0 THEN
        DELETE FROM tenant_client_leases c
        WHERE c.ended_at < clock_timestamp() - interval '1 day';
    END IF;
    RETURN v_expired;
END
$$;

INSERT INTO scheduled_jobs (name, run_every) VALUES ('expire_client_leases', '1 second');

GRANT EXECUTE ON FUNCTION
    exchange_quota_leases(
        bigint, bigint[], text[], text[], bigint[], bigint[], bigint[], bigint[], bigint[]),
    lease_usage_date(bigint, tenant_quota_leases, quota_counter)
TO tenancy_app;
GRANT EXECUTE ON FUNCTION client_lease_outcome_of(bigint, bigint, text)
TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    acquire_client_lease(bigint, text, bigint, interval),
    report_client_lease(bigint, bigint, bigint, bigint, bigint)
TO tenancy_app;
GRANT EXECUTE ON FUNCTION expire_client_leases(integer) TO tenancy_platform;
