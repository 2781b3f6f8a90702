-- What time does to a subscription: months of quotas that end, trials that expire, changes and
-- cancellations that were scheduled, billing periods that follow one another.
--
-- It is done by one function for one tenant, settle_tenant_subscription, and in three places: by
-- the scheduler for everything that is due, by a taking that finds its tenant due, and by a change
-- before it decides. So it is right at the moment it is due, whether or not a scheduler has run
-- since, and nothing is done twice: what is done moves due_at into the future.

-- Starts the month of quotas anew that p_now is in, when the present one is over, and answers
-- whether it did. Months without a server are passed over: nothing was used in them. Users and
-- storage are not of a month and stay; so do reserved units, which somebody still holds.
--
-- A condition of the statement and not a look before it: of two at once the second waits for the
-- row, finds the month new, and changes nothing.
CREATE FUNCTION roll_tenant_period(
    p_tenant_id bigint, p_now timestamptz DEFAULT clock_timestamp())
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE tenant_subscriptions s
    SET period_start = month_begin_after(p_now, 0, t.time_zone),
        period_end = month_begin_after(p_now, 1, t.time_zone),
        current_api_calls = 0, current_transactions = 0
    FROM tenants t
    WHERE s.tenant_id = p_tenant_id AND t.id = p_tenant_id AND s.period_end <= p_now;
    RETURN FOUND;
END
$$;

