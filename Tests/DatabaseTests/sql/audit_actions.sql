-- Every action that the triggers and functions of the schema log: what causes it, and the row that
-- comes of it, with its actor and its tenant. The actions come from the text of the functions: a
-- new one fails here until it is caused below.
BEGIN;
SELECT no_plan();

-- In this order, by user:ann. Where there is no cause, the one before is. What time does is put
-- down to the service.
CREATE TEMP TABLE causes (
    place integer GENERATED ALWAYS AS IDENTITY, action text, entity text, details jsonb,
    cause text, actor text DEFAULT 'user:ann');
INSERT INTO causes (action, entity, details, cause) VALUES
    ('tenant_created', 'tenant 2', '{"tenant_code": "audit", "tenant_type": "bank"}',
     $$SELECT create_tenant('audit', 'Audit', 'bank', 'a@example.com')$$),
    ('subscription_created', 'subscription 2', '{"plan": "starter", "status": "trial"}', NULL),
    ('tenant_updated', 'tenant 2', '{"changes": {"tenant_name": {"from": "Audit", "to": "B"}}}',
     $$UPDATE tenants SET tenant_name = 'B' WHERE id = 2$$),
    ('tenant_suspended', 'tenant 2', '{"from": "active", "to": "suspended"}',
     $$UPDATE tenants SET status = 'suspended' WHERE id = 2$$),
    ('tenant_reactivated', 'tenant 2', '{"from": "suspended", "to": "active"}',
     $$UPDATE tenants SET status = 'active' WHERE id = 2$$),

    ('user_added', 'user u', '{"role": "user"}',
     $$INSERT INTO tenant_users (tenant_id, user_id, role) VALUES (2, 'u', 'user')$$),
    ('user_role_changed', 'user u', '{"from": "user", "to": "viewer"}',
     $$UPDATE tenant_users SET role = 'viewer' WHERE tenant_id = 2 AND user_id = 'u'$$),
    ('user_updated', 'user u', '{"email_changed": true}',
     $$UPDATE tenant_users SET email = 'u@example.com' WHERE tenant_id = 2 AND user_id = 'u'$$),
    ('login', 'user u', '{}',
     $$UPDATE tenant_users SET last_login_at = now() WHERE tenant_id = 2 AND user_id = 'u'$$),
    ('logout', 'user u', '{}',
     $$UPDATE tenant_users SET last_logout_at = now() WHERE tenant_id = 2 AND user_id = 'u'$$),
    ('role_created', 'role desk', '{"permissions": ["consume"]}',
     $$INSERT INTO tenant_roles (tenant_id, role_name, permissions, created_by)
       VALUES (2, 'desk', '{consume}', 'x')$$),
    ('role_updated', 'role desk',
     '{"old_permissions": ["consume"], "permissions": ["view_users"]}',
     $$UPDATE tenant_roles SET permissions = '{view_users}' WHERE tenant_id = 2$$),
    ('grant_created', 'user u', '{"role": "desk"}',
     $$INSERT INTO tenant_grants (tenant_id, user_id, grant_kind, grant_name, granted_by)
       VALUES (2, 'u', 'role', 'desk', 'x')$$),
    ('grant_revoked', 'user u', '{"role": "desk"}',
     'DELETE FROM tenant_grants WHERE tenant_id = 2'),
    ('user_quota_changed', 'user u', '{"resource": "storage", "from": null, "to": 5}',
     $$SELECT set_user_quota(2, 'u', 'storage', 5)$$),
    ('user_quota_changed', 'user u', '{"resource": "storage", "from": 5, "to": 6}',
     $$SELECT set_user_quota(2, 'u', 'storage', 6)$$),
    ('user_quota_changed', 'user u', '{"resource": "storage", "from": 6, "to": null}',
     $$SELECT set_user_quota(2, 'u', 'storage', NULL)$$),
    ('role_deleted', 'role desk', '{"permissions": ["view_users"]}',
     'DELETE FROM tenant_roles WHERE tenant_id = 2'),
    ('user_removed', 'user u', '{"role": "viewer"}',
     $$DELETE FROM tenant_users WHERE tenant_id = 2 AND user_id = 'u'$$),
    ('user_invited', 'invitation 3', '{"role": "user"}',
     $$INSERT INTO tenant_invitations (
           tenant_id, id, email, role, token_hash, invited_by, expires_at)
       SELECT 2, n, n || '@example.com', 'user', sha256(int4send(n)), 'x',
           now() + interval '1 day'
       FROM generate_series(1, 3) AS n$$),
    ('invitation_accepted', 'invitation 1', '{"role": "user", "accepted_by": "u"}',
     $$UPDATE tenant_invitations SET status = 'accepted', accepted_by = 'u' WHERE id = 1$$),
    ('invitation_revoked', 'invitation 2', '{"role": "user", "permissions": []}',
     $$UPDATE tenant_invitations SET status = 'revoked' WHERE id = 2$$),
    ('invitation_expired', 'invitation 3', '{"role": "user", "permissions": []}',
     $$UPDATE tenant_invitations SET status = 'expired' WHERE id = 3$$),

    ('api_key_created', 'api_key 2', '{"key_name": "k2", "permissions": ["read"]}',
     $$WITH made AS (INSERT INTO api_key_ids VALUES (1, 2), (2, 2) RETURNING *)
       INSERT INTO tenant_api_keys (
           tenant_id, key_id, key_name, key_prefix, api_key_hash, permissions, created_by)
       SELECT 2, key_id, 'k' || key_id, 'vym_2_0123456789', sha256(int8send(key_id)), '{read}', 'x'
       FROM made ORDER BY key_id$$),
    ('api_key_rotated', 'api_key 1', '{"key_name": "k1", "superseded_by": 2}',
     $$UPDATE tenant_api_keys SET superseded_by = 2, superseded_at = now() WHERE key_id = 1$$),
    ('api_key_revoked', 'api_key 2', '{"key_name": "k2"}',
     $$UPDATE tenant_api_keys SET status = 'revoked', revoked_at = now() WHERE key_id = 2$$),
    ('tokens_revoked', 'api_key 2', '{"revoked_before": "2026-01-01T00:00:00+00:00"}',
     $$INSERT INTO tenant_token_revocations VALUES (2, 2, '2026-01-01 00:00+00')$$),

    ('data_key_created', 'data_key 2', '{"master_key": 1}',
     $$INSERT INTO tenant_data_keys (tenant_id, master_key, wrapped_key)
       VALUES (2, 1, decode(repeat('00', 60), 'hex'))$$),
    ('data_key_rewrapped', 'data_key 2', '{"master_key": 2}',
     $$UPDATE tenant_data_keys SET master_key = 2, wrapped_key = decode(repeat('01', 60), 'hex')
       WHERE tenant_id = 2$$),
    ('config_created', 'configuration flags', '{"new_value": true}',
     $$INSERT INTO tenant_configurations (
           tenant_id, config_key, config_type, config_value, updated_by)
       VALUES (2, 'flags', 'feature', 'true', '')$$),
    ('config_updated', 'configuration flags', '{"old_value": true, "new_value": false}',
     $$UPDATE tenant_configurations SET config_value = 'false' WHERE tenant_id = 2$$),
    ('config_deleted', 'configuration flags', '{"old_value": false}',
     'DELETE FROM tenant_configurations WHERE tenant_id = 2'),

    ('quota_policy_changed', 'resource transactions', '{"warn_percentages": [50]}',
     $$INSERT INTO tenant_quota_policies (
           tenant_id, resource_type, warn_percentages, overage_allowed, shadow_limit)
       SELECT 2, 'transactions', '{50}', true, max_transactions + 9
       FROM tenant_subscriptions WHERE tenant_id = 2$$),
    ('quota_threshold_reached', 'resource transactions',
     '{"percentage": 50, "current": 1010, "max": 1000}',
     $$SELECT consume_tenant_quota(2, 'transactions', 1010)$$),
    ('usage_consumed', 'resource transactions', '{"amount": 1010}', NULL),
    ('quota_exhausted', 'resource transactions', '{"current": 1010, "max": 1000}', NULL),
    ('quota_overage', 'resource transactions', '{"amount": 10, "max": 1000}', NULL),
    ('quota_shadow_limit_passed', 'resource transactions', '{"current": 1010, "max": 1009}', NULL),
    ('usage_refunded', 'resource transactions', '{"amount": 1010, "reason": "undone"}',
     $$SELECT refund_tenant_usage(2, 'transactions', 1010, 'undone')$$),
    ('quota_policy_changed', 'resource users', '{"auto_scale_step": 5}',
     $$INSERT INTO tenant_quota_policies (
           tenant_id, resource_type, auto_scale_step, auto_scale_ceiling)
       VALUES (2, 'users', 5, 100)$$),
    ('quota_auto_scaled', 'resource users', '{"amount": 5, "max": 15}',
     $$SELECT consume_tenant_quota(2, 'users', 12)$$),
    ('quota_reservation_held', 'reservation 3',
     '{"resource_type": "storage", "amount": 7}',
     $$SELECT reserve_tenant_quota(2, 'storage', 7, false, '1 minute')
       FROM generate_series(1, 3)$$),
    ('quota_reservation_committed', 'reservation 1',
     '{"resource_type": "storage", "amount": 7, "committed_amount": 4}',
     'SELECT commit_reservation(2, 1, 4)'),
    ('quota_reservation_released', 'reservation 2',
     '{"resource_type": "storage", "amount": 7}', 'SELECT release_reservation(2, 2)'),
    ('quota_reservation_expired', 'reservation 3',
     '{"resource_type": "storage", "amount": 7}',
     $$UPDATE tenant_quota_reservations SET expires_at = now() WHERE reservation_id = 3;
       SELECT expire_reservations()$$),
    ('quota_adjusted', 'resource storage', '{"amount": 3, "current": 7, "max": 5000000000}',
     $$SELECT acquire_client_lease(2, 'storage', 3, '-1 second'); SELECT expire_client_leases()$$),

    ('subscription_expired', 'subscription 2', '{"status": {"from": "trial", "to": "expired"}}',
     $$SELECT settle_tenant_subscription(2, trial_ends_at) FROM tenant_subscriptions
       WHERE tenant_id = 2$$),
    ('subscription_changed', 'subscription 2',
     '{"plan": {"from": "starter", "to": "professional"}}',
     $$UPDATE tenant_subscriptions
       SET plan = 'professional', status = 'active', trial_ends_at = NULL,
           monthly_price_paise = 1000000
       WHERE tenant_id = 2$$),
    ('usage_reset', 'subscription 2', '{"api_calls": 0, "transactions": 0}',
     $$SELECT settle_tenant_subscription(2, greatest(billing_period_end, period_end))
       FROM tenant_subscriptions WHERE tenant_id = 2$$),
    ('subscription_renewed', 'subscription 2', '{}', NULL),
    ('subscription_charged', 'subscription 2',
     '{"reason": "period", "plan": "professional", "charge_paise": 1000000}', NULL),
    ('subscription_change_scheduled', 'subscription 2',
     '{"scheduled_plan": {"from": null, "to": "enterprise"}}',
     $$UPDATE tenant_subscriptions s
       SET scheduled_plan = p.plan, scheduled_billing_cycle = 'monthly',
           scheduled_max_users = p.max_users, scheduled_max_api_calls = p.max_api_calls,
           scheduled_max_storage_bytes = p.max_storage_bytes,
           scheduled_max_transactions = p.max_transactions,
           scheduled_monthly_price_paise = p.price_paise
       FROM plans p WHERE s.tenant_id = 2 AND p.plan = 'enterprise'$$),
    ('subscription_cancellation_scheduled', 'subscription 2', '{}',
     $$UPDATE tenant_subscriptions
       SET cancels_at = billing_period_end, scheduled_plan = NULL, scheduled_billing_cycle = NULL,
           scheduled_max_users = NULL, scheduled_max_api_calls = NULL,
           scheduled_max_storage_bytes = NULL, scheduled_max_transactions = NULL,
           scheduled_monthly_price_paise = NULL
       WHERE tenant_id = 2$$),
    ('subscription_cancelled', 'subscription 2',
     '{"status": {"from": "active", "to": "cancelled"}}',
     $$SELECT settle_tenant_subscription(2, billing_period_end) FROM tenant_subscriptions
       WHERE tenant_id = 2$$),

    ('tenant_deactivated', 'tenant 2', '{"from": "active", "to": "inactive"}',
     $$UPDATE tenants SET status = 'inactive' WHERE id = 2$$),
    ('activity_expired', 'tenant 2', '{"sequence": 1}',
     $$SET LOCAL session_replication_role = replica;
       UPDATE tenant_activity_logs SET created_at = created_at - interval '2 months'
       WHERE tenant_id = 2 AND sequence = 1;
       SET LOCAL session_replication_role = origin;
       SELECT expire_tenant_activity(date_trunc('month', now() AT TIME ZONE 'UTC')::date, 0)$$);
