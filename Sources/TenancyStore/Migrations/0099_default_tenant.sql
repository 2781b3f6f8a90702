-- The tenant of users from before there were tenants. It has the number 1 and no trial that could
-- end under them. It comes after every index: making one counts the rows, and Postgres would plan
-- for tables of one row until it first analyses them. Of a table that nobody has counted it takes
-- the size as it is.
DO $$
DECLARE
    v_tenant_id bigint := nextval('tenants_id_seq');
BEGIN
    INSERT INTO tenant_codes (tenant_code, tenant_id) VALUES ('default', v_tenant_id);
    INSERT INTO tenants (id, tenant_code, tenant_name, tenant_type, admin_email)
    VALUES (v_tenant_id, 'default', 'Default Tenant', 'enterprise', 'admin@default.invalid');
    PERFORM create_tenant_subscription(v_tenant_id, 'enterprise', 'active', 'Asia/Kolkata');
END
$$;
