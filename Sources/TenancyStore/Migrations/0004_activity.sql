-- The audit trail: a chain per tenant. Each row holds its place in the chain and the hash of the
-- row before it, so that an edit, a deletion, a change of order and a cut can be found.

-- The end of each tenant's chain. Appending locks this row: locking the last row of the log itself
-- would not keep two appends apart.
CREATE TABLE tenant_activity_heads (
    tenant_id bigint NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    row_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    CONSTRAINT tenant_activity_heads_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_activity_heads_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) WITH (fillfactor = 50);

CREATE TABLE tenant_activity_logs (
    tenant_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    actor text NOT NULL,
    action text COLLATE "C" NOT NULL,
    entity_type text COLLATE "C" NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    ip_address inet,
    user_agent text,
    previous_hash bytea NOT NULL,
    row_hash bytea NOT NULL,
    -- Time comes before the sequence because pages of the log are read by time, and only the
    -- partitions of the time asked for are opened. Within a tenant both grow together.
    CONSTRAINT tenant_activity_logs_pkey PRIMARY KEY (tenant_id, created_at, sequence),
    -- The head is locked by the transaction that appends, so this key costs no further lock; a key
    -- to tenants would.
    CONSTRAINT tenant_activity_logs_head_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_activity_heads (tenant_id),
    CONSTRAINT tenant_activity_logs_previous_hash_length CHECK (octet_length(previous_hash) = 32),
    CONSTRAINT tenant_activity_logs_row_hash_length CHECK (octet_length(row_hash) = 32)
) PARTITION BY RANGE (created_at);

CREATE TABLE tenant_activity_logs_default PARTITION OF tenant_activity_logs DEFAULT;

SELECT protect_tenant_table('tenant_activity_heads');
SELECT protect_tenant_table('tenant_activity_logs');
SELECT protect_tenant_table('tenant_activity_logs_default');

-- What is written stays: there is no right to change or delete a row of the log.
GRANT SELECT, INSERT ON tenant_activity_logs TO tenancy_app, tenancy_platform;
GRANT SELECT, INSERT, UPDATE (sequence, created_at, row_hash)
    ON tenant_activity_heads TO tenancy_app, tenancy_platform;

-- The hash of one row: SHA-256 over the hash before it and the length-prefixed columns. Numbers and
-- the time in whole microseconds are big-endian; details are in the order that jsonb keeps. The
-- length in front of each text keeps neighbours apart; -1 is null. One expression, and not a
-- function for each part: it is evaluated with every row that is written or verified.
CREATE FUNCTION audit_row_hash(
    p_previous_hash bytea, p_tenant_id bigint, p_sequence bigint, p_created_at timestamptz,
    p_actor text, p_action text, p_entity_type text, p_entity_id text, p_details jsonb,
    p_ip_address inet, p_user_agent text)
RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    v_actor bytea := convert_to(p_actor, 'UTF8');
    v_action bytea := convert_to(p_action, 'UTF8');
    v_entity_type bytea := convert_to(p_entity_type, 'UTF8');
    v_entity_id bytea := convert_to(p_entity_id, 'UTF8');
    v_details bytea := convert_to(p_details::text, 'UTF8');
    v_address bytea := convert_to(p_ip_address::text, 'UTF8');
    v_agent bytea := convert_to(p_user_agent, 'UTF8');
    c_null CONSTANT bytea := int4send(-1);
BEGIN
    RETURN sha256(
        p_previous_hash || int8send(p_tenant_id) || int8send(p_sequence)
        || int8send((extract(epoch FROM p_created_at) * 1000000)::bigint)
        || coalesce(int4send(octet_length(v_actor)) || v_actor, c_null)
        || coalesce(int4send(octet_length(v_action)) || v_action, c_null)
        || coalesce(int4send(octet_length(v_entity_type)) || v_entity_type, c_null)
        || coalesce(int4send(octet_length(v_entity_id)) || v_entity_id, c_null)
        || coalesce(int4send(octet_length(v_details)) || v_details, c_null)
        || coalesce(int4send(octet_length(v_address)) || v_address, c_null)
        || coalesce(int4send(octet_length(v_agent)) || v_agent, c_null));
END
$$;

-- A row to be appended.
CREATE TYPE tenant_activity_entry AS (
    tenant_id bigint, action text, entity_type text, entity_id text, details jsonb);

