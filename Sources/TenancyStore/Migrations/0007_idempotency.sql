-- Answers that are kept, so that a retry has one effect. A key belongs to a tenant, or to the
-- platform where no tenant exists yet, and is bound to the method and to a hash of the request.
-- Only what took effect is kept: a refusal changed nothing, and may be tried again.

CREATE TABLE idempotency_keys (
    tenant_id bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    response bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '24 hours',
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, key),
    CONSTRAINT idempotency_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 128),
    CONSTRAINT idempotency_keys_request_hash_length CHECK (
        octet_length(request_hash) BETWEEN 1 AND 64)
);

CREATE TABLE platform_idempotency_keys (
    key text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    response bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL DEFAULT clock_timestamp() + interval '24 hours',
    CONSTRAINT platform_idempotency_keys_pkey PRIMARY KEY (key),
    CONSTRAINT platform_idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 128),
    CONSTRAINT platform_idempotency_keys_request_hash_length CHECK (
        octet_length(request_hash) BETWEEN 1 AND 64)
);

SELECT protect_tenant_table('idempotency_keys');
ALTER TABLE platform_idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform_idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON platform_idempotency_keys TO tenancy_platform USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO tenancy_app;
GRANT SELECT, DELETE ON idempotency_keys TO tenancy_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON platform_idempotency_keys TO tenancy_platform;

-- What the purge looks for. The tenants' own table has none: an index there begins with the tenant,
-- and the purge finds what is oldest at the table's beginning.
CREATE INDEX platform_idempotency_keys_expiry ON platform_idempotency_keys (expires_at);

-- Forgets the answers that no retry may ask for any more, at most so many at once.
CREATE FUNCTION purge_idempotency_keys(rows_max integer DEFAULT 10000) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    v_tenant bigint;
    v_platform bigint;
BEGIN
    DELETE FROM idempotency_keys k
    USING (
        SELECT e.tenant_id, e.key FROM idempotency_keys e
        WHERE e.expires_at <= clock_timestamp() LIMIT rows_max) AS expired
    WHERE k.tenant_id = expired.tenant_id AND k.key = expired.key
      AND k.expires_at <= clock_timestamp();
    GET DIAGNOSTICS v_tenant = ROW_COUNT;
    DELETE FROM platform_idempotency_keys k
    USING (
        SELECT e.key FROM platform_idempotency_keys e
        WHERE e.expires_at <= clock_timestamp() LIMIT rows_max) AS expired
    WHERE k.key = expired.key AND k.expires_at <= clock_timestamp();
    GET DIAGNOSTICS v_platform = ROW_COUNT;
    RETURN v_tenant + v_platform;
END
$$;

GRANT EXECUTE ON FUNCTION purge_idempotency_keys(integer) TO tenancy_platform;
