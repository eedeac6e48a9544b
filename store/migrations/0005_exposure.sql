-- Exposure: groups of workers, measurements of a shift, results against limits, and what people say about limits.
-- Facts are only ever added to: a correction is a new version, the one before stays. Persons are codes.

-- Agencies whose exposure rows a person sees: down the tree. A site contact sees none: exposure of workers is sensitive.
CREATE FUNCTION agencies_seen_by(viewer integer) RETURNS SETOF integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT below.agency
    FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
    WHERE person.id = viewer AND person.role <> 'site_contact'
$$;

-- The agency and all above it: whose confirmations of limits and whose own limits hold for it.
CREATE FUNCTION agencies_above(leaf integer) RETURNS SETOF integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    WITH RECURSIVE above(id, parent) AS (
        SELECT agency.id, agency.parent FROM agency WHERE agency.id = leaf
        UNION ALL
        SELECT agency.id, agency.parent FROM agency JOIN above ON agency.id = above.parent
    )
    SELECT id FROM above
$$;

-- An administrator has compared a limit with the signed text. Bound to the digest of the limit with the rules of its set.
CREATE TABLE limit_confirmation (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency       integer NOT NULL REFERENCES agency,         -- holds for it and those below
    limit_id     text NOT NULL CHECK (length(limit_id) BETWEEN 3 AND 200),
    digest       text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    document     text NOT NULL CHECK (length(document) BETWEEN 1 AND 500),  -- the signed text that was read, and where
    confirmed_by integer NOT NULL REFERENCES person,
    confirmed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_by integer REFERENCES person,
    withdrawn_at timestamptz,
    CONSTRAINT withdrawn_by_somebody CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
);
CREATE UNIQUE INDEX limit_confirmation_in_force ON limit_confirmation (agency, limit_id, digest) WHERE withdrawn_at IS NULL;

-- Limit sets of an agency's own, as YAML. They stand beside the law under ids of their own and replace none of it.
CREATE TABLE limit_own_set (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     integer NOT NULL REFERENCES agency,
    name       text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_]{0,39}$'),
    body       text NOT NULL CHECK (length(body) <= 65536),
    reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    added_by   integer NOT NULL REFERENCES person,
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_by integer REFERENCES person,
    retired_at timestamptz,
    CONSTRAINT retired_by_somebody CHECK ((retired_by IS NULL) = (retired_at IS NULL))
);
CREATE UNIQUE INDEX limit_own_set_in_force ON limit_own_set (agency, name) WHERE retired_at IS NULL;

-- Workers with the same tasks and agents at a site.
CREATE TABLE exposure_group (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     integer NOT NULL REFERENCES agency,
    site       integer NOT NULL REFERENCES site,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_by integer NOT NULL REFERENCES person,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (agency, site, name)
);
CREATE INDEX exposure_group_site ON exposure_group (site);

CREATE TABLE exposure_group_version (
    exposure_group integer NOT NULL REFERENCES exposure_group,
    version        integer NOT NULL CHECK (version >= 1),
    head_count     integer NOT NULL CHECK (head_count BETWEEN 1 AND 1000000),
    shifts         jsonb NOT NULL CHECK (pg_column_size(shifts) <= 16384),  -- [{name, starts, ends, breaks: [{starts, ends}]}]
    tasks          jsonb NOT NULL CHECK (pg_column_size(tasks) <= 16384),   -- [{name, duration_min, agents}]
    workers        text[] NOT NULL DEFAULT '{}',                            -- codes, never names
    reason         text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    written_by     integer NOT NULL REFERENCES person,
    written_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (exposure_group, version),
    CONSTRAINT workers_are_codes CHECK (array_to_string(workers, '') ~ '^[A-Za-z0-9Đđ-]*$'),
    CONSTRAINT a_correction_has_a_reason CHECK (version = 1 OR reason <> '')
);

-- One quantity at one placement, from-until within one shift.
CREATE TABLE measurement (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency       integer NOT NULL REFERENCES agency,         -- of the deployment
    placement    integer NOT NULL REFERENCES placement,
    shift_from   timestamptz NOT NULL,
    shift_until  timestamptz NOT NULL,
    breaks       jsonb NOT NULL DEFAULT '[]' CHECK (pg_column_size(breaks) <= 8192),  -- [{from_at, until_at}]
    from_at      timestamptz NOT NULL,
    until_at     timestamptz NOT NULL,
    method       text NOT NULL DEFAULT '' CHECK (length(method) <= 200),
    organisation text NOT NULL DEFAULT '' CHECK (length(organisation) <= 200),  -- qualified, with the number of its notice
    verification text NOT NULL DEFAULT '' CHECK (length(verification) <= 100),  -- number of the certificate (kiểm định)
    verified_until date,
    gaps         text NOT NULL CHECK (gaps IN ('unknown', 'same_as_measured', 'zero')),
    gaps_reason  text NOT NULL DEFAULT '' CHECK (length(gaps_reason) <= 500),
    expanded_uncertainty double precision CHECK (expanded_uncertainty >= 0),
    uncertainty_basis    text NOT NULL DEFAULT '' CHECK (length(uncertainty_basis) <= 500),
    situations   text[] NOT NULL DEFAULT '{}',
    created_by   integer NOT NULL REFERENCES person,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT shift_of_a_day CHECK (shift_until > shift_from AND shift_until <= shift_from + interval '24 hours'),
    CONSTRAINT within_one_shift CHECK (from_at >= shift_from AND until_at > from_at AND until_at <= shift_until),
    CONSTRAINT an_assumption_has_a_reason CHECK (gaps = 'unknown' OR gaps_reason <> '')
);
CREATE INDEX measurement_placement ON measurement (placement);
CREATE INDEX measurement_agency ON measurement (agency, id);

