-- Makes the tenants scale-00000 and so on, each with a subscription, ten users, so many rows of
-- activity over the last 90 days, and the usage that those rows tell of. It runs as the owner of
-- the schema, past the triggers that would write each row's log and time, and keeps what they
-- promise: the chains of hashes are whole, and counters, days, ledger and log agree.
CREATE OR REPLACE FUNCTION pg_temp.load_scale(p_first integer, p_last integer, p_rows integer)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    v_table regclass;
    v_start timestamptz := date_trunc('day', now()) - interval '90 days';
    v_span interval := now() - v_start;
    v_loaded bigint;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'tenants', 'tenant_subscriptions', 'tenant_users', 'tenant_activity_logs',
        'tenant_resource_usage', 'tenant_usage_ledger']::regclass[]
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', v_table);
    END LOOP;
    PERFORM
        ensure_month_partition('tenant_activity_logs', 'created_at', month::date),
        ensure_month_partition('tenant_resource_usage', 'usage_date', month::date),
        ensure_month_partition('tenant_usage_ledger', 'usage_date', month::date)
    FROM generate_series(date_trunc('month', v_start), now(), interval '1 month') AS month;

    CREATE TEMP TABLE scale ON COMMIT DROP AS
    SELECT nextval('tenants_id_seq') AS id, n, 'scale-' || lpad(n::text, 5, '0') AS code
    FROM generate_series(p_first, p_last) AS n;
    INSERT INTO tenant_codes (tenant_code, tenant_id) SELECT code, id FROM scale;
    -- One in a thousand is suspended: what a list that filters has to find.
    INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, status, admin_email, created_at)
    SELECT id, code, 'Scale Tenant ' || n,
        (ARRAY['bank', 'broker', 'fintech', 'enterprise'])[n % 4 + 1],
        CASE WHEN n % 1000 = 7 THEN 'suspended' ELSE 'active' END, 'admin@example.com', v_start
    FROM scale;
    PERFORM create_tenant_subscription(id, 'professional', 'active', 'Asia/Kolkata') FROM scale;
    INSERT INTO tenant_activity_heads (tenant_id, created_at) SELECT id, v_start FROM scale;

    -- Every tenant's chain goes on by one row in every round.
    WITH RECURSIVE chain AS (
        SELECT
            s.id, 0 AS sequence, v_start AS created_at, NULL::text AS actor, NULL::text AS action,
            NULL::text AS entity_type, NULL::text AS entity_id, NULL::jsonb AS details,
            NULL::bytea AS previous_hash, decode(repeat('00', 32), 'hex') AS row_hash
        FROM scale s
        UNION ALL
        SELECT
            c.id, r.sequence, r.created_at, r.actor, r.action, r.entity_type, r.entity_id,
            r.details, c.row_hash,
            audit_row_hash(
                c.row_hash, c.id, r.sequence, r.created_at, r.actor, r.action, r.entity_type,
                r.entity_id, r.details, inet '192.0.2.1', 'tenancy-bench')
        FROM chain c
        CROSS JOIN LATERAL (
            SELECT c.sequence + 1, v_start + v_span * ((c.sequence + 1.0) / (p_rows + 1))
        ) AS place (sequence, created_at)
        CROSS JOIN LATERAL (
            SELECT
                place.sequence, place.created_at, k.actor, k.action, k.entity_type, k.entity_id,
                CASE k.action
                    WHEN 'usage_consumed' THEN jsonb_build_object(
                        'resource_type', k.entity_id, 'amount', place.sequence % 7 + 1,
                        'usage_date', (place.created_at AT TIME ZONE 'Asia/Kolkata')::date)
                    ELSE '{}'::jsonb
                END AS details
            FROM (
                SELECT
                    CASE place.sequence % 4
                        WHEN 1 THEN 'platform:ops' WHEN 2 THEN 'user:user-' || place.sequence % 10
                        ELSE 'service:trading-engine' END,
                    CASE
                        WHEN place.sequence = 1 THEN 'tenant_created'
                        WHEN place.sequence % 4 = 1 THEN 'tenant_updated'
                        WHEN place.sequence % 4 = 2 THEN 'login'
                        ELSE 'usage_consumed' END,
                    CASE place.sequence % 4
                        WHEN 1 THEN 'tenant' WHEN 2 THEN 'user' ELSE 'resource' END,
                    CASE place.sequence % 4
                        WHEN 1 THEN c.id::text WHEN 2 THEN 'user-' || place.sequence % 10
                        WHEN 3 THEN 'api_calls' ELSE 'transactions' END
            ) AS k (actor, action, entity_type, entity_id)
        ) AS r
        WHERE c.sequence < p_rows
    )
    INSERT INTO tenant_activity_logs (
        tenant_id, created_at, sequence, actor, action, entity_type, entity_id, details,
        ip_address, user_agent, previous_hash, row_hash)
    SELECT
        id, created_at, sequence, actor, action, entity_type, entity_id, details,
        inet '192.0.2.1', 'tenancy-bench', previous_hash, row_hash
    FROM chain WHERE sequence > 0;
    GET DIAGNOSTICS v_loaded = ROW_COUNT;
    UPDATE tenant_activity_heads h
    SET sequence = l.sequence, created_at = l.created_at, row_hash = l.row_hash
    FROM scale s
    JOIN tenant_activity_logs l ON l.tenant_id = s.id AND l.sequence = p_rows
    WHERE h.tenant_id = s.id;

    INSERT INTO tenant_users (tenant_id, user_id, role, joined_at, last_login_at)
    SELECT s.id, u.user_id, CASE u.n WHEN 0 THEN 'admin' ELSE 'user' END, v_start, login.last
    FROM scale s
    CROSS JOIN (SELECT n, 'user-' || n FROM generate_series(0, 9) AS n) AS u (n, user_id)
    LEFT JOIN (
        SELECT l.tenant_id, l.entity_id, max(l.created_at)
        FROM scale s JOIN tenant_activity_logs l ON l.tenant_id = s.id
        WHERE l.action = 'login' GROUP BY l.tenant_id, l.entity_id
    ) AS login (tenant_id, user_id, last)
        ON login.tenant_id = s.id AND login.user_id = u.user_id;
    INSERT INTO tenant_resource_usage (tenant_id, usage_date, resource_type, used)
    SELECT
        l.tenant_id, (l.details ->> 'usage_date')::date, l.entity_id,
        sum((l.details ->> 'amount')::bigint)
    FROM scale s JOIN tenant_activity_logs l ON l.tenant_id = s.id
    WHERE l.action = 'usage_consumed' GROUP BY 1, 2, 3;
    -- The same units in the ledger, and what is of no month as it was before there was one.
    INSERT INTO tenant_usage_ledger (
        tenant_id, usage_date, resource_type, period_start, kind, units)
    SELECT
        u.tenant_id, u.usage_date, u.resource_type,
        date_trunc('month', u.usage_date::timestamp) AT TIME ZONE 'Asia/Kolkata', 'consumed',
        u.used
    FROM scale s JOIN tenant_resource_usage u ON u.tenant_id = s.id
    UNION ALL
    SELECT s.id, v_start::date, 'users', '-infinity', 'opening', 10 FROM scale s;
    UPDATE tenant_subscriptions s
    SET current_users = 10, current_api_calls = used.api_calls,
        current_transactions = used.transactions
    FROM (
        SELECT
            u.tenant_id,
            coalesce(sum(u.used) FILTER (WHERE u.resource_type = 'api_calls'), 0),
            coalesce(sum(u.used) FILTER (WHERE u.resource_type = 'transactions'), 0)
        FROM scale s JOIN tenant_resource_usage u ON u.tenant_id = s.id
        WHERE u.usage_date >= date_trunc('month', now() AT TIME ZONE 'Asia/Kolkata')::date
        GROUP BY u.tenant_id
    ) AS used (tenant_id, api_calls, transactions)
    WHERE s.tenant_id = used.tenant_id;

    FOREACH v_table IN ARRAY ARRAY[
        'tenants', 'tenant_subscriptions', 'tenant_users', 'tenant_activity_logs',
        'tenant_resource_usage', 'tenant_usage_ledger']::regclass[]
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', v_table);
    END LOOP;
    RETURN v_loaded;
END
$$