UPDATE causes SET actor = 'service:tenancyd'
WHERE action IN (
    'subscription_expired', 'usage_reset', 'subscription_renewed', 'subscription_charged',
    'subscription_cancelled');

-- What each cause adds to the log, in whichever tenant.
CREATE TEMP TABLE seen (cause integer, LIKE tenant_activity_logs);
DO $$
DECLARE
    v_cause record;
BEGIN
    PERFORM set_config('tenancy.actor', 'user:ann', true);
    FOR v_cause IN SELECT * FROM causes WHERE cause IS NOT NULL ORDER BY place LOOP
        CREATE TEMP TABLE before AS
        SELECT tenant_id, sequence FROM tenant_activity_heads;
        EXECUTE v_cause.cause;
        INSERT INTO seen
        SELECT v_cause.place, l.* FROM tenant_activity_logs l
        LEFT JOIN before b ON b.tenant_id = l.tenant_id
        WHERE l.sequence > coalesce(b.sequence, 0);
        DROP TABLE before;
    END LOOP;
END
$$;

SELECT is(
    (SELECT concat_ws(' ', 'tenant', s.tenant_id, s.actor, s.entity_type, s.entity_id,
        CASE WHEN s.details @> c.details THEN 'as told' ELSE s.details::text END)
     FROM seen s
     WHERE s.action = c.action AND s.cause = (
         SELECT max(o.place) FROM causes o WHERE o.place <= c.place AND o.cause IS NOT NULL)
     ORDER BY s.sequence DESC LIMIT 1),
    'tenant 2 ' || c.actor || ' ' || c.entity || ' as told',
    c.action || ' is logged, with its actor and in its tenant')
