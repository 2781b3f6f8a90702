-- Leases of holders who were lost.

-- Counts as consumed what a holder has not reported that was taken for dead, lease by lease, and
-- forgets the holder when nothing is left; at most 1,000 leases of one holder in a call, since
-- their tenants are locked until its end. Answers how many holders it worked on: 0 when none is
-- dead. A holder that comes back and reports what it has in fact consumed gets the rest taken
-- back.
--
-- Right after the database was away nobody is dead: nobody could say that they live.
CREATE FUNCTION reclaim_quota_leases(p_alive_for interval DEFAULT interval '15 seconds')
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_holder_id bigint;
    v_lease tenant_quota_leases;
    v_count integer := 0;
BEGIN
    IF pg_postmaster_start_time() > clock_timestamp() - p_alive_for THEN
        RETURN 0;
    END IF;
    SELECT h.holder_id INTO v_holder_id FROM quota_holders h
    WHERE h.alive_until <= clock_timestamp()
    ORDER BY h.alive_until LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        DELETE FROM tenant_quota_leases l
        WHERE l.reported_at < clock_timestamp() - interval '1 day'
          AND l.granted = l.spent + l.returned + l.lost;
        RETURN 0;
    END IF;
    FOR v_lease IN
        SELECT l.* FROM tenant_quota_leases l
        WHERE l.holder_id = v_holder_id AND l.granted > l.spent + l.returned + l.lost
        ORDER BY l.tenant_id LIMIT 1000
    LOOP
        PERFORM lose_quota_lease(v_lease);
        v_count := v_count + 1;
    END LOOP;
    IF v_count < 1000 THEN
        DELETE FROM quota_holders h WHERE h.holder_id = v_holder_id;
    END IF;
    RETURN 1;
END
$$;

-- Counts as consumed what is left of a lease.
CREATE FUNCTION lose_quota_lease(p_lease tenant_quota_leases) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_counter quota_counter;
    v_lease tenant_quota_leases;
    v_lost bigint;
    v_is_present boolean;
BEGIN
    v_counter := lock_quota_counter(p_lease.tenant_id, p_lease.resource_type, p_lease.subject);
    SELECT l.* INTO v_lease FROM tenant_quota_leases l
    WHERE l.tenant_id = p_lease.tenant_id AND l.resource_type = p_lease.resource_type
      AND l.subject = p_lease.subject AND l.holder_id = p_lease.holder_id
      AND l.lease = p_lease.lease;
    v_lost := v_lease.granted - v_lease.spent - v_lease.returned - v_lease.lost;
    IF v_lost IS NULL OR v_lost <= 0 THEN
        RETURN;
    END IF;
    UPDATE tenant_quota_leases l SET lost = l.lost + v_lost, is_recalled = false
    WHERE l.tenant_id = p_lease.tenant_id AND l.resource_type = p_lease.resource_type
      AND l.subject = p_lease.subject AND l.holder_id = p_lease.holder_id
      AND l.lease = p_lease.lease;
    v_is_present := v_lease.period_start = v_counter.period_start;
    IF v_is_present THEN
        PERFORM move_quota_counter(
            p_lease.tenant_id, p_lease.resource_type, p_lease.subject, v_lost, -v_lost);
    END IF;
    IF p_lease.subject = '' THEN
        PERFORM record_tenant_usage(
            p_lease.tenant_id, p_lease.resource_type, 'adjusted', v_lost,
            CASE WHEN v_is_present THEN v_counter.used END, v_counter.max_units,
            v_lease.period_start,
            lease_usage_date(p_lease.tenant_id, v_lease, v_counter), p_lease.holder_id,
            p_lease.lease);
    END IF;
END
$$;

INSERT INTO scheduled_jobs (name, run_every) VALUES ('reclaim_quota_leases', '5 seconds');

GRANT EXECUTE ON FUNCTION reclaim_quota_leases(interval), lose_quota_lease(tenant_quota_leases)
TO tenancy_platform;
