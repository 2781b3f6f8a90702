-- How holders of leases talk to the database.

-- The counter that an account has, with its row locked: what exchange_quota_leases decides on.
CREATE TYPE quota_counter AS (
    state text, period_start timestamptz, valid_until timestamptz, usage_date date,
    max_units bigint, allowance bigint, used bigint, reserved bigint, leased bigint,
    limit_version bigint, warn_at bigint, admits_when_away boolean);

CREATE FUNCTION lock_quota_counter(p_tenant_id bigint, p_resource_type text, p_subject text)
RETURNS quota_counter
LANGUAGE plpgsql
AS $$
DECLARE
    v_counter quota_counter;
    v_now timestamptz;
    v_due_at timestamptz;
    v_time_zone text;
BEGIN
    SELECT s.due_at INTO v_due_at FROM tenant_subscriptions s
    WHERE s.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        v_counter.state := 'absent';
        RETURN v_counter;
    END IF;
    IF p_resource_type = 'key_calls' THEN
        RETURN lock_api_key_hour(p_tenant_id, p_subject::bigint);
    END IF;
    v_now := clock_timestamp();
    IF v_due_at <= v_now THEN
        PERFORM settle_tenant_subscription(p_tenant_id, v_now);
    END IF;
    IF p_subject <> '' THEN
        RETURN lock_user_quota(p_tenant_id, p_resource_type, substr(p_subject, 6));
    END IF;
    SELECT
        CASE WHEN t.status <> 'active' THEN 'tenant_inactive'
            WHEN s.status NOT IN ('trial', 'active') THEN 'subscription_inactive'
            ELSE 'open' END,
        quota_period(p_resource_type, s.period_start), s.due_at,
        (least(v_now, s.period_end - interval '1 microsecond') AT TIME ZONE t.time_zone)::date,
        r.max_units, quota_allowance(r.max_units, p.overage_allowed, p.overage_max), r.used,
        r.reserved, r.leased, s.version,
        (SELECT ceil(r.max_units::numeric * min(w) / 100)::bigint
            FROM unnest(p.warn_percentages) AS w),
        coalesce(p.admits_when_away, false)
    INTO v_counter
    FROM tenant_subscriptions s
    JOIN tenants t ON t.id = s.tenant_id
    CROSS JOIN LATERAL (
        SELECT s.max_users, s.current_users, s.reserved_users, s.leased_users
        WHERE p_resource_type = 'users'
        UNION ALL
        SELECT s.max_api_calls, s.current_api_calls, s.reserved_api_calls, s.leased_api_calls
        WHERE p_resource_type = 'api_calls'
        UNION ALL
        SELECT s.max_storage_bytes, s.current_storage_bytes, s.reserved_storage_bytes,
            s.leased_storage_bytes
        WHERE p_resource_type = 'storage'
        UNION ALL
        SELECT s.max_transactions, s.current_transactions, s.reserved_transactions,
            s.leased_transactions
        WHERE p_resource_type = 'transactions'
    ) AS r (max_units, used, reserved, leased)
    LEFT JOIN tenant_quota_policies p
        ON p.tenant_id = s.tenant_id AND p.resource_type = p_resource_type
    WHERE s.tenant_id = p_tenant_id;
    RETURN v_counter;
END
$$;

