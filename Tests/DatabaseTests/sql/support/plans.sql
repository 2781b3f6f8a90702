-- How a statement is planned, by the role that asks and in its scope. What the plans read from is
-- noted, so that an index that no test explains can be found (IndexTests).
CREATE TABLE tap.explained (index_name name PRIMARY KEY);

-- Notes the indexes of a plan; those of partitions are noted as their table's. A step that was
-- never executed has read nothing.
CREATE FUNCTION tap.note_indexes(p_plan text) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    WITH RECURSIVE used AS (
        SELECT to_regclass('public.' || m[1])::oid AS index
        FROM string_to_table(p_plan, E'\n') AS line,
            regexp_matches(line, '(?:Index (?:Only )?Scan (?:Backward )?using|'
                'Bitmap Index Scan on) (\S+)') AS m
        WHERE line NOT LIKE '%(never executed)%'
        UNION ALL
        SELECT i.inhparent FROM used u JOIN pg_inherits i ON i.inhrelid = u.index)
    INSERT INTO tap.explained
    SELECT c.relname FROM used u JOIN pg_class c ON c.oid = u.index
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION tap.plan_of(p_statement text, p_options text DEFAULT 'COSTS OFF') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_line text;
    v_plan text := '';
BEGIN
    FOR v_line IN EXECUTE format('EXPLAIN (%s) %s', p_options, p_statement) LOOP
        v_plan := v_plan || v_line || E'\n';
    END LOOP;
    PERFORM tap.note_indexes(v_plan);
    RETURN v_plan;
END
$$;

-- The plan with what each of its steps has done.
CREATE FUNCTION tap.run_of(p_statement text) RETURNS text LANGUAGE sql AS $$
    SELECT tap.plan_of(p_statement, 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF')
$$;

-- The last line of a file of plans: what it has explained.
CREATE FUNCTION tap.explained_indexes() RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER AS $$
    SELECT 'index ' || index_name FROM tap.explained
$$;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tap TO PUBLIC;
