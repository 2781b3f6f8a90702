-- What the list of tenants is asked for.

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
