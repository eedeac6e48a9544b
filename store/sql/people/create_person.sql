WITH person_now AS (
    INSERT INTO person (agency, login, name, title, role, email, language, password_hash, valid_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (login) DO UPDATE
    SET agency = excluded.agency, name = excluded.name, title = excluded.title, role = excluded.role,
        email = excluded.email, language = excluded.language, password_hash = excluded.password_hash,
        valid_until = excluded.valid_until, disabled_at = NULL
    RETURNING id
), ended AS (
    DELETE FROM session USING person_now WHERE session.person = person_now.id
)
SELECT id FROM person_now
