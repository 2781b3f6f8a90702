-- What the secrets of a tenant are sealed with: one key for each tenant, itself sealed ("wrapped")
-- by a master key that the database never sees. A new master key changes these rows and nothing
-- else.

CREATE TABLE tenant_data_keys (
    tenant_id bigint NOT NULL,
    master_key integer NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    wrapped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tenant_data_keys_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_data_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_data_keys_master_key_positive CHECK (master_key > 0),
    -- Nonce, 32 bytes of key, tag.
    CONSTRAINT tenant_data_keys_wrapped_key_length CHECK (octet_length(wrapped_key) = 60)
);

SELECT protect_tenant_table('tenant_data_keys');

-- There is no right to delete: without its data key everything a tenant sealed is lost.
GRANT SELECT, INSERT, UPDATE (master_key, wrapped_key, wrapped_at) ON tenant_data_keys
    TO tenancy_app;
GRANT SELECT ON tenant_data_keys TO tenancy_platform;

-- Which master key protects a tenant, and since when, is what an auditor asks.
CREATE FUNCTION log_tenant_data_key() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id,
        CASE TG_OP WHEN 'INSERT' THEN 'data_key_created' ELSE 'data_key_rewrapped' END,
        'data_key', NEW.tenant_id::text,
        CASE TG_OP
            WHEN 'INSERT' THEN jsonb_build_object('master_key', NEW.master_key)
            ELSE jsonb_build_object(
                'master_key', NEW.master_key, 'old_master_key', OLD.master_key)
        END);
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_data_keys_log AFTER INSERT OR UPDATE ON tenant_data_keys
    FOR EACH ROW EXECUTE FUNCTION log_tenant_data_key();
