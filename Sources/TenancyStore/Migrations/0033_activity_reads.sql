-- What the activity log is read by, and how far back it is kept.

-- Who did something is compared by its bytes, as every name is.
ALTER TABLE tenant_activity_logs ALTER COLUMN actor TYPE text COLLATE "C";

-- The chain in its order: for who proves it, and for who follows it.
CREATE INDEX tenant_activity_logs_sequence ON tenant_activity_logs (tenant_id, sequence);
-- A page for each filter, the newest first.
CREATE INDEX tenant_activity_logs_action
    ON tenant_activity_logs (tenant_id, action, created_at, sequence);
CREATE INDEX tenant_activity_logs_actor
    ON tenant_activity_logs (tenant_id, actor, created_at, sequence);
CREATE INDEX tenant_activity_logs_entity_type
    ON tenant_activity_logs (tenant_id, entity_type, created_at, sequence);
CREATE INDEX tenant_activity_logs_entity
    ON tenant_activity_logs (tenant_id, entity_type, entity_id, created_at, sequence);

-- Where what is kept of a chain begins: behind this row, the last that has passed its retention.
-- The first row that is kept holds its hash. The chain itself says the same in its newest row of
-- the action activity_expired, so that moving the anchor alone does not hide a cut.
CREATE TABLE tenant_activity_anchors (
    tenant_id bigint NOT NULL,
    sequence bigint NOT NULL,
    row_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT tenant_activity_anchors_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_activity_anchors_head_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenant_activity_heads (tenant_id),
    CONSTRAINT tenant_activity_anchors_sequence_positive CHECK (sequence > 0),
    CONSTRAINT tenant_activity_anchors_row_hash_length CHECK (octet_length(row_hash) = 32)
);

SELECT protect_tenant_table('tenant_activity_anchors');

GRANT SELECT ON tenant_activity_anchors TO tenancy_app, tenancy_platform;

-- Recomputes the rows of one chain behind a row that is known to be right, at most so many. The
-- order is that of the sequence; a second row with the same number comes next and does not fit.
-- fault is missing (bad_sequence is where the first missing row should be), reordered, edited, or
-- null.
CREATE FUNCTION verify_tenant_activity(
    p_tenant_id bigint, p_sequence bigint, p_created_at timestamptz, p_row_hash bytea,
    p_through bigint, p_rows_max integer)
RETURNS TABLE (
    rows_checked bigint, last_sequence bigint, last_created_at timestamptz, last_row_hash bytea,
    bad_sequence bigint, fault text)
LANGUAGE sql STABLE ROWS 1
AS $$
    WITH batch AS MATERIALIZED (
        SELECT l.* FROM tenant_activity_logs l
        WHERE l.tenant_id = p_tenant_id AND l.sequence <= p_through
          AND l.sequence >= p_sequence
          AND (l.sequence, l.created_at) > (p_sequence, p_created_at)
        ORDER BY l.sequence, l.created_at LIMIT p_rows_max),
    checked AS (
        SELECT b.sequence, b.created_at, b.row_hash, row_number() OVER w AS place,
            lag(b.sequence, 1, p_sequence) OVER w + 1 AS expected,
            b.previous_hash IS DISTINCT FROM lag(b.row_hash, 1, p_row_hash) OVER w
                AS is_unlinked,
            b.row_hash IS DISTINCT FROM audit_row_hash(
                b.previous_hash, b.tenant_id, b.sequence, b.created_at, b.actor, b.action,
                b.entity_type, b.entity_id, b.details, b.ip_address, b.user_agent) AS is_edited
        FROM batch b WINDOW w AS (ORDER BY b.sequence, b.created_at)),
    bad AS (
        SELECT c.place,
            CASE WHEN c.sequence > c.expected THEN c.expected ELSE c.sequence END AS sequence,
            CASE
                WHEN c.sequence > c.expected THEN 'missing'
                WHEN c.sequence < c.expected OR c.is_unlinked THEN 'reordered'
                ELSE 'edited'
            END AS fault
        FROM checked c
        WHERE c.sequence <> c.expected OR c.is_unlinked OR c.is_edited
        ORDER BY c.place LIMIT 1)
    SELECT
        coalesce((SELECT b.place FROM bad b), (SELECT count(*) FROM checked)),
        last.sequence, last.created_at, last.row_hash, bad.sequence, bad.fault
    FROM (VALUES (1)) AS one
    LEFT JOIN (SELECT c.* FROM checked c ORDER BY c.place DESC LIMIT 1) AS last ON true
    LEFT JOIN bad ON true
$$;

GRANT EXECUTE ON FUNCTION
    verify_tenant_activity(bigint, bigint, timestamptz, bytea, bigint, integer)
TO tenancy_app, tenancy_platform;

