-- Pages of settings and looks are remembered, so the feed follows settings. What nobody remembers
-- of a user is not told: when they came and when they left.
SELECT feed_tenant_changes('tenant_configurations');

DROP TRIGGER change_feed_rows ON tenant_users;
DROP TRIGGER change_feed_columns ON tenant_users;
SELECT feed_tenant_changes(
    'tenant_users', 'last_login_at', 'last_logout_at', 'version', 'updated_at');