FROM causes c ORDER BY c.place;
SELECT is_empty(
    'SELECT tenant_id, action FROM seen WHERE tenant_id <> 2', 'and nothing in any other');

-- The actions in an expression: a literal, a choice among literals, a beginning and a status, or a
-- variable that was declared as one of these. What is none of them is an action that nobody knows.
CREATE FUNCTION tap.actions_in(p_function oid, p_expression text) RETURNS SETOF text
LANGUAGE plpgsql AS $f$
DECLARE
    v_source text := (SELECT prosrc FROM pg_proc WHERE oid = p_function);
    v_found text[];
BEGIN
    IF p_expression ~ '^''[a-z_]+''$' THEN
        RETURN NEXT btrim(p_expression, '''');
    ELSIF p_expression ~ '^CASE\M.*\mEND$' THEN
        v_found := ARRAY(
            SELECT m[1]
            FROM regexp_matches(p_expression, '\m(?:THEN|ELSE)\s+(\S+)', 'g') AS m);
        RETURN QUERY SELECT tap.actions_in(p_function, a) FROM unnest(v_found) AS a;
    ELSIF p_expression ~ '^''[a-z_]+_'' \|\| NEW\.status$' THEN
        RETURN QUERY
        SELECT split_part(p_expression, '''', 2) || m[1]
        FROM pg_trigger t
        JOIN pg_constraint k ON k.conrelid = t.tgrelid AND k.contype = 'c'
            AND pg_get_constraintdef(k.oid) ~ '^CHECK \(\(status = ANY',
            regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''::text', 'g') AS m
        WHERE t.tgfoid = p_function;
    ELSIF p_expression ~ '^v_\w+$' THEN
        v_found := regexp_match(v_source, '\m' || p_expression || ' text := ([^;]*);');
        RETURN QUERY SELECT tap.actions_in(p_function, a) FROM unnest(v_found) AS a;
    ELSE
        RETURN NEXT p_function::regproc || ' logs what nobody knows: ' || p_expression;
    END IF;
END
$f$;

-- The second argument of each call of append_tenant_activity in a text.
CREATE FUNCTION tap.logged_in(p_source text) RETURNS SETOF text LANGUAGE plpgsql AS $f$
DECLARE
    v_call text;
    v_character text;
    v_depth integer;
    v_argument integer;
    v_is_quoted boolean;
    v_expression text;
BEGIN
    -- Many rows are appended as an array of entries, of which the second part is the action too.
    IF p_source LIKE '%::tenant_activity_entry%' THEN
        p_source := replace(p_source, 'array_agg((', 'append_tenant_activity(');
    END IF;
    FOREACH v_call IN ARRAY (
        string_to_array(p_source, 'append_tenant_activity('))[2:]
    LOOP
        v_depth := 0;
        v_argument := 1;
        v_is_quoted := false;
        v_expression := '';
        FOREACH v_character IN ARRAY string_to_array(v_call, NULL) LOOP
            v_is_quoted := v_is_quoted <> (v_character = '''');
            IF NOT v_is_quoted AND v_character IN ('(', '[') THEN
                v_depth := v_depth + 1;
            ELSIF NOT v_is_quoted AND v_character IN (')', ']') THEN
                v_depth := v_depth - 1;
            END IF;
            IF v_character = ',' AND NOT v_is_quoted AND v_depth = 0 THEN
                v_argument := v_argument + 1;
            ELSIF v_argument = 2 THEN
                v_expression := v_expression || v_character;
            END IF;
            EXIT WHEN v_argument = 3;
        END LOOP;
        RETURN NEXT regexp_replace(btrim(v_expression, E' \n'), '\s+', ' ', 'g');
    END LOOP;
END
$f$;

SELECT set_eq(
    $$SELECT tap.actions_in(p.oid, e.expression) FROM pg_proc p, tap.logged_in(p.prosrc) AS e (
          expression)
      WHERE p.pronamespace = 'public'::regnamespace$$,
    'SELECT action FROM causes', 'every action that is logged is caused above');

SELECT * FROM finish();
ROLLBACK;