-- Appends rows, those of one tenant in their order. Who did it comes from the settings of the
-- transaction; what has none, such as a change by hand in psql, is put down to the database role.
--
-- The ends of the chains are locked in the order of their tenants, so that two that append never
-- wait for each other. Plans are made once, and so that they are good for any number of rows and of
-- tenants: OFFSET 0 keeps the order of the joins, and what is locked stays where it was found.
CREATE FUNCTION append_tenant_activities(p_entries tenant_activity_entry[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    v_now timestamptz;
    v_left bigint := cardinality(p_entries);
    v_turn bigint := 1;
    v_appended bigint;
    v_actor text := coalesce(
        nullif(current_setting('tenancy.actor', true), ''), 'role:' || session_user);
    v_address inet := nullif(current_setting('tenancy.actor_address', true), '')::inet;
    v_agent text := nullif(current_setting('tenancy.user_agent', true), '');
BEGIN
    PERFORM FROM tenant_activity_heads h
    WHERE h.tenant_id = ANY (ARRAY(SELECT e.tenant_id FROM unnest(p_entries) AS e))
    ORDER BY h.tenant_id FOR NO KEY UPDATE;
    -- Taken under the locks, and never before the row ahead: a clock that steps back must not turn
    -- the order of a log around.
    v_now := clock_timestamp();
    -- The first row of every tenant, then the second of those that have one: each needs the hash of
    -- the row before it.
    WHILE v_left > 0 LOOP
        WITH hashed AS (
            SELECT e.*, h.head, h.sequence + 1 AS sequence,
                greatest(v_now, h.created_at) AS created_at, h.row_hash AS previous_hash,
                audit_row_hash(
                    h.row_hash, e.tenant_id, h.sequence + 1, greatest(v_now, h.created_at),
                    v_actor, e.action, e.entity_type, e.entity_id, e.details, v_address,
                    v_agent) AS row_hash
            FROM (
                SELECT n.*, row_number() OVER (PARTITION BY n.tenant_id ORDER BY n.place) AS turn
                FROM unnest(p_entries) WITH ORDINALITY AS n (
                    tenant_id, action, entity_type, entity_id, details, place)
            ) AS e
            CROSS JOIN LATERAL (
                SELECT h.*, h.ctid AS head FROM tenant_activity_heads h
                WHERE h.tenant_id = e.tenant_id OFFSET 0
            ) AS h
            WHERE e.turn = v_turn
        ), logged AS (
            INSERT INTO tenant_activity_logs (
                tenant_id, created_at, sequence, actor, action, entity_type, entity_id, details,
                ip_address, user_agent, previous_hash, row_hash)
            SELECT n.tenant_id, n.created_at, n.sequence, v_actor, n.action, n.entity_type,
                n.entity_id, n.details, v_address, v_agent, n.previous_hash, n.row_hash
            FROM hashed n
        )
        UPDATE tenant_activity_heads h
        SET sequence = n.sequence, created_at = n.created_at, row_hash = n.row_hash
        FROM hashed n WHERE h.ctid = n.head;
        GET DIAGNOSTICS v_appended = ROW_COUNT;
        IF v_appended = 0 THEN
            RAISE EXCEPTION 'a tenant has no activity log in this scope'
                USING ERRCODE = 'no_data_found';
        END IF;
        v_left := v_left - v_appended;
        v_turn := v_turn + 1;
    END LOOP;
END
$$;

-- Appends one row, and answers its place in the chain.
CREATE FUNCTION append_tenant_activity(
    p_tenant_id bigint, p_action text, p_entity_type text, p_entity_id text, p_details jsonb)
RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activities(ARRAY[
        (p_tenant_id, p_action, p_entity_type, p_entity_id, p_details)::tenant_activity_entry]);
    RETURN (SELECT h.sequence FROM tenant_activity_heads h WHERE h.tenant_id = p_tenant_id);
END
$$;

GRANT EXECUTE ON FUNCTION
    audit_row_hash(
        bytea, bigint, bigint, timestamptz, text, text, text, text, jsonb, inet, text),
    append_tenant_activity(bigint, text, text, text, jsonb),
    append_tenant_activities(tenant_activity_entry[])
TO tenancy_app, tenancy_platform;

-- A chain begins with the row that says the tenant was created.
CREATE FUNCTION log_tenant_created() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO tenant_activity_heads (tenant_id) VALUES (NEW.id);
    PERFORM append_tenant_activity(
        NEW.id, 'tenant_created', 'tenant', NEW.id::text,
        jsonb_build_object(
            'tenant_code', NEW.tenant_code, 'tenant_type', NEW.tenant_type,
            'status', NEW.status, 'domain', NEW.domain));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenants_log_created AFTER INSERT ON tenants
    FOR EACH ROW EXECUTE FUNCTION log_tenant_created();
