-- What the services' roles may do: on tables, on columns, on functions. antoan_owner owns everything.
SELECT 'TABLE ' || c.relname AS what, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS may, a.grantee::regrole::text AS who
FROM pg_class AS c CROSS JOIN aclexplode(c.relacl) AS a
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.grantee <> c.relowner AND a.grantee <> 0
GROUP BY c.relname, a.grantee
UNION ALL
SELECT 'TABLE ' || c.relname,
       string_agg(format('%s (%s)', a.privilege_type, col.attname), ', ' ORDER BY a.privilege_type, col.attnum), a.grantee::regrole::text
FROM pg_class AS c JOIN pg_attribute AS col ON col.attrelid = c.oid CROSS JOIN aclexplode(col.attacl) AS a
WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner AND a.grantee <> 0
GROUP BY c.relname, a.grantee
UNION ALL
SELECT 'FUNCTION ' || p.oid::regprocedure::text, a.privilege_type, a.grantee::regrole::text
FROM pg_proc AS p CROSS JOIN aclexplode(p.proacl) AS a
WHERE p.pronamespace = 'public'::regnamespace AND a.grantee <> p.proowner AND a.grantee <> 0
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1, 3, 2
