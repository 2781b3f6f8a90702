-- Tables that grow with time are split by month. The name of a partition is <table>_<yyyymm>, and a
-- row that comes for a month without a partition goes to <table>_default, so that a maintenance job
-- that did not run never costs a write.

-- Makes the partition of one month, and moves what the default partition holds of it. The new table
-- is attached rather than made in place, because that locks out neither reads nor writes of the
-- other months.
CREATE FUNCTION ensure_month_partition(p_table regclass, p_key name, p_month date)
RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_parent name := (SELECT relname FROM pg_class WHERE oid = p_table);
    v_name text := format('%s_%s', v_parent, to_char(p_month, 'YYYYMM'));
    v_default text := format('%s_default', v_parent);
    -- Bounds are written out in UTC: a partition must not depend on who made it.
    v_from text := to_char(p_month, 'YYYY-MM-DD');
    v_to text := to_char(p_month + interval '1 month', 'YYYY-MM-DD');
    v_zone text := CASE
        WHEN (SELECT atttypid FROM pg_attribute WHERE attrelid = p_table AND attname = p_key)
            = 'timestamptz'::regtype
        THEN ' 00:00:00+00' ELSE '' END;
BEGIN
    IF to_regclass(format('public.%I', v_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE %s INCLUDING ALL)', v_name, p_table);
    -- Policies are not inherited, and what is not forced does not hold for the owner.
    PERFORM protect_tenant_table(format('public.%I', v_name)::regclass);
    -- A column that is generated takes no value; none of the tables split by month has one.
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', v_default);
    EXECUTE format(
        'WITH moved AS (DELETE FROM public.%I WHERE %I >= %L AND %I < %L RETURNING *) '
        'INSERT INTO public.%I SELECT * FROM moved',
        v_default, p_key, v_from || v_zone, p_key, v_to || v_zone, v_name);
    EXECUTE format(
        'ALTER TABLE %s ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        p_table, v_name, v_from || v_zone, v_to || v_zone);
    RETURN true;
END
$$;
