-- What tenant tokens are signed with. All servers share the keys: one signs what another verifies.
-- The private part is sealed under a master key that the database never sees.
CREATE TABLE token_signing_keys (
    -- RFC 7638's thumbprint of the public key.
    kid text COLLATE "C" NOT NULL,
    -- An Ed25519 public key.
    public_key bytea NOT NULL,
    master_key integer NOT NULL,
    sealed_key bytea NOT NULL,
    -- It signs from then until the next key does.
    signs_from timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When a key is out: it signs and verifies nothing any more.
    revoked_at timestamptz,
    CONSTRAINT token_signing_keys_pkey PRIMARY KEY (kid),
    CONSTRAINT token_signing_keys_public_key_length CHECK (octet_length(public_key) = 32),
    CONSTRAINT token_signing_keys_sealed_key_length CHECK (octet_length(sealed_key) <= 1024),
    CONSTRAINT token_signing_keys_master_key_positive CHECK (master_key > 0)
);

ALTER TABLE token_signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE token_signing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY platform_scope ON token_signing_keys TO tenancy_platform USING (true);
GRANT SELECT, INSERT ON token_signing_keys TO tenancy_platform;

-- Adds a key, unless another server has added one since the caller looked: p_newest is the one
-- that was added last, revoked or not, as far as it knows, or null.
CREATE FUNCTION add_token_signing_key(
    p_newest text, p_kid text, p_public_key bytea, p_master_key integer, p_sealed_key bytea,
    p_signs_from timestamptz)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('token_signing_keys', 0));
    INSERT INTO token_signing_keys (kid, public_key, master_key, sealed_key, signs_from)
    SELECT p_kid, p_public_key, p_master_key, p_sealed_key, p_signs_from
    WHERE p_newest IS NOT DISTINCT FROM (
        SELECT k.kid FROM token_signing_keys k ORDER BY k.created_at DESC LIMIT 1);
    RETURN FOUND;
END
$$;

GRANT EXECUTE ON FUNCTION
    add_token_signing_key(text, text, bytea, integer, bytea, timestamptz)
TO tenancy_platform;

-- Until when the tokens of a key are worthless, or, under the key 0, those of every key of a
-- tenant.
CREATE TABLE tenant_token_revocations (
    tenant_id bigint NOT NULL,
    key_id bigint NOT NULL,
    revoked_before timestamptz NOT NULL,
    CONSTRAINT tenant_token_revocations_pkey PRIMARY KEY (tenant_id, key_id),
    CONSTRAINT tenant_token_revocations_tenant_fkey
        FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT tenant_token_revocations_key_id_range CHECK (key_id >= 0)
);

SELECT protect_tenant_table('tenant_token_revocations');

GRANT SELECT, INSERT, UPDATE (revoked_before) ON tenant_token_revocations TO tenancy_app;
GRANT SELECT ON tenant_token_revocations TO tenancy_platform;

CREATE FUNCTION log_tenant_token_revocation() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM append_tenant_activity(
        NEW.tenant_id, 'tokens_revoked', 'api_key', NEW.key_id::text,
        jsonb_build_object('revoked_before', NEW.revoked_before));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_token_revocations_log AFTER INSERT OR UPDATE ON tenant_token_revocations
    FOR EACH ROW EXECUTE FUNCTION log_tenant_token_revocation();

SELECT feed_tenant_changes('tenant_token_revocations');
