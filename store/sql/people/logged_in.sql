SELECT person.id, person.login, person.name, person.title, person.role, agency.name AS agency, person.language,
       least(session.expires_at, person.valid_until) AS expires_at
FROM session
JOIN person ON person.id = session.person
JOIN agency ON agency.id = person.agency
WHERE session.token_hash = $1
  AND session.expires_at > now()
  AND person.disabled_at IS NULL
  AND (person.valid_until IS NULL OR person.valid_until > now())
