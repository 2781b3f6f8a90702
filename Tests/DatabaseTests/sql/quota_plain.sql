-- Reports that are counted all at once come to what each comes to alone. Whatever a report is made
-- twice in one exchange is counted alone, and the second time moves nothing; so the same exchange
-- with every report twice is what the other is compared with, over random limits, leases, policies
-- and reports.
BEGIN;
SELECT no_plan();

SELECT create_tenant('tenant-' || n, 'T', 'bank', 't@example.com') FROM generate_series(2, 6) AS n;
SELECT setval('quota_holders_holder_id_seq', 1000);
-- A family of keys each, of which the youngest has the limit.
INSERT INTO api_key_ids (tenant_id, key_id)
SELECT t, 10 * t + n FROM generate_series(2, 6) AS t, generate_series(1, 2) AS n;
INSERT INTO tenant_api_keys (
    tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, rate_limit, created_by,
    family_id)
SELECT t, 10 * t + n, 'k' || n, 'vym_2_0123456789', sha256(int8send(10 * t + n)), '{read}', 1000,
    'role:test', CASE n WHEN 2 THEN 10 * t + 1 END
FROM generate_series(2, 6) AS t, generate_series(1, 2) AS n;

CREATE FUNCTION tap.up_to(p_max bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(random() * (p_max + 1))::bigint
$$;
CREATE FUNCTION tap.in_one_of(p_cases integer) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT random() * p_cases < 1
$$;

-- The hour of the clock that keys are in: one that does not end while this runs.
CREATE FUNCTION tap.hour() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('hour', now(), 'UTC') + interval '1 hour'
$$;

-- A state of limits, policies and leases, the same for the same seed.
CREATE FUNCTION tap.prepare(p_seed integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_tenant bigint;
    v_resource text;
    v_subject text;
    v_granted bigint;
    v_spent bigint;
    v_returned bigint;
    v_lost bigint;
    v_holder bigint;
    v_period timestamptz;
BEGIN
    PERFORM setseed(p_seed / 1000.0);
    DELETE FROM tenant_quota_leases;
    DELETE FROM tenant_quota_policies;
    DELETE FROM tenant_api_key_windows;
    FOR v_tenant IN 2..6 LOOP
        UPDATE tenant_subscriptions s
        SET max_api_calls = tap.up_to(300), current_api_calls = 20 + tap.up_to(200),
            reserved_api_calls = tap.up_to(20), leased_api_calls = 0,
            max_transactions = tap.up_to(50), current_transactions = 20 + tap.up_to(40),
            reserved_transactions = 0, leased_transactions = 0, max_storage_bytes = 1000000,
            current_storage_bytes = 20 + tap.up_to(1000), leased_storage_bytes = 0,
            status = CASE WHEN tap.in_one_of(10) THEN 'past_due' ELSE 'active' END
        WHERE s.tenant_id = v_tenant;
        UPDATE tenant_api_keys k SET rate_limit = 1 + tap.up_to(200)
        WHERE k.tenant_id = v_tenant AND k.family_id IS NOT NULL;
        CONTINUE WHEN tap.in_one_of(6);
        INSERT INTO tenant_api_key_windows (tenant_id, key_id, window_start, used)
        SELECT v_tenant, 10 * v_tenant + 1,
            tap.hour()
                - CASE WHEN tap.in_one_of(6) THEN interval '3 hours' ELSE interval '0' END,
            20 + tap.up_to(100);
    END LOOP;
    FOR v_tenant, v_resource, v_subject IN
        SELECT t, r, CASE r WHEN 'key_calls' THEN (10 * t + 1)::text ELSE '' END
        FROM generate_series(2, 6) AS t,
            unnest(ARRAY['api_calls', 'transactions', 'storage', 'key_calls']) AS r
    LOOP
        IF v_subject = '' AND tap.in_one_of(2) THEN
            INSERT INTO tenant_quota_policies (
                tenant_id, resource_type, warn_percentages, shadow_limit, overage_allowed,
                overage_price_paise, overage_max, auto_scale_step, auto_scale_ceiling,
                admits_when_away)
            VALUES (
                v_tenant, v_resource,
                CASE WHEN tap.in_one_of(2) THEN ARRAY[50, 80] ELSE '{}' END,
                CASE WHEN tap.in_one_of(3) THEN tap.up_to(100) ELSE 0 END, tap.in_one_of(3), 7,
                tap.up_to(50), CASE WHEN tap.in_one_of(3) THEN 10 ELSE 0 END, 400,
                tap.in_one_of(2));
        END IF;
        FOR v_holder IN 1..2 LOOP
            CONTINUE WHEN tap.in_one_of(3);
            v_spent := tap.up_to(20);
            v_returned := tap.up_to(5);
            v_lost := CASE WHEN tap.in_one_of(6) THEN tap.up_to(5) ELSE 0 END;
            v_granted := v_spent + v_returned + v_lost + tap.up_to(30);
            v_period := '2020-01-01';
            IF NOT tap.in_one_of(10) THEN
                SELECT CASE v_subject WHEN '' THEN quota_period(v_resource, s.period_start)
                    ELSE coalesce(w.window_start, v_period) END INTO v_period
                FROM tenant_subscriptions s
                LEFT JOIN tenant_api_key_windows w ON w.tenant_id = s.tenant_id
                    AND w.window_start = tap.hour()
                WHERE s.tenant_id = v_tenant;
            END IF;
            INSERT INTO tenant_quota_leases (
                tenant_id, resource_type, subject, holder_id, lease, period_start, granted, spent,
                returned, lost, is_recalled)
            VALUES (
                v_tenant, v_resource, v_subject, v_holder, 1, v_period, v_granted, v_spent,
                v_returned, v_lost, tap.in_one_of(4));
            IF v_period <> '2020-01-01' THEN
                PERFORM move_quota_counter(
                    v_tenant, v_resource, v_subject, 0,
                    v_granted - v_spent - v_returned - v_lost);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- What there is, but for times and hashes; what is logged in no order. Whether a lease of a month
-- that is over is called back is nobody's business.
CREATE FUNCTION tap.state() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT concat_ws(E'\n',
        (SELECT string_agg(concat_ws(' ', tenant_id, version, max_api_calls, current_api_calls,
            leased_api_calls, max_transactions, current_transactions, leased_transactions,
            max_storage_bytes, current_storage_bytes, leased_storage_bytes), E'\n'
            ORDER BY tenant_id) FROM tenant_subscriptions),
        (SELECT string_agg(concat_ws(' ', tenant_id, key_id, window_start, used, leased), E'\n'
            ORDER BY tenant_id, key_id) FROM tenant_api_key_windows),
        (SELECT string_agg(concat_ws(' ', tenant_id, resource_type, holder_id, lease, period_start,
            granted, spent, returned, lost, is_recalled AND period_start <> '2020-01-01'), E'\n'
            ORDER BY tenant_id, resource_type, holder_id, lease) FROM tenant_quota_leases),
        (SELECT string_agg(concat_ws(' ', tenant_id, usage_date, resource_type, period_start, kind,
            units, overage_units, overage_price_paise, holder_id, lease), E'\n'
            ORDER BY tenant_id, usage_date, resource_type, kind, units, holder_id)
            FROM tenant_usage_ledger),
        (SELECT string_agg(concat_ws(' ', tenant_id, usage_date, resource_type, used), E'\n'
            ORDER BY tenant_id, usage_date, resource_type) FROM tenant_resource_usage),
        (SELECT string_agg(concat_ws(' ', tenant_id, action, entity_id, details), E'\n'
            ORDER BY tenant_id, action, entity_id, details::text) FROM tenant_activity_logs))
$$;

-- What an exchange of one holder answers and leaves behind, undone afterwards. The version of a
-- limit that another report of the same exchange raises may be that of before.
CREATE FUNCTION tap.outcome(p_seed integer, p_is_alone boolean, OUT answer text, OUT plain integer)
LANGUAGE plpgsql AS $$
DECLARE
    v_tenants bigint[];
    v_resources text[];
    v_subjects text[];
    v_spent bigint[];
    v_returned bigint[];
    v_targets bigint[];
    v_needs bigint[];
    v_zeros bigint[];
    v_count bigint;
    v_answers text;
BEGIN
    PERFORM tap.prepare(p_seed);
    SELECT array_agg(t), array_agg(r),
        array_agg(CASE r WHEN 'key_calls' THEN (10 * t + 1)::text ELSE '' END),
        array_agg(tap.up_to(40)), array_agg(tap.up_to(10)),
        array_agg(tap.up_to(120)),
        array_agg(CASE WHEN tap.in_one_of(3) THEN tap.up_to(40) ELSE 0 END)
    INTO v_tenants, v_resources, v_subjects, v_spent, v_returned, v_targets, v_needs
    FROM (
        SELECT t, r FROM generate_series(2, 7) AS t,
            unnest(ARRAY['api_calls', 'transactions', 'storage', 'key_calls']) AS r
        ORDER BY random() LIMIT 12
    ) AS n;
    v_count := cardinality(v_tenants);
    v_zeros := array_fill(0::bigint, ARRAY[v_count::integer]);
    plain := cardinality(plain_quota_reports(
        1, v_tenants, v_resources, v_subjects,
        array_fill(1::bigint, ARRAY[v_count::integer]), v_spent, v_returned, v_targets, v_needs));
    IF p_is_alone THEN
        v_tenants := v_tenants || v_tenants;
        v_resources := v_resources || v_resources;
        v_subjects := v_subjects || v_subjects;
        v_spent := v_spent || v_spent;
        v_returned := v_returned || v_returned;
        v_targets := v_targets || v_zeros;
        v_needs := v_needs || v_zeros;
    END IF;
    SELECT string_agg(
        concat_ws(' ', g.place, g.state, g.admits_when_away, g.is_recalled, g.valid_for > 0,
            g.granted, g.max_units, g.used, g.reserved, g.free, g.elsewhere, g.warn_at), E'\n'
            ORDER BY g.place)
    INTO v_answers
    FROM exchange_quota_leases(
        1, v_tenants, v_resources, v_subjects,
        array_fill(1::bigint, ARRAY[cardinality(v_tenants)]), v_spent, v_returned, v_targets,
        v_needs) AS g
    WHERE g.place <= v_count;
    RAISE EXCEPTION USING ERRCODE = 'P0TAP', MESSAGE = v_answers || E'\n' || tap.state();
EXCEPTION WHEN SQLSTATE 'P0TAP' THEN
    answer := SQLERRM;
END
$$;

SELECT is(
    (tap.outcome(seed, false)).answer, (tap.outcome(seed, true)).answer,
    'all at once, seed ' || seed)
FROM generate_series(1, 60) AS seed;
SELECT cmp_ok(
    (SELECT sum((tap.outcome(seed, false)).plain) FROM generate_series(1, 20) AS seed), '>',
    20::bigint, 'not a few of them are');

SELECT * FROM finish();
ROLLBACK;