-- Moves a counter whose row is locked.
CREATE FUNCTION move_quota_counter(
    p_tenant_id bigint, p_resource_type text, p_subject text, p_used bigint, p_leased bigint)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF starts_with(p_subject, 'user:') THEN
        -- What was lost may be found after it was refunded.
        UPDATE tenant_user_quotas q
        SET used = greatest(0, q.used + p_used), leased = q.leased + p_leased
        WHERE q.tenant_id = p_tenant_id AND q.resource_type = p_resource_type
          AND q.user_id = substr(p_subject, 6);
        RETURN;
    END IF;
    CASE p_resource_type
        WHEN 'users' THEN
            UPDATE tenant_subscriptions s
            SET current_users = s.current_users + p_used, leased_users = s.leased_users + p_leased
            WHERE s.tenant_id = p_tenant_id;
        WHEN 'api_calls' THEN
            UPDATE tenant_subscriptions s
            SET current_api_calls = s.current_api_calls + p_used,
                leased_api_calls = s.leased_api_calls + p_leased
            WHERE s.tenant_id = p_tenant_id;
        WHEN 'storage' THEN
            UPDATE tenant_subscriptions s
            SET current_storage_bytes = s.current_storage_bytes + p_used,
                leased_storage_bytes = s.leased_storage_bytes + p_leased
            WHERE s.tenant_id = p_tenant_id;
        WHEN 'transactions' THEN
            UPDATE tenant_subscriptions s
            SET current_transactions = s.current_transactions + p_used,
                leased_transactions = s.leased_transactions + p_leased
            WHERE s.tenant_id = p_tenant_id;
        WHEN 'key_calls' THEN
            UPDATE tenant_api_key_windows w
            SET used = w.used + p_used, leased = w.leased + p_leased
            WHERE w.tenant_id = p_tenant_id AND w.key_id = p_subject::bigint;
    END CASE;
END
$$;

-- One transaction of a holder: what it has spent and given back of each of its leases, and what it
-- would like to have. Answers a row for each report, in any order; elsewhere is what others were
-- asked to give back. The accounts are locked in the order of their tenants, so that two holders
-- never wait for each other. Plain reports are counted all at once, the others one by one.
CREATE FUNCTION exchange_quota_leases(
    p_holder_id bigint, p_tenant_ids bigint[], p_resource_types text[], p_subjects text[],
    p_leases bigint[], p_spent bigint[], p_returned bigint[], p_targets bigint[],
    p_needs bigint[])
RETURNS TABLE (
    place bigint, state text, admits_when_away boolean, is_recalled boolean, valid_for bigint,
    granted bigint, max_units bigint, used bigint, reserved bigint, free bigint,
    elsewhere bigint, warn_at bigint, limit_version bigint)
-- Planning costs more than doing: plans are made once, and so that they are good for any number of
-- reports and of tenants. A plan made for an empty table would read all of it ever after.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    r record;
    v_counter quota_counter;
    v_lease tenant_quota_leases;
    v_is_new boolean;
    v_is_present boolean;
    v_was_recalled boolean;
    v_spent bigint;
    v_returned bigint;
    v_found bigint;
    v_taken_back bigint;
    v_before bigint;
    v_used bigint;
    v_leased bigint;
    v_units bigint;
    v_want bigint;
    v_room bigint;
    v_usage_date date;
    v_plain quota_lease_change[];