-- Whom a measurement stands for. Corrected by a new version; both stay. Occupancy: when the people were at the placement,
-- [{from_at, until_at}]; null: not stated, so an area measurement is no person's exposure.
CREATE TABLE measurement_assignment (
    measurement    integer NOT NULL REFERENCES measurement,
    version        integer NOT NULL CHECK (version >= 1),
    exposure_group integer,
    group_version  integer,
    worker         text CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'),
    occupancy      jsonb CHECK (pg_column_size(occupancy) <= 8192),
    reason         text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
    written_by     integer NOT NULL REFERENCES person,
    written_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (measurement, version),
    FOREIGN KEY (exposure_group, group_version) REFERENCES exposure_group_version,
    CONSTRAINT group_with_its_version CHECK ((exposure_group IS NULL) = (group_version IS NULL)),
    CONSTRAINT a_correction_has_a_reason CHECK (version = 1 OR reason <> '')
);

-- Checks against a reference before and after. The last before and the first after count.
CREATE TABLE field_check (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    measurement integer NOT NULL REFERENCES measurement,
    moment      text NOT NULL CHECK (moment IN ('before', 'after')),
    checked_at  timestamptz NOT NULL,
    reference   double precision NOT NULL,
    found       double precision NOT NULL,
    tolerance   double precision NOT NULL CHECK (tolerance > 0),
    unit        text NOT NULL CHECK (length(unit) BETWEEN 1 AND 40),
    passed      boolean NOT NULL GENERATED ALWAYS AS (abs(found - reference) <= tolerance + 1e-9) STORED,
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    written_by  integer NOT NULL REFERENCES person,
    written_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX field_check_measurement ON field_check (measurement, moment, checked_at);

-- A value against one limit, with the verdict as it was given and all that it rests on. A new computation is a new row.
CREATE TABLE exposure_result (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency           integer NOT NULL REFERENCES agency,
    site             integer NOT NULL REFERENCES site,
    place            text NOT NULL CHECK (length(place) BETWEEN 1 AND 200),
    measurement      integer,
    assignment       integer,                                -- version of the assignment it was computed with
    exposure_group   integer,
    group_version    integer,
    worker           text CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'),
    people           integer CHECK (people >= 1),
    origin           text NOT NULL CHECK (origin IN ('measured', 'laboratory', 'hand_held', 'dosimeter_file')),
    document         text NOT NULL DEFAULT '' CHECK (length(document) <= 500),
    standing         text NOT NULL CHECK (standing IN ('legal', 'screening')),
    lacking          text[] NOT NULL DEFAULT '{}',           -- what a legal result would need
    day              date NOT NULL,                          -- of the shift's start, at the site
    limit_id         text NOT NULL CHECK (length(limit_id) BETWEEN 3 AND 200),
    limit_digest     text NOT NULL CHECK (limit_digest ~ '^[0-9a-f]{64}$'),
    limit_text       jsonb NOT NULL CHECK (pg_column_size(limit_text) <= 16384),  -- the limit as it was then
    confirmation     integer REFERENCES limit_confirmation,
    metric           text NOT NULL,
    unit             text NOT NULL,
    value            double precision,
    lower_bound      boolean NOT NULL DEFAULT false,
    expanded_uncertainty double precision CHECK (expanded_uncertainty >= 0),
    uncertainty_basis text NOT NULL DEFAULT '' CHECK (length(uncertainty_basis) <= 500),
    measured_s       double precision CHECK (measured_s >= 0),
    expected_s       double precision CHECK (expected_s > 0),
    left_out_s       jsonb NOT NULL DEFAULT '{}' CHECK (pg_column_size(left_out_s) <= 4096),  -- quality word → seconds
    gaps             text NOT NULL DEFAULT 'unknown' CHECK (gaps IN ('unknown', 'same_as_measured', 'zero')),
    shift_h          double precision CHECK (shift_h > 0),
    computed_by_rule text NOT NULL DEFAULT '' CHECK (length(computed_by_rule) <= 300),  -- standard and clause
    checks           text NOT NULL CHECK (checks IN ('passed', 'failed', 'missing')),
    outcome          text NOT NULL CHECK (outcome IN ('complies', 'exceeds', 'undetermined')),
    reasons          text[] NOT NULL,
    cautions         text[] NOT NULL,
    margin           double precision,
    allowed_low      double precision,
    allowed_high     double precision,
    decision_rule    text NOT NULL,
    clause           text NOT NULL,
    computed_by      integer NOT NULL REFERENCES person,
    computed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (measurement, assignment) REFERENCES measurement_assignment,
    FOREIGN KEY (exposure_group, group_version) REFERENCES exposure_group_version,
    CONSTRAINT measured_from_a_measurement CHECK ((origin = 'measured') = (measurement IS NOT NULL)),
    CONSTRAINT undetermined_has_a_reason CHECK ((outcome = 'undetermined') = (cardinality(reasons) > 0)),
    CONSTRAINT screening_supports_no_breach CHECK (standing = 'legal' OR outcome <> 'exceeds')
);
CREATE INDEX exposure_result_site ON exposure_result (site, id);
CREATE INDEX exposure_result_agency ON exposure_result (agency, id);
CREATE INDEX exposure_result_measurement ON exposure_result (measurement, limit_id, id);

GRANT SELECT, INSERT ON limit_confirmation, limit_own_set, exposure_group, exposure_group_version, measurement,
    measurement_assignment, field_check, exposure_result TO antoan_api;
GRANT UPDATE (withdrawn_by, withdrawn_at) ON limit_confirmation TO antoan_api;
GRANT UPDATE (retired_by, retired_at) ON limit_own_set TO antoan_api;
