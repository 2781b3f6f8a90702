-- What the pages of the list of tenants are read from, so that a page costs what it holds and not
-- what there is. The list crosses tenants, so these indexes do not begin with one.

-- Each status and type for itself, in the order of numbers.
CREATE INDEX tenants_status_type ON tenants (status, tenant_type, id);

-- The beginnings of names, in any case. Names are compared by their bytes: an index in the order of
-- a language cannot find a beginning. 64 characters are enough for an order, and bound what a page
-- token holds.
CREATE INDEX tenants_name ON tenants ((left(lower(tenant_name), 64) COLLATE "C"), id);

-- The first text that is after everything which begins with the prefix, in the order of bytes: the
-- other end of a range of an index. UTF-8 keeps the order of code points, of which D800 to DFFF are
-- none, and nothing is after the last.
CREATE FUNCTION prefix_end(p_prefix text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE ascii(right(p_prefix, 1))
        WHEN 0 THEN NULL
        WHEN 1114111 THEN p_prefix || chr(1114111)
        WHEN 55295 THEN left(p_prefix, -1) || chr(57344)
        ELSE left(p_prefix, -1) || chr(ascii(right(p_prefix, 1)) + 1)
    END
$$;

GRANT EXECUTE ON FUNCTION prefix_end(text) TO tenancy_app, tenancy_platform;
