-- Agencies, people, sessions, sites, deployments, points and placements: who may see what was measured where.
-- Every row belongs to an agency and is seen down the agency tree only: see agency_subtree.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE agency (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent     integer REFERENCES agency,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agency_parent_is_older CHECK (parent < id)  -- so the tree can hold no cycle
);
CREATE UNIQUE INDEX agency_name_in_parent ON agency (coalesce(parent, 0), name);

-- The agency itself and all below it.
CREATE FUNCTION agency_subtree(root integer) RETURNS SETOF integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    WITH RECURSIVE below(id) AS (
        SELECT agency.id FROM agency WHERE agency.id = root
        UNION ALL
        SELECT agency.id FROM agency JOIN below ON agency.parent = below.id
    )
    SELECT id FROM below
$$;

CREATE TABLE person (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency        integer NOT NULL REFERENCES agency,
    login         text NOT NULL UNIQUE CHECK (login = lower(login) AND length(login) BETWEEN 1 AND 100),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    title         text NOT NULL DEFAULT '' CHECK (length(title) <= 200),  -- the agency's own word, e.g. "Chánh thanh tra"
    role          text NOT NULL CHECK (role IN ('administrator', 'inspector', 'investigator', 'supervisor',
                                                'site_contact', 'expert', 'viewer')),
    email         text CHECK (length(email) <= 254),
    language      text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
    password_hash text NOT NULL,      -- argon2id, PHC string
    valid_until   timestamptz,        -- an expert's access always ends
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT expert_is_time_limited CHECK (role <> 'expert' OR valid_until IS NOT NULL)
);
CREATE INDEX person_agency ON person (agency);

-- One row per logged-in browser. Only the SHA-256 of the cookie's token is kept.
CREATE TABLE session (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    person     integer NOT NULL REFERENCES person ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE site (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     integer NOT NULL REFERENCES agency,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    address    text NOT NULL DEFAULT '' CHECK (length(address) <= 500),
    timezone   text NOT NULL DEFAULT 'Asia/Ho_Chi_Minh',
    procedure  text NOT NULL DEFAULT '' CHECK (length(procedure) <= 1000),  -- what to do on danger, three lines
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (agency, name)
);

-- A site contact sees the sites named here and nothing else.
CREATE TABLE site_contact (
    site   integer NOT NULL REFERENCES site,
    person integer NOT NULL REFERENCES person,
    PRIMARY KEY (site, person)
);
CREATE INDEX site_contact_person ON site_contact (person);

-- A kit at a site for a period. Its data belong to the agency of the deployment.
CREATE TABLE deployment (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency     integer NOT NULL REFERENCES agency,
    site       integer NOT NULL REFERENCES site,
    gateway    text NOT NULL CHECK (gateway ~ '^[a-z0-9]{8,32}$'),
    inspector  integer REFERENCES person,  -- in charge
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz CHECK (ended_at > started_at),
    CONSTRAINT gateway_is_in_one_place EXCLUDE USING gist (
        gateway WITH =, tstzrange(started_at, ended_at) WITH &&)
);
CREATE INDEX deployment_site ON deployment (site);
CREATE INDEX deployment_agency ON deployment (agency);

-- What is measured where. It survives the exchange of an instrument; rules and charts bind to it.
CREATE TABLE point (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site     integer NOT NULL REFERENCES site,
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),   -- the place: "Bồn chứa số 2, đáy bồn"
    quantity text NOT NULL CHECK (length(quantity) BETWEEN 1 AND 100), -- the quantity word of the channel's descriptor
    position integer NOT NULL DEFAULT 0,                               -- order on the page
    UNIQUE (site, name, quantity)
);

-- Which channel of the deployment's gateway measures the point, from-until within the deployment.
-- `channel` is the gateway's own small id, which it never re-uses; so a placement may be made before the first descriptor.
CREATE TABLE placement (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deployment integer NOT NULL REFERENCES deployment,
    point      integer NOT NULL REFERENCES point,
    channel    integer NOT NULL CHECK (channel >= 0),
    kind       text NOT NULL DEFAULT 'area' CHECK (kind IN ('area', 'ear', 'breathing_zone')),
    worker     text CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'),  -- a code, never a name
    height_m   numeric(6, 2) CHECK (height_m BETWEEN -1000 AND 10000),
    from_at    timestamptz NOT NULL,
    until_at   timestamptz CHECK (until_at > from_at),
    CONSTRAINT worker_is_worn CHECK ((kind = 'area') = (worker IS NULL)),
    CONSTRAINT channel_is_in_one_place EXCLUDE USING gist (
        deployment WITH =, channel WITH =, tstzrange(from_at, until_at) WITH &&),
    CONSTRAINT point_has_one_channel EXCLUDE USING gist (
        point WITH =, tstzrange(from_at, until_at) WITH &&)
);
CREATE INDEX placement_point ON placement (point);

-- Every placement with its gateway, bounded by its deployment: what joins a channel (gateway, channel) to its point.
CREATE VIEW point_channel AS
    SELECT placement.point, point.site, deployment.agency, deployment.id AS deployment, deployment.gateway,
           placement.channel,
           greatest(placement.from_at, deployment.started_at) AS from_at,
           least(placement.until_at, deployment.ended_at) AS until_at
    FROM placement
    JOIN deployment ON deployment.id = placement.deployment
    JOIN point ON point.id = placement.point;

-- Deployments whose data a person sees: down the tree of the person's agency by the deployment's agency, or, for a site
-- contact, those at the named sites.
CREATE FUNCTION deployments_seen_by(viewer integer) RETURNS SETOF integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT deployment.id
    FROM person
    JOIN site_contact ON site_contact.person = person.id
    JOIN deployment ON deployment.site = site_contact.site
    WHERE person.id = viewer AND person.role = 'site_contact'
    UNION ALL
    SELECT deployment.id
    FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
    JOIN deployment ON deployment.agency = below.agency
    WHERE person.id = viewer AND person.role <> 'site_contact'
$$;

-- Sites a person sees: those of the agencies below, and those where a deployment that the person sees is or was.
CREATE FUNCTION sites_seen_by(viewer integer) RETURNS SETOF integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT site_contact.site
    FROM person JOIN site_contact ON site_contact.person = person.id
    WHERE person.id = viewer AND person.role = 'site_contact'
    UNION
    SELECT site.id
    FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
    JOIN site ON site.agency = below.agency
    WHERE person.id = viewer AND person.role <> 'site_contact'
    UNION
    SELECT deployment.site FROM deployment WHERE deployment.id IN (SELECT deployments_seen_by(viewer))
$$;

GRANT SELECT ON agency, site, deployment, point, placement, point_channel TO antoan_ingest, antoan_alerts;
GRANT SELECT (id, agency, login, name, title, role, email, language, disabled_at) ON person TO antoan_alerts;
GRANT SELECT ON site_contact TO antoan_alerts;
GRANT SELECT, INSERT, UPDATE ON agency, person, site, deployment, point, placement TO antoan_api;
GRANT SELECT, INSERT, DELETE ON site_contact TO antoan_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO antoan_api;
GRANT SELECT ON point_channel TO antoan_api;
