-- What can be subscribed to. Prices are whole paise, storage is whole bytes, and a gigabyte is 10^9
-- bytes. A plan without limits or price is negotiated for each tenant.
CREATE TABLE plans (
    plan text COLLATE "C" NOT NULL,
    display_name text NOT NULL,
    max_users bigint,
    max_api_calls bigint,
    max_storage_bytes bigint,
    max_transactions bigint,
    price_paise bigint,
    currency text COLLATE "C" NOT NULL DEFAULT 'INR',
    trial_days integer NOT NULL DEFAULT 0,
    CONSTRAINT plans_pkey PRIMARY KEY (plan),
    CONSTRAINT plans_limits_positive CHECK (
        max_users > 0 AND max_api_calls > 0 AND max_storage_bytes > 0 AND max_transactions > 0),
    CONSTRAINT plans_price_paise_positive CHECK (price_paise >= 0),
    CONSTRAINT plans_trial_days_range CHECK (trial_days BETWEEN 0 AND 365)
);

INSERT INTO plans VALUES
    ('starter', 'Starter', 10, 10000, 5000000000, 1000, 0, 'INR', 30),
    ('professional', 'Professional', 100, 100000, 50000000000, 10000, 1000000, 'INR', 0),
    ('enterprise', 'Enterprise', 1000, 1000000, 500000000000, 100000, 10000000, 'INR', 0),
    ('custom', 'Custom', NULL, NULL, NULL, NULL, NULL, 'INR', 0);

GRANT SELECT ON plans TO tenancy_app, tenancy_platform;

-- The subscription of a tenant, with its limits and what it has used of them in this period. There
-- is one per tenant: what it was before is in the activity log.
--
-- reserved_* are units that are spoken for and not yet used; they are not free. Only the primary
-- key is indexed and pages are kept half empty, so that a change of a counter stays on its page and
-- touches no index.
CREATE TABLE tenant_subscriptions (
    tenant_id bigint NOT NULL,
    plan text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    billing_cycle text COLLATE "C" NOT NULL DEFAULT 'monthly',
    trial_ends_at timestamptz,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    max_users bigint NOT NULL,
    max_api_calls bigint NOT NULL,
    max_storage_bytes bigint NOT NULL,
    max_transactions bigint NOT NULL,
    current_users bigint NOT NULL DEFAULT 0,
    current_api_calls bigint NOT NULL DEFAULT 0,
    current_storage_bytes bigint NOT NULL DEFAULT 0,
    current_transactions bigint NOT NULL DEFAULT 0,
    reserved_users bigint NOT NULL DEFAULT 0,
    reserved_api_calls bigint NOT NULL DEFAULT 0,
    reserved_storage_bytes bigint NOT NULL DEFAULT 0,
    reserved_transactions bigint NOT NULL DEFAULT 0,
    max_storage_gb numeric GENERATED ALWAYS AS (
        trim_scale(round(max_storage_bytes / 1000000000.0, 9))) STORED,
    current_storage_gb numeric GENERATED ALWAYS AS (
        trim_scale(round(current_storage_bytes / 1000000000.0, 9))) STORED,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tenant_subscriptions_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_subscriptions_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_subscriptions_plan_known CHECK (
        plan IN ('starter', 'professional', 'enterprise', 'custom')),
    CONSTRAINT tenant_subscriptions_status_known CHECK (
        status IN ('trial', 'active', 'past_due', 'cancelled', 'expired')),
    CONSTRAINT tenant_subscriptions_billing_cycle_known CHECK (
        billing_cycle IN ('monthly', 'yearly')),
    CONSTRAINT tenant_subscriptions_period_order CHECK (period_start < period_end),
    CONSTRAINT tenant_subscriptions_trial_ends_at_given CHECK (
        status <> 'trial' OR trial_ends_at IS NOT NULL),
    CONSTRAINT tenant_subscriptions_limits_positive CHECK (
        least(max_users, max_api_calls, max_storage_bytes, max_transactions) >= 0),
    -- A counter may be above its limit, after the limit was lowered, but never below zero.
    CONSTRAINT tenant_subscriptions_usage_positive CHECK (
        least(
            current_users, current_api_calls, current_storage_bytes, current_transactions,
            reserved_users, reserved_api_calls, reserved_storage_bytes, reserved_transactions) >= 0)
) WITH (fillfactor = 50);

SELECT protect_tenant_table('tenant_subscriptions');

GRANT SELECT,
    UPDATE (current_users, current_api_calls, current_storage_bytes, current_transactions)
    ON tenant_subscriptions TO tenancy_app;
GRANT SELECT, INSERT ON tenant_subscriptions TO tenancy_platform;

CREATE FUNCTION log_tenant_subscription_created() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id, 'subscription_created', 'subscription', NEW.tenant_id::text,
        jsonb_build_object(
            'plan', NEW.plan, 'status', NEW.status, 'billing_cycle', NEW.billing_cycle,
            'max_users', NEW.max_users, 'max_api_calls', NEW.max_api_calls,
            'max_storage_bytes', NEW.max_storage_bytes,
            'max_transactions', NEW.max_transactions));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_subscriptions_log_created AFTER INSERT ON tenant_subscriptions
    FOR EACH ROW EXECUTE FUNCTION log_tenant_subscription_created();
