-- What a platform costs that grows faster than Postgres looks at it: tables that were never
-- analysed, and plans that sessions keep from when there was one tenant. Blocks are counted, since
-- an index that is read from end to end counts no row that it does not find.
BEGIN;
SELECT no_plan();

CREATE VIEW tap.reads AS
SELECT c.oid, c.relname, c.relkind, pg_stat_get_xact_blocks_fetched(c.oid) AS blocks,
    pg_stat_get_xact_numscans(c.oid) AS scans
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i');
CREATE TABLE tap.before AS SELECT * FROM tap.reads WITH NO DATA;
CREATE FUNCTION tap.mark() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    DELETE FROM tap.before;
    INSERT INTO tap.before SELECT * FROM tap.reads
$$;
-- What was read of tables since, and through indexes that are for lists over all tenants.
CREATE FUNCTION tap.blocks_read() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    SELECT sum(r.blocks - b.blocks)::bigint FROM tap.reads r JOIN tap.before b USING (oid)
$$;
CREATE FUNCTION tap.read_through_lists() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$
    SELECT string_agg(r.relname, ', ') FROM tap.reads r JOIN tap.before b USING (oid)
    WHERE r.scans > b.scans
      AND r.relname IN ('tenants_name', 'tenants_status_type', 'tenant_subscriptions_due')
$$;
-- So much is drawn for each of the last tenants.
CREATE FUNCTION tap.draw(p_lease bigint, p_tenants integer, p_units bigint) RETURNS bigint
LANGUAGE sql AS $$
    SELECT sum(g.granted)::bigint
    FROM (
        SELECT array_agg(t.id) AS ids, array_agg('api_calls'::text) AS resources,
            array_agg(''::text) AS subjects, array_agg(p_lease) AS leases,
            array_agg(0::bigint) AS zeros, array_agg(p_units) AS units
        FROM (SELECT id FROM tenants ORDER BY id DESC LIMIT p_tenants) AS t
    ) AS a,
    LATERAL exchange_quota_leases(
        1000, a.ids, a.resources, a.subjects, a.leases, a.zeros, a.zeros, a.units, a.units) AS g
$$;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tap TO PUBLIC;
SELECT setval('quota_holders_holder_id_seq', 1000);
-- They stay as they are while this runs.
DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', v_table);
    END LOOP;
END
$$;

SET LOCAL ROLE tenancy_platform;
SET LOCAL tenancy.actor = 'service:test';

-- One tenant; and one report that is plain, and one that is not.
SELECT is(tap.draw(1, 1, 10), 10::bigint, 'units are drawn while there is one tenant');
SELECT is(tap.draw(2, 1, 1000000000), 999990::bigint, 'and all there are');
SELECT lives_ok($$SELECT create_tenant('first', 'First', 'bank', 'a@example.com')$$, 'one more');
SELECT is(
    (SELECT count(*) FROM generate_series(1, 3000) AS n,
        LATERAL create_tenant('many-' || n, 'Many ' || n, 'bank', 'a@example.com')),
    3000::bigint, 'and many');

SELECT tap.mark();
SELECT lives_ok($$SELECT create_tenant('last', 'Last', 'bank', 'a@example.com')$$, 'and a last');
SELECT cmp_ok(tap.blocks_read(), '<', 150::bigint, 'which reads few blocks');
SELECT is(tap.read_through_lists(), NULL, 'and no list');

SELECT tap.mark();
SELECT is(tap.draw(3, 20, 5), 100::bigint, 'units are drawn for twenty at once');
SELECT cmp_ok(tap.blocks_read(), '<', 60 * 20::bigint, 'by few blocks for each');
SELECT is(tap.read_through_lists(), NULL, 'and no list');

SELECT tap.mark();
SELECT is(tap.draw(4, 20, 1000000000), 20 * 9995::bigint, 'and all that they have');
SELECT cmp_ok(tap.blocks_read(), '<', 100 * 20::bigint, 'by few blocks for each, too');
SELECT is(tap.read_through_lists(), NULL, 'and no list');

SELECT * FROM finish();
ROLLBACK;