BEGIN
    PERFORM FROM tenant_subscriptions s
    WHERE s.tenant_id = ANY (p_tenant_ids) ORDER BY s.tenant_id FOR NO KEY UPDATE;
    v_plain := plain_quota_reports(
        p_holder_id, p_tenant_ids, p_resource_types, p_subjects, p_leases, p_spent, p_returned,
        p_targets, p_needs);
    PERFORM settle_plain_reports(p_holder_id, v_plain);
    RETURN QUERY
        SELECT c.place, c.state, c.admits_when_away, c.is_recalled, c.valid_for, c.lease_granted,
            c.max_units, c.used, c.reserved, c.free, 0::bigint, c.warn_at, c.limit_version
        FROM unnest(v_plain) AS c;
    IF cardinality(v_plain) = cardinality(p_tenant_ids) THEN
        RETURN;
    END IF;
    FOR r IN
        SELECT n.* FROM unnest(
            p_tenant_ids, p_resource_types, p_subjects, p_leases, p_spent, p_returned, p_targets,
            p_needs) WITH ORDINALITY AS n (
                tenant_id, resource_type, subject, lease, spent, returned, target, need, place)
        WHERE n.place NOT IN (SELECT c.place FROM unnest(v_plain) AS c)
        ORDER BY n.tenant_id, n.place
    LOOP
        place := r.place;
        v_counter := lock_quota_counter(r.tenant_id, r.resource_type, r.subject);
        state := v_counter.state;
        admits_when_away := coalesce(v_counter.admits_when_away, false);
        is_recalled := false;
        valid_for := 0;
        granted := r.spent + r.returned;
        max_units := 0;
        used := 0;
        reserved := 0;
        free := 0;
        elsewhere := 0;
        warn_at := NULL;
        limit_version := 0;
        IF state = 'absent' THEN
            RETURN NEXT;
            CONTINUE;
        END IF;
        SELECT l.* INTO v_lease FROM tenant_quota_leases l
        WHERE l.tenant_id = r.tenant_id AND l.resource_type = r.resource_type
          AND l.subject = r.subject AND l.holder_id = p_holder_id AND l.lease = r.lease;
        v_is_new := NOT FOUND;
        IF v_is_new THEN
            v_lease.period_start := v_counter.period_start;
            v_lease.granted := 0;
            v_lease.spent := 0;
            v_lease.returned := 0;
            v_lease.lost := 0;
            v_lease.is_recalled := false;
        END IF;
        v_is_present := v_lease.period_start = v_counter.period_start;

        -- What is new in the totals. What was counted as lost and is known now is taken back.
        v_spent := greatest(0, r.spent - v_lease.spent);
        v_returned := greatest(0, r.returned - v_lease.returned);
        v_before := v_lease.granted - v_lease.spent - v_lease.returned - v_lease.lost;
        v_found := least(v_lease.lost, v_spent + v_returned);
        v_lease.spent := v_lease.spent + v_spent;
        v_lease.returned := v_lease.returned + v_returned;
        v_lease.lost := v_lease.lost - v_found;
        -- More than was granted is spent only where callers are admitted while the database is
        -- away.
        v_lease.granted := greatest(
            v_lease.granted, v_lease.spent + v_lease.returned + v_lease.lost);
        v_was_recalled := v_lease.is_recalled;
        IF v_returned > 0 THEN
            v_lease.is_recalled := false;
        END IF;
        -- What was lost may be found after it was refunded.
        v_taken_back := CASE
            WHEN v_is_present AND r.subject = '' THEN least(v_found, v_counter.used + v_spent)
            ELSE v_found END;
        v_used := v_spent - v_taken_back;
        v_leased := v_lease.granted - v_lease.spent - v_lease.returned - v_lease.lost - v_before;

        IF NOT v_is_present THEN
            state := 'over';
        ELSIF v_lease.lost > 0 THEN
            state := 'lost';
        END IF;
        v_want := r.target - v_lease.granted;
        IF state = 'open' AND v_want > 0 THEN
            free := greatest(
                0, v_counter.allowance - v_counter.used - v_counter.reserved - v_counter.leased
                    - v_used - v_leased);
            -- What others hold is called back before a limit is raised. Usage may be above it.
            v_room := v_counter.allowance - v_counter.used - v_counter.reserved - v_used
                - (v_lease.granted - v_lease.spent - v_lease.returned - v_lease.lost);
            IF v_room < r.need AND r.need > 0 AND r.subject = ''
                AND scale_tenant_quota(
                    r.tenant_id, r.resource_type, r.need::numeric - v_room)
            THEN
                v_counter := lock_quota_counter(r.tenant_id, r.resource_type, r.subject);
                free := greatest(
                    0, v_counter.allowance - v_counter.used - v_counter.reserved
                        - v_counter.leased - v_used - v_leased);
            END IF;
            v_units := CASE
                WHEN free >= r.need THEN least(v_want, greatest(r.need, free / 4))
                -- Two that each held a part would wait for each other, or pass it to and fro.
                WHEN v_was_recalled THEN 0
                ELSE free END;
            v_lease.granted := v_lease.granted + v_units;
            v_leased := v_leased + v_units;
            IF v_units < r.need THEN
                PERFORM recall_quota_leases(
                    r.tenant_id, r.resource_type, r.subject, v_counter.period_start,
                    p_holder_id, r.lease);
                elsewhere := recallable_quota_units(
                    r.tenant_id, r.resource_type, r.subject, v_counter.period_start,
                    p_holder_id, r.lease);
            END IF;
        END IF;
        -- A limit that was lowered below what is out calls everything back.
        is_recalled := v_lease.granted > v_lease.spent + v_lease.returned + v_lease.lost
            AND (v_lease.is_recalled OR v_counter.allowance < v_counter.used
                + v_counter.reserved + v_counter.leased + v_used + v_leased);

        IF v_is_present THEN
            IF v_used <> 0 OR v_leased <> 0 THEN
                PERFORM move_quota_counter(
                    r.tenant_id, r.resource_type, r.subject, v_used, v_leased);
            END IF;
            v_counter.used := v_counter.used + v_used;
            v_counter.leased := v_counter.leased + v_leased;
        END IF;
        -- What one of a tenant takes is not written down as the tenant's.
        IF r.subject = '' AND (v_spent <> 0 OR v_found <> 0) THEN
            v_usage_date := lease_usage_date(r.tenant_id, v_lease, v_counter);
            PERFORM record_tenant_usage(
                r.tenant_id, r.resource_type, 'adjusted', -v_taken_back,
                CASE WHEN v_is_present THEN v_counter.used - v_used END, v_counter.max_units,
                v_lease.period_start, v_usage_date, p_holder_id, r.lease);
            PERFORM record_tenant_usage(
                r.tenant_id, r.resource_type, 'consumed', v_spent,
                CASE WHEN v_is_present THEN v_counter.used - v_spent END, v_counter.max_units,
                v_lease.period_start, v_usage_date, p_holder_id, r.lease);
        END IF;
        IF NOT v_is_new THEN
            UPDATE tenant_quota_leases l
            SET granted = v_lease.granted, spent = v_lease.spent, returned = v_lease.returned,
                lost = v_lease.lost, is_recalled = exchange_quota_leases.is_recalled,
                reported_at = clock_timestamp()
            WHERE l.tenant_id = r.tenant_id AND l.resource_type = r.resource_type
              AND l.subject = r.subject AND l.holder_id = p_holder_id AND l.lease = r.lease;
        ELSIF v_lease.granted > 0 THEN
            INSERT INTO tenant_quota_leases (
                tenant_id, resource_type, subject, holder_id, lease, period_start, granted,
                spent, returned)
            VALUES (
                r.tenant_id, r.resource_type, r.subject, p_holder_id, r.lease,
                v_lease.period_start, v_lease.granted, v_lease.spent, v_lease.returned);
        END IF;

        granted := v_lease.granted;
        max_units := v_counter.max_units;
        used := v_counter.used;
        reserved := v_counter.reserved;
        free := greatest(
            0, v_counter.allowance - v_counter.used - v_counter.reserved - v_counter.leased);
        warn_at := v_counter.warn_at;
        limit_version := v_counter.limit_version;
        valid_for := CASE WHEN isfinite(v_counter.valid_until) THEN greatest(
            0, extract(epoch FROM v_counter.valid_until - clock_timestamp()) * 1000000)::bigint
            END;
        RETURN NEXT;
    END LOOP;
END
$$;

-- The day that a report counts on: today, or the last day of the lease's month when that is over.
CREATE FUNCTION lease_usage_date(
    p_tenant_id bigint, p_lease tenant_quota_leases, p_counter quota_counter) RETURNS date
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    -- Nearly always, and without a plan: in SQL the whole would be planned with every call.
    IF p_lease.period_start = p_counter.period_start THEN
        RETURN p_counter.usage_date;
    END IF;
    RETURN (
        SELECT (month_begin_after(p_lease.period_start, 1, t.time_zone)
            AT TIME ZONE t.time_zone)::date - 1 FROM tenants t WHERE t.id = p_tenant_id);
END
$$;

GRANT EXECUTE ON FUNCTION
    lock_quota_counter(bigint, text, text),
    move_quota_counter(bigint, text, text, bigint, bigint),
    exchange_quota_leases(
        bigint, bigint[], text[], text[], bigint[], bigint[], bigint[], bigint[], bigint[]),
    lease_usage_date(bigint, tenant_quota_leases, quota_counter)
TO tenancy_platform;
