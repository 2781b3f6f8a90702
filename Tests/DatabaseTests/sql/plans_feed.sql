-- The look at the changes, which every server makes a few times a second.
BEGIN;
SELECT no_plan();

INSERT INTO tenant_change_feed
SELECT 10 + n, (3 + n)::text::xid8 FROM generate_series(1, 100000) AS n;
ANALYZE tenant_change_feed;

SET LOCAL ROLE tenancy_platform;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE look(text) AS
SELECT pg_current_snapshot()::text AS snapshot,
    pg_postmaster_start_time() AS server_started_at, f.tenant_id
FROM (VALUES (1)) AS one
LEFT JOIN (
    SELECT tenant_id FROM tenant_change_feed
    WHERE changed_by >= pg_snapshot_xmin($1::text::pg_snapshot)
      AND NOT pg_visible_in_snapshot(changed_by, $1::text::pg_snapshot)
    LIMIT 10001) AS f ON true;
SELECT matches(
    tap.plan_of($$EXECUTE look('100000:100003:100001')$$),
    'Index Scan using tenant_change_feed_changed_by on tenant_change_feed\n'
        '.*Index Cond: \(changed_by >= pg_snapshot_xmin',
    'the feed is read from its newest end');
RESET ROLE;

CREATE TEMP TABLE seen AS EXECUTE look('99990:100003:99995,100001');
SELECT is(
    (SELECT array_agg(tenant_id ORDER BY tenant_id) FROM seen),
    ARRAY[10 + 99992, 10 + 99998, 10 + 100000]::bigint[],
    'what the snapshot did not see, and nothing else');
DROP TABLE seen;
CREATE TEMP TABLE seen AS EXECUTE look(NULL);
SELECT is((SELECT count(tenant_id) FROM seen), 0::bigint, 'the first look has nothing to go by');

SELECT * FROM tap.explained_indexes();
SELECT * FROM finish();
ROLLBACK;