-- What the present state of a subscription is at a moment, whether or not it was settled since.
CREATE FUNCTION subscription_status_at(
    p_status text, p_trial_ends_at timestamptz, p_cancels_at timestamptz, p_now timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_cancels_at <= p_now THEN 'cancelled'
        WHEN p_status = 'trial' AND p_trial_ends_at <= p_now THEN 'expired'
        ELSE p_status
    END
$$;

-- Begins the next billing period of a subscription whose present one is over: on the terms that
-- were scheduled, when there are some and what is used fits them, else on the present ones. Terms
-- that do not fit stay scheduled for the end of the period that begins.
CREATE FUNCTION renew_tenant_subscription(
    p_subscription tenant_subscriptions, p_time_zone text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_old tenant_subscriptions := p_subscription;
    v_new tenant_subscriptions;
    v_applies boolean := v_old.scheduled_plan IS NOT NULL
        AND v_old.current_users + v_old.reserved_users <= v_old.scheduled_max_users
        AND v_old.current_api_calls + v_old.reserved_api_calls <= v_old.scheduled_max_api_calls
        AND v_old.current_storage_bytes + v_old.reserved_storage_bytes
            <= v_old.scheduled_max_storage_bytes
        AND v_old.current_transactions + v_old.reserved_transactions
            <= v_old.scheduled_max_transactions;
BEGIN
    IF v_applies THEN
        UPDATE tenant_subscriptions s
        SET plan = s.scheduled_plan, billing_cycle = s.scheduled_billing_cycle,
            -- A plan without a trial ends the trial of the plan before it.
            status = CASE WHEN s.status IN ('trial', 'expired') AND p.trial_days = 0
                THEN 'active' ELSE s.status END,
            trial_ends_at = CASE WHEN s.status IN ('trial', 'expired') AND p.trial_days = 0
                THEN NULL ELSE s.trial_ends_at END,
            max_users = s.scheduled_max_users, max_api_calls = s.scheduled_max_api_calls,
            max_storage_bytes = s.scheduled_max_storage_bytes,
            max_transactions = s.scheduled_max_transactions,
            monthly_price_paise = s.scheduled_monthly_price_paise,
            scheduled_plan = NULL, scheduled_billing_cycle = NULL, scheduled_max_users = NULL,
            scheduled_max_api_calls = NULL, scheduled_max_storage_bytes = NULL,
            scheduled_max_transactions = NULL, scheduled_monthly_price_paise = NULL,
            billing_period_start = s.billing_period_end,
            billing_period_end = month_begin_after(
                s.billing_period_end, billing_cycle_months(s.scheduled_billing_cycle),
                p_time_zone)
        FROM plans p
        WHERE s.tenant_id = v_old.tenant_id AND p.plan = s.scheduled_plan
        RETURNING s.* INTO STRICT v_new;
    ELSE
        UPDATE tenant_subscriptions s
        SET billing_period_start = s.billing_period_end,
            billing_period_end = month_begin_after(
                s.billing_period_end, billing_cycle_months(s.billing_cycle), p_time_zone)
        WHERE s.tenant_id = v_old.tenant_id
        RETURNING s.* INTO STRICT v_new;
    END IF;
    -- A trial is free, and what has expired is not used.
    IF v_new.status IN ('active', 'past_due') AND v_new.monthly_price_paise > 0 THEN
        INSERT INTO tenant_subscription_charges (
            tenant_id, subscription_version, reason, plan, billing_cycle, credit_paise,
            charge_paise, currency, period_start, period_end)
        VALUES (
            v_new.tenant_id, v_new.version, 'period', v_new.plan, v_new.billing_cycle, 0,
            v_new.monthly_price_paise * billing_cycle_months(v_new.billing_cycle),
            v_new.currency, v_new.billing_period_start, v_new.billing_period_end);
    END IF;
END
$$;

-- Does everything that is due of one subscription, in the order in which it became due, and answers
-- whether anything was. What is done is put down to the service, not to whose call came upon it; by
-- hand in psql it is put down to the role, as everything there.
CREATE FUNCTION settle_tenant_subscription(
    p_tenant_id bigint, p_now timestamptz DEFAULT clock_timestamp())
RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_subscription tenant_subscriptions;
    v_time_zone text;
    v_actor text := coalesce(current_setting('tenancy.actor', true), '');
    v_address text := coalesce(current_setting('tenancy.actor_address', true), '');
    v_agent text := coalesce(current_setting('tenancy.user_agent', true), '');
BEGIN
    PERFORM FROM tenant_subscriptions s
    WHERE s.tenant_id = p_tenant_id AND s.due_at <= p_now FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_actor <> '' THEN
        PERFORM set_config('tenancy.actor', 'service:tenancyd', true),
            set_config('tenancy.actor_address', '', true),
            set_config('tenancy.user_agent', '', true);
    END IF;
    SELECT t.time_zone INTO STRICT v_time_zone FROM tenants t WHERE t.id = p_tenant_id;
    -- First the month, so that what is scheduled meets the counters of the month that begins.
    PERFORM roll_tenant_period(p_tenant_id, p_now);
    LOOP
        SELECT s.* INTO STRICT v_subscription FROM tenant_subscriptions s
        WHERE s.tenant_id = p_tenant_id;
        EXIT WHEN v_subscription.due_at > p_now;
        IF v_subscription.status = 'trial'
            AND v_subscription.trial_ends_at <= v_subscription.billing_period_end
        THEN
            UPDATE tenant_subscriptions s SET status = 'expired' WHERE s.tenant_id = p_tenant_id;
        ELSIF v_subscription.cancels_at IS NOT NULL THEN
            UPDATE tenant_subscriptions s SET status = 'cancelled', cancels_at = NULL
            WHERE s.tenant_id = p_tenant_id;
        ELSE
            PERFORM renew_tenant_subscription(v_subscription, v_time_zone);
        END IF;
    END LOOP;
    PERFORM set_config('tenancy.actor', v_actor, true),
        set_config('tenancy.actor_address', v_address, true),
        set_config('tenancy.user_agent', v_agent, true);
    RETURN true;
END
$$;

-- Settles the subscriptions that are due, at most so many, those first that have waited longest. A
-- run asks again and again, from last_due_at and last_tenant_id on, until last_tenant_id is null;
-- so it passes each tenant once, and one that cannot be settled holds nobody up. Those are named in
-- failed, and tried again by the next run.
--
-- Tenants that somebody else is working on are passed over: who works on one settles it first.
CREATE FUNCTION settle_due_subscriptions(
    p_after_due_at timestamptz DEFAULT '-infinity', p_after_tenant_id bigint DEFAULT 0,
    p_tenants_max integer DEFAULT 50, p_now timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (
    settled integer, failed bigint[], last_due_at timestamptz, last_tenant_id bigint)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_due record;
BEGIN
    settled := 0;
    failed := '{}';
    FOR v_due IN
        SELECT s.due_at, s.tenant_id FROM tenant_subscriptions s
        WHERE s.due_at <= p_now AND (s.due_at, s.tenant_id) > (p_after_due_at, p_after_tenant_id)
        ORDER BY s.due_at, s.tenant_id LIMIT p_tenants_max
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        last_due_at := v_due.due_at;
        last_tenant_id := v_due.tenant_id;
        BEGIN
            settled := settled + settle_tenant_subscription(v_due.tenant_id, p_now)::integer;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'tenant % cannot be settled: %', v_due.tenant_id, SQLERRM
                USING ERRCODE = SQLSTATE;
            failed := failed || v_due.tenant_id;
        END;
    END LOOP;
    RETURN NEXT;
END
$$;

-- Starts the month of quotas anew of every tenant whose month is over, and answers how many those
-- were. The scheduler does this and more by itself; this is for a cron job or a person with psql.
CREATE FUNCTION reset_monthly_usage_counters(p_now timestamptz DEFAULT clock_timestamp())
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    v_tenant_id bigint;
    v_reset bigint := 0;
BEGIN
    FOR v_tenant_id IN
        -- What is due of a month is due: the first condition is the one that the index knows.
        SELECT s.tenant_id FROM tenant_subscriptions s
        WHERE s.due_at <= p_now AND s.period_end <= p_now
        ORDER BY s.due_at, s.tenant_id
    LOOP
        v_reset := v_reset + roll_tenant_period(v_tenant_id, p_now)::integer;
    END LOOP;
    RETURN v_reset;
END
$$;

GRANT EXECUTE ON FUNCTION
    roll_tenant_period(bigint, timestamptz),
    subscription_status_at(text, timestamptz, timestamptz, timestamptz),
    renew_tenant_subscription(tenant_subscriptions, text),
    settle_tenant_subscription(bigint, timestamptz)
TO tenancy_app, tenancy_platform;
GRANT EXECUTE ON FUNCTION
    settle_due_subscriptions(timestamptz, bigint, integer, timestamptz),
    reset_monthly_usage_counters(timestamptz)
TO tenancy_platform;

-- The standing of every resource, right also when the month has ended and nothing has happened
-- since: then nothing of the new month is used.
CREATE OR REPLACE FUNCTION tenant_quota_standing(p_tenant_id bigint)
RETURNS TABLE (
    resource_type text, current_units bigint, reserved_units bigint, max_units bigint,
    tenant_status text, subscription_status text)
LANGUAGE sql STABLE ROWS 4
AS $$
    SELECT r.resource_type, r.current_units, r.reserved_units, r.max_units, t.status,
        subscription_status_at(s.status, s.trial_ends_at, s.cancels_at, now())
    FROM tenant_subscriptions s
    JOIN tenants t ON t.id = s.tenant_id
    CROSS JOIN LATERAL (VALUES
        ('users', s.current_users, s.reserved_users, s.max_users),
        ('api_calls', CASE WHEN s.period_end > now() THEN s.current_api_calls ELSE 0 END,
            s.reserved_api_calls, s.max_api_calls),
        ('storage', s.current_storage_bytes, s.reserved_storage_bytes, s.max_storage_bytes),
        ('transactions', CASE WHEN s.period_end > now() THEN s.current_transactions ELSE 0 END,
            s.reserved_transactions, s.max_transactions)
    ) AS r (resource_type, current_units, reserved_units, max_units)
    WHERE s.tenant_id = p_tenant_id
$$;

-- As before, and in the month that it falls in: a taking that finds its subscription due settles it
-- and tries again, and only such a taking pays for that.
CREATE OR REPLACE FUNCTION consume_tenant_quota(
    p_tenant_id bigint, p_resource_type text, p_amount bigint,
    p_idempotency_key text DEFAULT NULL, p_request_hash bytea DEFAULT NULL,
    p_validate_only boolean DEFAULT false)
RETURNS TABLE (
    outcome text, current_units bigint, reserved_units bigint, max_units bigint,
    decided_at timestamptz)
LANGUAGE plpgsql ROWS 1
AS $$
DECLARE
    v_key idempotency_keys;
    v_answer jsonb;
    v_time_zone text;
    v_period_end timestamptz;
    v_is_taken boolean := false;
    v_tenant_status text;
    v_subscription_status text;
BEGIN
    PERFORM assert_resource_type(p_resource_type);
    IF p_amount IS NULL OR p_amount < 1 THEN
        RAISE EXCEPTION 'amount must be at least 1'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'amount';
    END IF;

    IF p_idempotency_key IS NOT NULL THEN
        -- Two calls with one key must not both find it unused. The row that the taking locks anyway
        -- keeps them apart; writing the key first and deleting it on a denial would leave dead
        -- rows.
        PERFORM FROM tenant_subscriptions s
        WHERE s.tenant_id = p_tenant_id FOR NO KEY UPDATE;
        SELECT k.* INTO v_key FROM idempotency_keys k
        WHERE k.tenant_id = p_tenant_id AND k.key = p_idempotency_key
          AND k.expires_at > clock_timestamp();
        IF FOUND THEN
            IF v_key.method = 'Consume' AND v_key.request_hash = p_request_hash THEN
                v_answer := convert_from(v_key.response, 'UTF8')::jsonb;
                RETURN QUERY SELECT
                    'replayed'::text, (v_answer ->> 'current_units')::bigint,
                    (v_answer ->> 'reserved_units')::bigint, (v_answer ->> 'max_units')::bigint,
                    (v_answer ->> 'decided_at')::timestamptz;
            ELSE
                RETURN QUERY SELECT
                    'key_reused'::text, 0::bigint, 0::bigint, 0::bigint, clock_timestamp();
            END IF;
            RETURN;
        END IF;
    END IF;

    decided_at := clock_timestamp();
    -- Denied is only what the numbers deny. A taking that met a month which somebody else was just
    -- ending did not see the row that it needs: then the numbers allow it, and it tries again.
    LOOP
        IF NOT p_validate_only THEN
            -- The condition is a comparison with what is left: adding first could overflow. After a
            -- wait for the row's lock Postgres evaluates it again on the newest version.
            UPDATE tenant_subscriptions s
            SET current_users = s.current_users
                    + CASE p_resource_type WHEN 'users' THEN p_amount ELSE 0 END,
                current_api_calls = s.current_api_calls
                    + CASE p_resource_type WHEN 'api_calls' THEN p_amount ELSE 0 END,
                current_storage_bytes = s.current_storage_bytes
                    + CASE p_resource_type WHEN 'storage' THEN p_amount ELSE 0 END,
                current_transactions = s.current_transactions
                    + CASE p_resource_type WHEN 'transactions' THEN p_amount ELSE 0 END
            FROM tenants t
            WHERE s.tenant_id = p_tenant_id AND t.id = p_tenant_id
              AND t.status = 'active' AND s.status IN ('trial', 'active')
              AND s.due_at > clock_timestamp()
              AND p_amount <= CASE p_resource_type
                    WHEN 'users' THEN s.max_users - s.current_users - s.reserved_users
                    WHEN 'api_calls' THEN
                        s.max_api_calls - s.current_api_calls - s.reserved_api_calls
                    WHEN 'storage' THEN
                        s.max_storage_bytes - s.current_storage_bytes - s.reserved_storage_bytes
                    WHEN 'transactions' THEN
                        s.max_transactions - s.current_transactions - s.reserved_transactions
                END
            RETURNING
                CASE p_resource_type
                    WHEN 'users' THEN s.current_users WHEN 'api_calls' THEN s.current_api_calls
                    WHEN 'storage' THEN s.current_storage_bytes ELSE s.current_transactions END,
                CASE p_resource_type
                    WHEN 'users' THEN s.reserved_users WHEN 'api_calls' THEN s.reserved_api_calls
                    WHEN 'storage' THEN s.reserved_storage_bytes ELSE s.reserved_transactions END,
                CASE p_resource_type
                    WHEN 'users' THEN s.max_users WHEN 'api_calls' THEN s.max_api_calls
                    WHEN 'storage' THEN s.max_storage_bytes ELSE s.max_transactions END,
                t.time_zone, s.period_end
            INTO current_units, reserved_units, max_units, v_time_zone, v_period_end;
            v_is_taken := FOUND;
            EXIT WHEN v_is_taken;
            PERFORM settle_tenant_subscription(p_tenant_id, clock_timestamp());
        END IF;
        SELECT
            q.current_units, q.reserved_units, q.max_units, q.tenant_status,
            q.subscription_status
        INTO current_units, reserved_units, max_units, v_tenant_status, v_subscription_status
        FROM tenant_quota_standing(p_tenant_id) q WHERE q.resource_type = p_resource_type;
        outcome := CASE
            WHEN NOT FOUND THEN 'not_found'
            WHEN v_tenant_status <> 'active' THEN 'tenant_inactive'
            WHEN v_subscription_status NOT IN ('trial', 'active') THEN 'subscription_inactive'
            WHEN p_amount <= max_units - current_units - reserved_units THEN 'validated'
            ELSE 'denied'
        END;
        EXIT WHEN p_validate_only OR outcome <> 'validated';
    END LOOP;

    IF v_is_taken THEN
        -- After the lock: the day is the one of the taking, not of the waiting, and a day of
        -- the month that the units were counted in.
        decided_at := least(clock_timestamp(), v_period_end - interval '1 microsecond');
        INSERT INTO tenant_resource_usage AS u (tenant_id, usage_date, resource_type, used)
        VALUES (
            p_tenant_id, (decided_at AT TIME ZONE v_time_zone)::date, p_resource_type,
            p_amount)
        ON CONFLICT ON CONSTRAINT tenant_resource_usage_pkey
        DO UPDATE SET used = u.used + excluded.used;
        IF p_idempotency_key IS NOT NULL THEN
            INSERT INTO idempotency_keys AS k (tenant_id, key, method, request_hash, response)
            VALUES (
                p_tenant_id, p_idempotency_key, 'Consume', p_request_hash,
                convert_to(jsonb_build_object(
                    'current_units', current_units, 'reserved_units', reserved_units,
                    'max_units', max_units, 'decided_at', decided_at)::text, 'UTF8'))
            -- Only a key that has expired can be there.
            ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE
            SET method = excluded.method, request_hash = excluded.request_hash,
                response = excluded.response, created_at = excluded.created_at,
                expires_at = excluded.expires_at;
        END IF;
        outcome := 'admitted';
        RETURN NEXT;
        RETURN;
    END IF;

    current_units := coalesce(current_units, 0);
    reserved_units := coalesce(reserved_units, 0);
    max_units := coalesce(max_units, 0);
    RETURN NEXT;
END
$$;