-- The first moment that is kept, for the first month that is. Never in the present month, whose
-- partition is being written.
CREATE FUNCTION retention_start(p_month date) RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF p_month IS NULL OR p_month <> date_trunc('month', p_month)::date
        OR p_month > date_trunc('month', now() AT TIME ZONE 'UTC')::date
    THEN
        RAISE EXCEPTION 'the first month that is kept is the first of a month, not of a later one'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN p_month::timestamp AT TIME ZONE 'UTC';
END
$$;

-- Moves the anchors of the next tenants, in the order of their numbers, behind their last row from
-- before a month, and has each chain say so. Answers with the last tenant it looked at, or null
-- when there is none left. A step at a time, because every tenant's chain is locked until the
-- commit.
CREATE FUNCTION expire_tenant_activity(
    p_month date, p_after_tenant_id bigint, p_tenants_max integer DEFAULT 100)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_start timestamptz := retention_start(p_month);
    v_tenant_id bigint;
    v_last_tenant_id bigint;
    v_row tenant_activity_logs;
BEGIN
    FOR v_tenant_id IN
        SELECT h.tenant_id FROM tenant_activity_heads h
        WHERE h.tenant_id > p_after_tenant_id
        ORDER BY h.tenant_id LIMIT p_tenants_max
    LOOP
        v_last_tenant_id := v_tenant_id;
        SELECT l.* INTO v_row FROM tenant_activity_logs l
        WHERE l.tenant_id = v_tenant_id AND l.created_at < v_start
        ORDER BY l.created_at DESC, l.sequence DESC LIMIT 1;
        CONTINUE WHEN NOT FOUND OR EXISTS (
            SELECT FROM tenant_activity_anchors a
            WHERE a.tenant_id = v_tenant_id AND a.sequence >= v_row.sequence);
        PERFORM append_tenant_activity(
            v_tenant_id, 'activity_expired', 'tenant', v_tenant_id::text,
            jsonb_build_object(
                'sequence', v_row.sequence, 'row_hash', encode(v_row.row_hash, 'hex'),
                'first_month_kept', p_month));
        INSERT INTO tenant_activity_anchors AS a (tenant_id, sequence, row_hash, created_at)
        VALUES (v_tenant_id, v_row.sequence, v_row.row_hash, v_row.created_at)
        ON CONFLICT ON CONSTRAINT tenant_activity_anchors_pkey DO UPDATE
        SET sequence = excluded.sequence, row_hash = excluded.row_hash,
            created_at = excluded.created_at;
    END LOOP;
    RETURN v_last_tenant_id;
END
$$;

-- Drops the partitions of a table that end before a month, but for those of which a chain is not
-- anchored yet, and answers how many. What lies in the default partition is first put where it
-- belongs.
CREATE FUNCTION drop_expired_partitions(p_table regclass, p_key name, p_month date)
RETURNS integer
LANGUAGE plpgsql SET lock_timeout = '5s'
AS $$
DECLARE
    v_start timestamptz := retention_start(p_month);
    v_name name := (SELECT relname FROM pg_class WHERE oid = p_table);
    v_month date;
    v_partition record;
    v_is_needed boolean;
    v_dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ensure_partitions', 0));
    FOR v_month IN EXECUTE format(
        'SELECT DISTINCT date_trunc(''month'', %1$I AT TIME ZONE ''UTC'')::date '
        'FROM public.%2$I WHERE %1$I < %3$L',
        p_key, v_name || '_default',
        CASE p_key WHEN 'created_at' THEN v_start::text ELSE p_month::text END)
    LOOP
        PERFORM ensure_month_partition(p_table, p_key, v_month);
    END LOOP;
    FOR v_partition IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = p_table AND right(c.relname, 6) ~ '^\d{6}$'
          AND to_date(right(c.relname, 6), 'YYYYMM') < p_month
        ORDER BY c.relname
    LOOP
        v_is_needed := false;
        IF v_name = 'tenant_activity_logs' THEN
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM public.%I l WHERE NOT EXISTS ('
                'SELECT FROM public.tenant_activity_anchors a '
                'WHERE a.tenant_id = l.tenant_id AND a.sequence >= l.sequence))',
                v_partition.relname) INTO v_is_needed;
        END IF;
        CONTINUE WHEN v_is_needed;
        EXECUTE format('DROP TABLE public.%I', v_partition.relname);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END
$$;

-- With the owner's rights, because the application has no right to drop a table; they take nothing
-- but a month from their caller.
CREATE FUNCTION drop_expired_activity(p_month date) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT drop_expired_partitions('tenant_activity_logs', 'created_at', p_month) $$;

CREATE FUNCTION drop_expired_usage(p_month date) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT drop_expired_partitions('tenant_resource_usage', 'usage_date', p_month) $$;

GRANT EXECUTE ON FUNCTION
    expire_tenant_activity(date, bigint, integer), drop_expired_activity(date),
    drop_expired_usage(date)
TO tenancy_platform;
