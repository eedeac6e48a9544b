-- Identity of gateways: enrolment tokens, epochs with their sealing keys, client certificates, and the audit of all of it.
-- `gateway_epoch` is what ingest verifies against; only `antoan_api` (the enrolment service) and the owner write here.

CREATE TABLE gateway (
    gateway        text PRIMARY KEY CHECK (gateway ~ '^[a-z0-9]{8,32}$'),
    agency         integer NOT NULL REFERENCES agency,   -- owns the kit; data belong to the agency of the deployment
    name           text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    created_at     timestamptz NOT NULL DEFAULT now(),
    revoked_at     timestamptz,                          -- no renewal, no new epoch, no entry received from then on
    revoked_reason text CHECK (length(revoked_reason) BETWEEN 1 AND 500),
    CONSTRAINT gateway_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX gateway_agency ON gateway (agency);

-- One per token handed to a person. Only the SHA-256 of the secret is kept. Used once: the keys of the first use are
-- kept, and the same keys may ask again for the same answer (a lost reply must not cost a journey to the office).
CREATE TABLE enrolment_token (
    secret_hash bytea PRIMARY KEY CHECK (length(secret_hash) = 32),
    gateway     text NOT NULL REFERENCES gateway,
    issued_by   integer REFERENCES person,               -- null: by a command on the server
    issued_at   timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    withdrawn_at timestamptz,
    used_at     timestamptz,
    used_epoch  integer,
    CONSTRAINT token_expires_soon CHECK (expires_at > issued_at AND expires_at <= issued_at + interval '31 days'),
    CONSTRAINT token_used_for_an_epoch CHECK ((used_at IS NULL) = (used_epoch IS NULL))
);
CREATE INDEX enrolment_token_gateway ON enrolment_token (gateway);

-- An epoch: one chain under one sealing key. `record` is the signed enrolment record; its `digest` is `prev` of seq 0.
CREATE TABLE gateway_epoch (
    gateway        text NOT NULL REFERENCES gateway,
    epoch          integer NOT NULL CHECK (epoch >= 1),
    algorithm      integer NOT NULL,                     -- COSE algorithm number
    sealing_key    bytea NOT NULL UNIQUE CHECK (length(sealing_key) = 32),
    record         bytea NOT NULL CHECK (length(record) <= 1024),
    digest         bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    enrolled_at    timestamptz NOT NULL,
    valid_until    timestamptz CHECK (valid_until > enrolled_at),  -- null: until revoked
    revoked_at     timestamptz,                          -- entries received from then on are refused
    revoked_reason text CHECK (length(revoked_reason) BETWEEN 1 AND 500),
    PRIMARY KEY (gateway, epoch),
    CONSTRAINT epoch_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
ALTER TABLE enrolment_token ADD FOREIGN KEY (gateway, used_epoch) REFERENCES gateway_epoch (gateway, epoch);

-- Every client certificate that the CA has issued.
CREATE TABLE certificate (
    serial         bytea PRIMARY KEY CHECK (length(serial) BETWEEN 1 AND 20),  -- big-endian, as in the certificate
    gateway        text NOT NULL,
    epoch          integer NOT NULL,
    pem            text NOT NULL CHECK (length(pem) <= 8192),
    public_key     bytea NOT NULL CHECK (length(public_key) = 32),             -- SHA-256 of SubjectPublicKeyInfo
    not_before     timestamptz NOT NULL,
    not_after      timestamptz NOT NULL CHECK (not_after > not_before),
    issued_at      timestamptz NOT NULL DEFAULT now(),
    revoked_at     timestamptz,
    revoked_reason text CHECK (length(revoked_reason) BETWEEN 1 AND 500),
    FOREIGN KEY (gateway, epoch) REFERENCES gateway_epoch (gateway, epoch),
    CONSTRAINT certificate_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX certificate_gateway ON certificate (gateway, epoch);
CREATE INDEX certificate_revoked ON certificate (revoked_at) WHERE revoked_at IS NOT NULL;

-- Facts, only ever added to: who enrolled, renewed, revoked, and what was refused and why.
CREATE TABLE enrolment_audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    action  text NOT NULL CHECK (action IN ('token_issued', 'token_withdrawn', 'enrolled', 'renewed', 'revoked', 'refused')),
    gateway text CHECK (length(gateway) <= 32),          -- as claimed when refused, so no reference
    epoch   integer,
    person  integer REFERENCES person,
    remote  text CHECK (length(remote) <= 100),          -- address that asked
    reason  text CHECK (length(reason) <= 500),
    detail  jsonb NOT NULL DEFAULT '{}' CHECK (pg_column_size(detail) <= 4096)
);
CREATE INDEX enrolment_audit_gateway ON enrolment_audit (gateway, at);
CREATE INDEX enrolment_audit_at ON enrolment_audit (at);

GRANT SELECT ON gateway, gateway_epoch TO antoan_ingest, antoan_alerts;
GRANT SELECT, INSERT, UPDATE ON gateway, enrolment_token, gateway_epoch, certificate TO antoan_api;
GRANT SELECT, INSERT ON enrolment_audit TO antoan_api;
