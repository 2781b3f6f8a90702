-- What a subscription costs, for which period it is paid, and what is to become of it at the end of
-- that period. Months are calendar months of the tenant's time zone, for quotas and for bills.

-- The first moment of a month in a time zone. Where clocks are turned back over midnight, midnight
-- comes twice, and Postgres takes the later one: the month has begun with the earlier. Where they
-- are turned forward over midnight, it does not come at all, and the month begins with the jump.
CREATE FUNCTION month_begin(p_month date, p_time_zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT min(begin)
    FROM (
        SELECT p_month::timestamp AT TIME ZONE p_time_zone AS later
    ) AS midnight,
    LATERAL (VALUES
        (later), (later - interval '30 minutes'), (later - interval '1 hour'),
        (later - interval '2 hours')) AS candidate (begin)
    WHERE begin = later OR begin AT TIME ZONE p_time_zone = p_month::timestamp
$$;

-- The month of a time zone that a moment is in.
CREATE FUNCTION month_of(p_at timestamptz, p_time_zone text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT date_trunc('month', p_at AT TIME ZONE p_time_zone)::date
$$;

-- The beginning of the month that is so many months after the one of p_at.
CREATE FUNCTION month_begin_after(p_at timestamptz, p_months integer, p_time_zone text)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT month_begin(
        (month_of(p_at, p_time_zone) + make_interval(months => p_months))::date, p_time_zone)
$$;

CREATE FUNCTION billing_cycle_months(p_billing_cycle text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE p_billing_cycle WHEN 'monthly' THEN 1 WHEN 'yearly' THEN 12 END
$$;

GRANT EXECUTE ON FUNCTION
    month_begin(date, text), month_of(timestamptz, text),
    month_begin_after(timestamptz, integer, text), billing_cycle_months(text)
TO tenancy_app, tenancy_platform;

-- scheduled_* are the terms that replace the present ones at the end of the billing period;
-- cancels_at is that end when the subscription is to be cancelled then.
ALTER TABLE tenant_subscriptions
    ADD COLUMN monthly_price_paise bigint,
    ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT 'INR',
    ADD COLUMN billing_period_start timestamptz,
    ADD COLUMN billing_period_end timestamptz,
    ADD COLUMN cancels_at timestamptz,
    ADD COLUMN cancellation_reason text,
    ADD COLUMN scheduled_plan text COLLATE "C",
    ADD COLUMN scheduled_billing_cycle text COLLATE "C",
    ADD COLUMN scheduled_max_users bigint,
    ADD COLUMN scheduled_max_api_calls bigint,
    ADD COLUMN scheduled_max_storage_bytes bigint,
    ADD COLUMN scheduled_max_transactions bigint,
    ADD COLUMN scheduled_monthly_price_paise bigint;

UPDATE tenant_subscriptions s
SET monthly_price_paise = coalesce(p.price_paise, 0),
    billing_period_start = s.period_start, billing_period_end = s.period_end
FROM plans p WHERE p.plan = s.plan;

-- due_at is when something of the subscription has to happen next: its month of quotas ends, its
-- billing period ends, or its trial does. Until then everything in the row holds.
ALTER TABLE tenant_subscriptions
    ALTER COLUMN monthly_price_paise SET NOT NULL,
    ALTER COLUMN billing_period_start SET NOT NULL,
    ALTER COLUMN billing_period_end SET NOT NULL,
    ADD COLUMN due_at timestamptz NOT NULL GENERATED ALWAYS AS (
        least(
            period_end,
            CASE WHEN status <> 'cancelled' THEN billing_period_end END,
            CASE WHEN status = 'trial' THEN trial_ends_at END)) STORED,
    ADD CONSTRAINT tenant_subscriptions_monthly_price_paise_range CHECK (
        monthly_price_paise BETWEEN 0 AND 1000000000000000),
    ADD CONSTRAINT tenant_subscriptions_currency_format CHECK (currency ~ '^[A-Z]{3}$'),
    ADD CONSTRAINT tenant_subscriptions_billing_period_order CHECK (
        billing_period_start < billing_period_end),
    ADD CONSTRAINT tenant_subscriptions_cancels_at_period_end CHECK (
        cancels_at = billing_period_end),
    ADD CONSTRAINT tenant_subscriptions_cancellation_reason_length CHECK (
        length(cancellation_reason) <= 500),
    ADD CONSTRAINT tenant_subscriptions_scheduled_whole CHECK (
        num_nonnulls(
            scheduled_plan, scheduled_billing_cycle, scheduled_max_users, scheduled_max_api_calls,
            scheduled_max_storage_bytes, scheduled_max_transactions,
            scheduled_monthly_price_paise) IN (0, 7)),
    ADD CONSTRAINT tenant_subscriptions_scheduled_plan_known CHECK (
        scheduled_plan IN ('starter', 'professional', 'enterprise', 'custom')),
    ADD CONSTRAINT tenant_subscriptions_scheduled_billing_cycle_known CHECK (
        scheduled_billing_cycle IN ('monthly', 'yearly')),
    ADD CONSTRAINT tenant_subscriptions_scheduled_limits_positive CHECK (
        least(
            scheduled_max_users, scheduled_max_api_calls, scheduled_max_storage_bytes,
            scheduled_max_transactions) > 0),
    ADD CONSTRAINT tenant_subscriptions_scheduled_monthly_price_paise_range CHECK (
        scheduled_monthly_price_paise BETWEEN 0 AND 1000000000000000),
    -- One thing at most can happen at the end of the period, and nothing after the end.
    ADD CONSTRAINT tenant_subscriptions_scheduled_once CHECK (
        num_nonnulls(cancels_at, scheduled_plan)
            <= CASE status WHEN 'cancelled' THEN 0 ELSE 1 END);

-- How the scheduler finds what is due, over all tenants: the one index of a tenant table that does
-- not begin with the tenant. It is not unique, so that a database distributed by tenant keeps a
-- part of it on every node; and a change of a counter does not touch it.
-- The primary key is made again to come after it, as that of tenants does.
ALTER TABLE tenant_resource_usage DROP CONSTRAINT tenant_resource_usage_subscription_fkey;
ALTER TABLE tenant_subscriptions DROP CONSTRAINT tenant_subscriptions_pkey;
CREATE INDEX tenant_subscriptions_due ON tenant_subscriptions (due_at, tenant_id);
ALTER TABLE tenant_subscriptions
    ADD CONSTRAINT tenant_subscriptions_pkey PRIMARY KEY (tenant_id);
ALTER TABLE tenant_resource_usage ADD CONSTRAINT tenant_resource_usage_subscription_fkey
    FOREIGN KEY (tenant_id) REFERENCES tenant_subscriptions (tenant_id);

-- The terms and the periods; never the tenant, the currency or the time of creation.
GRANT UPDATE (
    plan, status, billing_cycle, trial_ends_at, period_start, period_end, max_users, max_api_calls,
    max_storage_bytes, max_transactions, monthly_price_paise, billing_period_start,
    billing_period_end, cancels_at, cancellation_reason, scheduled_plan, scheduled_billing_cycle,
    scheduled_max_users, scheduled_max_api_calls, scheduled_max_storage_bytes,
    scheduled_max_transactions, scheduled_monthly_price_paise)
    ON tenant_subscriptions TO tenancy_app, tenancy_platform;
GRANT UPDATE (current_users, current_api_calls, current_storage_bytes, current_transactions)
    ON tenant_subscriptions TO tenancy_platform;

-- The version is what a change may expect it to be. Counters and the month of quotas are not in the
-- list, so taking units costs no call of a trigger and no version.
CREATE FUNCTION advance_subscription_version() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    RETURN NEW;
END
$$;

CREATE TRIGGER tenant_subscriptions_version
    BEFORE UPDATE OF plan, status, billing_cycle, trial_ends_at, max_users, max_api_calls,
        max_storage_bytes, max_transactions, monthly_price_paise, billing_period_start,
        billing_period_end, cancels_at, cancellation_reason, scheduled_plan,
        scheduled_billing_cycle, scheduled_max_users, scheduled_max_api_calls,
        scheduled_max_storage_bytes, scheduled_max_transactions, scheduled_monthly_price_paise
    ON tenant_subscriptions
    FOR EACH ROW EXECUTE FUNCTION advance_subscription_version();

-- What the log says of a change: every column that differs, before and after.
CREATE FUNCTION log_tenant_subscription_changed() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    v_details jsonb := (
        SELECT coalesce(
            jsonb_object_agg(n.key, jsonb_build_object('from', o.value, 'to', n.value)), '{}')
        FROM jsonb_each(to_jsonb(NEW)) AS n
        JOIN jsonb_each(to_jsonb(OLD)) AS o USING (key)
        WHERE n.value IS DISTINCT FROM o.value
          AND key NOT IN ('version', 'updated_at', 'due_at', 'max_storage_gb')
          AND key NOT LIKE 'current\_%' AND key NOT LIKE 'reserved\_%');
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id,
        CASE
            WHEN NEW.status = 'cancelled' AND OLD.status <> 'cancelled'
                THEN 'subscription_cancelled'
            WHEN NEW.status = 'expired' AND OLD.status = 'trial' THEN 'subscription_expired'
            WHEN NEW.cancels_at IS NOT NULL AND OLD.cancels_at IS NULL
                THEN 'subscription_cancellation_scheduled'
            WHEN NEW.scheduled_plan IS NOT NULL AND v_details ?| ARRAY[
                    'scheduled_plan', 'scheduled_billing_cycle', 'scheduled_max_users',
                    'scheduled_max_api_calls', 'scheduled_max_storage_bytes',
                    'scheduled_max_transactions', 'scheduled_monthly_price_paise']
                THEN 'subscription_change_scheduled'
            WHEN v_details ? 'billing_period_start' AND NOT v_details ?| ARRAY[
                    'plan', 'status', 'billing_cycle', 'scheduled_plan']
                THEN 'subscription_renewed'
            ELSE 'subscription_changed'
        END,
        'subscription', NEW.tenant_id::text, v_details);
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_subscriptions_log_changed
    AFTER UPDATE ON tenant_subscriptions
    FOR EACH ROW WHEN (OLD.version <> NEW.version)
    EXECUTE FUNCTION log_tenant_subscription_changed();

-- A month that ends takes its counters with it: the log keeps what they were.
CREATE FUNCTION log_tenant_usage_reset() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id, 'usage_reset', 'subscription', NEW.tenant_id::text,
        jsonb_build_object(
            'period_start', OLD.period_start, 'period_end', OLD.period_end,
            'api_calls', OLD.current_api_calls, 'transactions', OLD.current_transactions));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_subscriptions_log_usage_reset
    AFTER UPDATE OF period_start ON tenant_subscriptions
    FOR EACH ROW WHEN (OLD.period_start <> NEW.period_start)
    EXECUTE FUNCTION log_tenant_usage_reset();

-- A tenant that moves to another time zone ends its months there. The label of the month stays, and
-- only its end moves: no month is given twice, whichever way the zone is changed.
DROP TRIGGER tenants_period ON tenants;
DROP FUNCTION move_tenant_period();

CREATE FUNCTION move_tenant_months() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE tenant_subscriptions s
    SET period_end = month_begin(month_of(s.period_end, OLD.time_zone), NEW.time_zone),
        billing_period_end = month_begin(
            month_of(s.billing_period_end, OLD.time_zone), NEW.time_zone),
        cancels_at = CASE WHEN s.cancels_at IS NOT NULL THEN month_begin(
            month_of(s.billing_period_end, OLD.time_zone), NEW.time_zone) END
    WHERE s.tenant_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenants_follow_time_zone
    AFTER UPDATE OF time_zone ON tenants
    FOR EACH ROW WHEN (OLD.time_zone <> NEW.time_zone)
    EXECUTE FUNCTION move_tenant_months();

-- What was charged and given back. A row is one version of a subscription that cost something: a
-- billing period that began, or a change within one. amount_paise is what the tenant owes for it.
CREATE TABLE tenant_subscription_charges (
    tenant_id bigint NOT NULL,
    subscription_version bigint NOT NULL,
    reason text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,
    billing_cycle text COLLATE "C" NOT NULL,
    credit_paise bigint NOT NULL,
    charge_paise bigint NOT NULL,
    amount_paise bigint NOT NULL GENERATED ALWAYS AS (charge_paise - credit_paise) STORED,
    currency text COLLATE "C" NOT NULL DEFAULT 'INR',
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tenant_subscription_charges_pkey PRIMARY KEY (tenant_id, subscription_version),
    -- The subscription is locked by the transaction that charges, so this key costs no further
    -- lock.
    CONSTRAINT tenant_subscription_charges_subscription_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_subscriptions (tenant_id),
    CONSTRAINT tenant_subscription_charges_reason_known CHECK (reason IN ('period', 'change')),
    CONSTRAINT tenant_subscription_charges_amounts_positive CHECK (
        least(credit_paise, charge_paise) >= 0),
    CONSTRAINT tenant_subscription_charges_period_order CHECK (period_start < period_end)
);

SELECT protect_tenant_table('tenant_subscription_charges');

-- What is charged stays: there is no right to change or delete a row.
GRANT SELECT, INSERT ON tenant_subscription_charges TO tenancy_app, tenancy_platform;

CREATE FUNCTION log_tenant_subscription_charged() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id, 'subscription_charged', 'subscription', NEW.tenant_id::text,
        jsonb_build_object(
            'reason', NEW.reason, 'plan', NEW.plan, 'billing_cycle', NEW.billing_cycle,
            'credit_paise', NEW.credit_paise, 'charge_paise', NEW.charge_paise,
            'amount_paise', NEW.charge_paise - NEW.credit_paise, 'currency', NEW.currency,
            'period_start', NEW.period_start, 'period_end', NEW.period_end));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_subscription_charges_log AFTER INSERT ON tenant_subscription_charges
    FOR EACH ROW EXECUTE FUNCTION log_tenant_subscription_charged();

-- The subscription a new tenant gets. Its month of quotas and its first billing period are the
-- calendar month in the tenant's time zone.
CREATE OR REPLACE FUNCTION create_tenant_subscription(
    p_tenant_id bigint, p_plan text, p_status text, p_time_zone text)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO tenant_subscriptions (
        tenant_id, plan, status, trial_ends_at, period_start, period_end, billing_period_start,
        billing_period_end, max_users, max_api_calls, max_storage_bytes, max_transactions,
        monthly_price_paise, currency)
    SELECT
        p_tenant_id, p.plan, p_status,
        CASE WHEN p_status = 'trial' THEN now() + make_interval(days => p.trial_days) END,
        month.first, month.next, month.first, month.next,
        p.max_users, p.max_api_calls, p.max_storage_bytes, p.max_transactions,
        p.price_paise, p.currency
    FROM plans p
    CROSS JOIN LATERAL (
        SELECT month_begin_after(now(), 0, p_time_zone), month_begin_after(now(), 1, p_time_zone)
    ) AS month (first, next)
    WHERE p.plan = p_plan
$$;
