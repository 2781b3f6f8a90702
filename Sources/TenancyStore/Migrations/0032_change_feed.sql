-- What has changed, for whoever remembers something of it: one small row per tenant, with the last
-- transaction that changed something which is remembered anywhere. It is written by triggers in
-- that same transaction, so that a change by hand in psql counts like any other.
--
-- A server asks for the rows whose transaction its last look could not see. Transactions become
-- visible in another order than that of their numbers, so a highest number seen says nothing; a
-- snapshot says exactly what was seen. Notifications were rejected: NOTIFY takes a lock of the
-- whole database at commit, and what is notified while nobody listens is gone.
CREATE TABLE tenant_change_feed (
    -- No foreign key: that a tenant is gone is a change too.
    tenant_id bigint NOT NULL,
    changed_by xid8 NOT NULL,
    CONSTRAINT tenant_change_feed_pkey PRIMARY KEY (tenant_id)
);

-- The one index that does not begin with the tenant: the feed is read across all of them.
CREATE INDEX tenant_change_feed_changed_by ON tenant_change_feed (changed_by);

SELECT protect_tenant_table('tenant_change_feed');

GRANT SELECT ON tenant_change_feed TO tenancy_platform;

-- Runs with the owner's rights: nobody else may write the feed.
CREATE FUNCTION note_tenant_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_row record;
    v_tenant_id bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        v_row := OLD;
    ELSE
        v_row := NEW;
    END IF;
    IF TG_TABLE_NAME = 'tenants' THEN
        v_tenant_id := v_row.id;
    ELSE
        v_tenant_id := v_row.tenant_id;
    END IF;
    INSERT INTO tenant_change_feed AS f (tenant_id, changed_by)
    VALUES (v_tenant_id, pg_current_xact_id())
    ON CONFLICT ON CONSTRAINT tenant_change_feed_pkey
    DO UPDATE SET changed_by = excluded.changed_by
    WHERE f.changed_by <> excluded.changed_by;
    RETURN NULL;
END
$$;

-- Lets the feed follow a table, but for columns that nobody remembers, such as counters. The
-- triggers are deferred to the commit: the row of the feed is then the last that a transaction
-- locks, whatever else it locked in whatever order, and it is locked for the length of a commit
-- only.
CREATE FUNCTION feed_tenant_changes(p_table regclass, VARIADIC p_ignored name[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_columns text := (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
          AND attname <> ALL (p_ignored));
BEGIN
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER change_feed_rows AFTER INSERT OR DELETE ON %s '
        'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_tenant_change()',
        p_table);
    EXECUTE format(
        'CREATE CONSTRAINT TRIGGER change_feed_columns AFTER UPDATE OF %s ON %s '
        'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) '
        'EXECUTE FUNCTION note_tenant_change()',
        v_columns, p_table);
END
$$;

SELECT feed_tenant_changes('tenants');
SELECT feed_tenant_changes('tenant_users', 'last_login_at', 'version', 'updated_at');
SELECT feed_tenant_changes(
    'tenant_subscriptions',
    'current_users', 'current_api_calls', 'current_storage_bytes', 'current_transactions',
    'reserved_users', 'reserved_api_calls', 'reserved_storage_bytes', 'reserved_transactions',
    'version', 'updated_at');
