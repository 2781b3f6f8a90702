-- What the servers do beside the calls: each job once at a time and once in its interval, whatever
-- the number of servers. A server claims a job's run; whoever works on it renews the claim in the
-- same transaction as each step, so a server that was thought dead and comes back does nothing
-- more.
-- A job finds its work by looking at what is due, not by counting its runs, so hours without a
-- server are caught up with by the next run.
CREATE TABLE scheduled_jobs (
    name text COLLATE "C" NOT NULL,
    run_every interval NOT NULL,
    next_run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The number of the run that is under way or was last; a claim is worth nothing for another.
    run bigint NOT NULL DEFAULT 0,
    claimed_by text,
    claimed_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    -- How many runs in a row have failed.
    failures integer NOT NULL DEFAULT 0,
    CONSTRAINT scheduled_jobs_pkey PRIMARY KEY (name),
    CONSTRAINT scheduled_jobs_run_every_range CHECK (
        run_every BETWEEN interval '1 second' AND interval '31 days'),
    CONSTRAINT scheduled_jobs_claim_whole CHECK (num_nonnulls(claimed_by, claimed_until) <> 1)
);

ALTER TABLE scheduled_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheduled_jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON scheduled_jobs TO tenancy_platform USING (true);
GRANT SELECT, UPDATE (
    next_run_at, run, claimed_by, claimed_until, started_at, finished_at, failures)
    ON scheduled_jobs TO tenancy_platform;

INSERT INTO scheduled_jobs (name, run_every) VALUES
    ('settle_subscriptions', '15 seconds'),
    ('ensure_partitions', '1 hour'),
    ('purge_idempotency_keys', '1 hour');

-- Claims the next run of the job that has waited longest, of those that the server knows; no row
-- when none is due. A claim that its server has let lapse is taken over.
CREATE FUNCTION claim_scheduled_job(
    p_names text[], p_server text, p_claim_for interval,
    p_now timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (name text, run bigint)
LANGUAGE sql ROWS 1
AS $$
    UPDATE scheduled_jobs j
    SET run = j.run + 1, claimed_by = p_server, claimed_until = p_now + p_claim_for,
        started_at = p_now
    WHERE j.name = (
        SELECT d.name FROM scheduled_jobs d
        WHERE d.name = ANY (p_names) AND d.next_run_at <= p_now
          AND (d.claimed_until IS NULL OR d.claimed_until <= p_now)
        ORDER BY d.next_run_at, d.name LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING j.name, j.run
$$;

-- Holds on to a claim for as long again, and locks it until the transaction ends; false when it is
-- somebody else's by now.
CREATE FUNCTION renew_scheduled_job(
    p_name text, p_run bigint, p_claim_for interval,
    p_now timestamptz DEFAULT clock_timestamp())
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE scheduled_jobs j SET claimed_until = p_now + p_claim_for
    WHERE j.name = p_name AND j.run = p_run AND j.claimed_by IS NOT NULL;
    RETURN FOUND;
END
$$;

-- Ends a run, and says when the next one is due: after the job's interval, or sooner when this one
-- has failed, and less soon with every failure. False when the claim is somebody else's by now.
CREATE FUNCTION finish_scheduled_job(
    p_name text, p_run bigint, p_succeeded boolean,
    p_now timestamptz DEFAULT clock_timestamp())
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE scheduled_jobs j
    SET claimed_by = NULL, claimed_until = NULL, finished_at = p_now,
        failures = CASE WHEN p_succeeded THEN 0 ELSE j.failures + 1 END,
        next_run_at = p_now + CASE WHEN p_succeeded THEN j.run_every
            ELSE least(j.run_every, interval '1 second' * 2 ^ least(j.failures, 12)) END
    WHERE j.name = p_name AND j.run = p_run AND j.claimed_by IS NOT NULL;
    RETURN FOUND;
END
$$;

GRANT EXECUTE ON FUNCTION
    claim_scheduled_job(text[], text, interval, timestamptz),
    renew_scheduled_job(text, bigint, interval, timestamptz),
    finish_scheduled_job(text, bigint, boolean, timestamptz)
TO tenancy_platform;
