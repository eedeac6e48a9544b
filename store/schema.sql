-- The schema after all migrations. Written by `python -m store.describe` from a migrated database; a test compares.
-- Read the migrations for why; this is what.


CREATE TABLE agency (
    id integer GENERATED ALWAYS AS IDENTITY,
    parent integer,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agency_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
    CONSTRAINT agency_parent_is_older CHECK (parent < id),
    CONSTRAINT agency_pkey PRIMARY KEY (id),
    CONSTRAINT agency_parent_fkey FOREIGN KEY (parent) REFERENCES agency(id)
);
CREATE UNIQUE INDEX agency_name_in_parent ON public.agency USING btree (COALESCE(parent, 0), name);

CREATE TABLE alert (
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    gateway_channel integer DEFAULT '-1'::integer NOT NULL,
    rule text NOT NULL,
    boot bytea NOT NULL,
    raised_us bigint NOT NULL,
    rule_version integer,
    kind text NOT NULL,
    cycle text NOT NULL,
    priority text NOT NULL,
    state text DEFAULT 'normal'::text NOT NULL,
    origin text NOT NULL,
    title jsonb NOT NULL,
    channel integer,
    point integer,
    site integer,
    deployment integer,
    agency integer,
    set_point numeric,
    unit text,
    exponent smallint,
    value bigint,
    peak bigint,
    at_least boolean DEFAULT false NOT NULL,
    since_at timestamp with time zone,
    raised_at timestamp with time zone,
    returned_us bigint,
    returned_boot bytea,
    returned_at timestamp with time zone,
    epoch integer,
    seq bigint,
    entry_received timestamp with time zone,
    notice_received timestamp with time zone,
    edge_epoch integer,
    edge_episode text,
    edge_transition integer,
    late boolean DEFAULT false NOT NULL,
    provisional boolean DEFAULT false NOT NULL,
    withdrawn boolean DEFAULT false NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    limit_at timestamp with time zone,
    close_cause text,
    close_action text,
    CONSTRAINT alert_close_action_check CHECK (length(close_action) <= 40),
    CONSTRAINT alert_close_cause_check CHECK (length(close_cause) <= 40),
    CONSTRAINT alert_cycle_check CHECK (cycle = ANY (ARRAY['ordinary'::text, 'latching'::text, 'danger'::text])),
    CONSTRAINT alert_detail_check CHECK (length(detail) <= 500),
    CONSTRAINT alert_edge_episode_check CHECK (length(edge_episode) <= 128),
    CONSTRAINT alert_gateway_check CHECK (gateway ~ '^[a-z0-9]{8,32}$'::text),
    CONSTRAINT alert_gateway_gateway_channel_rule_boot_raised_us_key UNIQUE (gateway, gateway_channel, rule, boot, raised_us),
    CONSTRAINT alert_origin_check CHECK (origin = ANY (ARRAY['server'::text, 'gateway'::text])),
    CONSTRAINT alert_pkey PRIMARY KEY (id),
    CONSTRAINT alert_priority_check CHECK (priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text])),
    CONSTRAINT alert_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT alert_channel_fkey FOREIGN KEY (channel) REFERENCES channel(id),
    CONSTRAINT alert_deployment_fkey FOREIGN KEY (deployment) REFERENCES deployment(id),
    CONSTRAINT alert_point_fkey FOREIGN KEY (point) REFERENCES point(id),
    CONSTRAINT alert_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);
CREATE INDEX alert_by_alarm ON public.alert USING btree (gateway, gateway_channel, rule, id);
CREATE INDEX alert_channel ON public.alert USING btree (channel, id);
CREATE INDEX alert_open ON public.alert USING btree (agency, id) WHERE (state <> 'normal'::text);
CREATE INDEX alert_provisional ON public.alert USING btree (gateway) WHERE provisional;
CREATE INDEX alert_recorded ON public.alert USING btree (recorded_at);
CREATE INDEX alert_site ON public.alert USING btree (site, id);
CREATE UNIQUE INDEX alert_edge ON public.alert USING btree (gateway, edge_epoch, edge_episode) WHERE (edge_episode IS NOT NULL);

CREATE TABLE alert_aside (
    id integer GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    gateway_channel integer NOT NULL,
    rule text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    person integer NOT NULL,
    from_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    until_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by integer,
    CONSTRAINT a_shelf_ends CHECK (action <> 'shelve'::text OR until_at IS NOT NULL),
    CONSTRAINT alert_aside_action_check CHECK (action = ANY (ARRAY['shelve'::text, 'remove'::text])),
    CONSTRAINT alert_aside_check CHECK (until_at > from_at),
    CONSTRAINT alert_aside_pkey PRIMARY KEY (id),
    CONSTRAINT alert_aside_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 500),
    CONSTRAINT alert_aside_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES person(id),
    CONSTRAINT alert_aside_person_fkey FOREIGN KEY (person) REFERENCES person(id)
);
CREATE UNIQUE INDEX alert_aside_once ON public.alert_aside USING btree (gateway, gateway_channel, rule) WHERE (ended_at IS NULL);

CREATE TABLE alert_cycle (
    cycle text NOT NULL,
    state text NOT NULL,
    action text NOT NULL,
    next text NOT NULL,
    CONSTRAINT alert_cycle_pkey PRIMARY KEY (cycle, state, action)
);

CREATE TABLE alert_duty (
    id integer GENERATED ALWAYS AS IDENTITY,
    recipient integer NOT NULL,
    days smallint[] DEFAULT '{1,2,3,4,5,6,7}'::smallint[] NOT NULL,
    from_at time without time zone NOT NULL,
    until_at time without time zone NOT NULL,
    first_day date,
    last_day date,
    CONSTRAINT alert_duty_check CHECK (last_day >= first_day),
    CONSTRAINT alert_duty_days_check CHECK (days <@ '{1,2,3,4,5,6,7}'::smallint[] AND days <> '{}'::smallint[]),
    CONSTRAINT alert_duty_pkey PRIMARY KEY (id),
    CONSTRAINT alert_duty_recipient_fkey FOREIGN KEY (recipient) REFERENCES alert_recipient(id)
);
CREATE INDEX alert_duty_recipient ON public.alert_duty USING btree (recipient);

CREATE TABLE alert_engine (
    gateway text NOT NULL,
    saved timestamp with time zone DEFAULT now() NOT NULL,
    state json NOT NULL,
    CONSTRAINT alert_engine_gateway_check CHECK (gateway ~ '^[a-z0-9]{8,32}$'::text),
    CONSTRAINT alert_engine_pkey PRIMARY KEY (gateway)
) WITH (fillfactor=50);

CREATE TABLE alert_engine_joint (
    join_key text NOT NULL,
    saved timestamp with time zone DEFAULT now() NOT NULL,
    state json NOT NULL,
    CONSTRAINT alert_engine_joint_join_key_check CHECK (length(join_key) <= 200),
    CONSTRAINT alert_engine_joint_pkey PRIMARY KEY (join_key)
) WITH (fillfactor=50);

CREATE TABLE alert_link (
    token_hash bytea NOT NULL,
    alert bigint NOT NULL,
    person integer NOT NULL,
    notification bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT alert_link_pkey PRIMARY KEY (token_hash),
    CONSTRAINT alert_link_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT alert_link_alert_fkey FOREIGN KEY (alert) REFERENCES alert(id),
    CONSTRAINT alert_link_notification_fkey FOREIGN KEY (notification) REFERENCES alert_notification(id),
    CONSTRAINT alert_link_person_fkey FOREIGN KEY (person) REFERENCES person(id)
);
CREATE INDEX alert_link_expires ON public.alert_link USING btree (expires_at);

CREATE TABLE alert_log (
    id bigint GENERATED ALWAYS AS IDENTITY,
    alert bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    fact text NOT NULL,
    person integer,
    note text DEFAULT ''::text NOT NULL,
    state text NOT NULL,
    CONSTRAINT alert_log_fact_check CHECK (length(fact) <= 40),
    CONSTRAINT alert_log_note_check CHECK (length(note) <= 1000),
    CONSTRAINT alert_log_pkey PRIMARY KEY (id),
    CONSTRAINT alert_log_alert_fkey FOREIGN KEY (alert) REFERENCES alert(id),
    CONSTRAINT alert_log_person_fkey FOREIGN KEY (person) REFERENCES person(id)
);
CREATE INDEX alert_log_alert ON public.alert_log USING btree (alert, id);

CREATE TABLE alert_notification (
    id bigint GENERATED ALWAYS AS IDENTITY,
    alert bigint NOT NULL,
    change text NOT NULL,
    recipient integer NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    next_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    receipt text,
    error text,
    round smallint DEFAULT 0 NOT NULL,
    CONSTRAINT alert_notification_change_check CHECK (change = ANY (ARRAY['raised'::text, 'returned'::text])),
    CONSTRAINT alert_notification_error_check CHECK (length(error) <= 500),
    CONSTRAINT alert_notification_once UNIQUE (alert, change, recipient, round),
    CONSTRAINT alert_notification_pkey PRIMARY KEY (id),
    CONSTRAINT alert_notification_receipt_check CHECK (length(receipt) <= 500),
    CONSTRAINT alert_notification_round_check CHECK (round >= 0 AND round <= 20),
    CONSTRAINT alert_notification_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text, 'cancelled'::text])),
    CONSTRAINT alert_notification_alert_fkey FOREIGN KEY (alert) REFERENCES alert(id),
    CONSTRAINT alert_notification_recipient_fkey FOREIGN KEY (recipient) REFERENCES alert_recipient(id)
);
CREATE INDEX alert_notification_dead ON public.alert_notification USING btree (id) WHERE (state = 'dead'::text);
CREATE INDEX alert_notification_recipient ON public.alert_notification USING btree (recipient, sent_at);
CREATE INDEX alert_notification_waiting ON public.alert_notification USING btree (next_at) WHERE (state = 'waiting'::text);

CREATE TABLE alert_recipient (
    id integer GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    medium text NOT NULL,
    address text NOT NULL,
    language text DEFAULT 'vi'::text NOT NULL,
    agency integer,
    site integer,
    least text DEFAULT 'low'::text NOT NULL,
    on_return boolean DEFAULT false NOT NULL,
    disabled_at timestamp with time zone,
    person integer,
    wait_s integer DEFAULT 0 NOT NULL,
    repeat_s integer,
    timezone text DEFAULT 'Asia/Ho_Chi_Minh'::text NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    digest_at time without time zone,
    CONSTRAINT alert_recipient_address_check CHECK (length(address) >= 3 AND length(address) <= 1000),
    CONSTRAINT alert_recipient_language_check CHECK (language = ANY (ARRAY['vi'::text, 'en'::text])),
    CONSTRAINT alert_recipient_least_check CHECK ("least" = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'urgent'::text])),
    CONSTRAINT alert_recipient_medium_check CHECK (medium = ANY (ARRAY['email'::text, 'webhook'::text, 'apprise'::text])),
    CONSTRAINT alert_recipient_name_check CHECK (length(name) >= 1 AND length(name) <= 100),
    CONSTRAINT alert_recipient_name_key UNIQUE (name),
    CONSTRAINT alert_recipient_pkey PRIMARY KEY (id),
    CONSTRAINT alert_recipient_repeat_s_check CHECK (repeat_s >= 60 AND repeat_s <= 86400),
    CONSTRAINT alert_recipient_wait_s_check CHECK (wait_s >= 0 AND wait_s <= 86400),
    CONSTRAINT quiet_has_both CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CONSTRAINT alert_recipient_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT alert_recipient_person_fkey FOREIGN KEY (person) REFERENCES person(id),
    CONSTRAINT alert_recipient_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);

CREATE TABLE alert_rule (
    rule text NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    set_point numeric,
    unit text,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL,
    loaded_by integer,
    retired_at timestamp with time zone,
    CONSTRAINT alert_rule_body_check CHECK (pg_column_size(body) <= 16384),
    CONSTRAINT alert_rule_pkey PRIMARY KEY (rule, version),
    CONSTRAINT alert_rule_rule_check CHECK (rule ~ '^[a-z0-9][a-z0-9._-]{1,62}$'::text),
    CONSTRAINT alert_rule_version_check CHECK (version >= 1)
);
CREATE UNIQUE INDEX alert_rule_in_force ON public.alert_rule USING btree (rule) WHERE (retired_at IS NULL);

CREATE TABLE boot_clock (
    gateway text NOT NULL,
    boot bytea NOT NULL,
    utc_offset_us bigint NOT NULL,
    source smallint NOT NULL,
    received timestamp with time zone NOT NULL,
    CONSTRAINT boot_clock_pkey PRIMARY KEY (gateway, boot)
);

CREATE TABLE certificate (
    serial bytea NOT NULL,
    gateway text NOT NULL,
    epoch integer NOT NULL,
    pem text NOT NULL,
    public_key bytea NOT NULL,
    not_before timestamp with time zone NOT NULL,
    not_after timestamp with time zone NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    CONSTRAINT certificate_check CHECK (not_after > not_before),
    CONSTRAINT certificate_pem_check CHECK (length(pem) <= 8192),
    CONSTRAINT certificate_pkey PRIMARY KEY (serial),
    CONSTRAINT certificate_public_key_check CHECK (length(public_key) = 32),
    CONSTRAINT certificate_revoked_reason_check CHECK (length(revoked_reason) >= 1 AND length(revoked_reason) <= 500),
    CONSTRAINT certificate_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT certificate_serial_check CHECK (length(serial) >= 1 AND length(serial) <= 20),
    CONSTRAINT certificate_gateway_epoch_fkey FOREIGN KEY (gateway, epoch) REFERENCES gateway_epoch(gateway, epoch)
);
CREATE INDEX certificate_gateway ON public.certificate USING btree (gateway, epoch);
CREATE INDEX certificate_revoked ON public.certificate USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE TABLE chain_head (
    gateway text NOT NULL,
    epoch integer NOT NULL,
    partition smallint NOT NULL,
    seq bigint NOT NULL,
    digest bytea NOT NULL,
    received timestamp with time zone NOT NULL,
    ask bigint DEFAULT 0 NOT NULL,
    forked_at timestamp with time zone,
    CONSTRAINT chain_head_digest_check CHECK (length(digest) = 32),
    CONSTRAINT chain_head_gateway_check CHECK (gateway ~ '^[a-z0-9]{8,32}$'::text),
    CONSTRAINT chain_head_pkey PRIMARY KEY (gateway, epoch),
    CONSTRAINT chain_head_seq_check CHECK (seq >= '-1'::integer),
    CONSTRAINT chain_head_partition_fkey FOREIGN KEY (partition) REFERENCES partition(partition)
) WITH (fillfactor=50);
CREATE INDEX chain_head_partition ON public.chain_head USING btree (partition);

CREATE TABLE chain_loss (
    gateway text NOT NULL,
    epoch integer NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    declared bytea NOT NULL,
    received timestamp with time zone NOT NULL,
    CONSTRAINT chain_loss_check CHECK (last_seq >= first_seq),
    CONSTRAINT chain_loss_declared_check CHECK (length(declared) = 32),
    CONSTRAINT chain_loss_pkey PRIMARY KEY (gateway, epoch, first_seq)
);

CREATE TABLE channel (
    id integer GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    gateway_channel integer NOT NULL,
    quantity text NOT NULL,
    unit text NOT NULL,
    exponent smallint NOT NULL,
    interval_us bigint,
    name text NOT NULL,
    instrument text NOT NULL,
    descriptor jsonb NOT NULL,
    described_at timestamp with time zone NOT NULL,
    CONSTRAINT channel_gateway_channel_check CHECK (gateway_channel >= 0),
    CONSTRAINT channel_gateway_gateway_channel_quantity_unit_exponent_inst_key UNIQUE (gateway, gateway_channel, quantity, unit, exponent, instrument),
    CONSTRAINT channel_pkey PRIMARY KEY (id)
);

CREATE TABLE channel_described (
    gateway text NOT NULL,
    epoch integer NOT NULL,
    descriptor_seq bigint NOT NULL,
    gateway_channel integer NOT NULL,
    channel integer NOT NULL,
    received timestamp with time zone NOT NULL,
    descriptor jsonb NOT NULL,
    CONSTRAINT channel_described_pkey PRIMARY KEY (gateway, epoch, descriptor_seq, gateway_channel),
    CONSTRAINT channel_described_channel_fkey FOREIGN KEY (channel) REFERENCES channel(id)
);
CREATE INDEX channel_described_channel ON public.channel_described USING btree (channel);

CREATE TABLE deployment (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    site integer NOT NULL,
    gateway text NOT NULL,
    inspector integer,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT deployment_check CHECK (ended_at > started_at),
    CONSTRAINT deployment_gateway_check CHECK (gateway ~ '^[a-z0-9]{8,32}$'::text),
    CONSTRAINT deployment_pkey PRIMARY KEY (id),
    CONSTRAINT gateway_is_in_one_place EXCLUDE USING gist (gateway WITH =, tstzrange(started_at, ended_at) WITH &&),
    CONSTRAINT deployment_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT deployment_inspector_fkey FOREIGN KEY (inspector) REFERENCES person(id),
    CONSTRAINT deployment_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);
CREATE INDEX deployment_agency ON public.deployment USING btree (agency);
CREATE INDEX deployment_site ON public.deployment USING btree (site);

CREATE TABLE enrolment_audit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamp with time zone DEFAULT now() NOT NULL,
    action text NOT NULL,
    gateway text,
    epoch integer,
    person integer,
    remote text,
    reason text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT enrolment_audit_action_check CHECK (action = ANY (ARRAY['token_issued'::text, 'token_withdrawn'::text, 'enrolled'::text, 'renewed'::text, 'revoked'::text, 'refused'::text])),
    CONSTRAINT enrolment_audit_detail_check CHECK (pg_column_size(detail) <= 4096),
    CONSTRAINT enrolment_audit_gateway_check CHECK (length(gateway) <= 32),
    CONSTRAINT enrolment_audit_pkey PRIMARY KEY (id),
    CONSTRAINT enrolment_audit_reason_check CHECK (length(reason) <= 500),
    CONSTRAINT enrolment_audit_remote_check CHECK (length(remote) <= 100),
    CONSTRAINT enrolment_audit_person_fkey FOREIGN KEY (person) REFERENCES person(id)
);
CREATE INDEX enrolment_audit_at ON public.enrolment_audit USING btree (at);
CREATE INDEX enrolment_audit_gateway ON public.enrolment_audit USING btree (gateway, at);

CREATE TABLE enrolment_token (
    secret_hash bytea NOT NULL,
    gateway text NOT NULL,
    issued_by integer,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    used_at timestamp with time zone,
    used_epoch integer,
    CONSTRAINT enrolment_token_pkey PRIMARY KEY (secret_hash),
    CONSTRAINT enrolment_token_secret_hash_check CHECK (length(secret_hash) = 32),
    CONSTRAINT token_expires_soon CHECK (expires_at > issued_at AND expires_at <= (issued_at + '31 days'::interval)),
    CONSTRAINT token_used_for_an_epoch CHECK ((used_at IS NULL) = (used_epoch IS NULL)),
    CONSTRAINT enrolment_token_gateway_fkey FOREIGN KEY (gateway) REFERENCES gateway(gateway),
    CONSTRAINT enrolment_token_gateway_used_epoch_fkey FOREIGN KEY (gateway, used_epoch) REFERENCES gateway_epoch(gateway, epoch),
    CONSTRAINT enrolment_token_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES person(id)
);
CREATE INDEX enrolment_token_gateway ON public.enrolment_token USING btree (gateway);

CREATE TABLE exposure_group (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    site integer NOT NULL,
    name text NOT NULL,
    created_by integer NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT exposure_group_agency_site_name_key UNIQUE (agency, site, name),
    CONSTRAINT exposure_group_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
    CONSTRAINT exposure_group_pkey PRIMARY KEY (id),
    CONSTRAINT exposure_group_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT exposure_group_created_by_fkey FOREIGN KEY (created_by) REFERENCES person(id),
    CONSTRAINT exposure_group_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);
CREATE INDEX exposure_group_site ON public.exposure_group USING btree (site);

CREATE TABLE exposure_group_version (
    exposure_group integer NOT NULL,
    version integer NOT NULL,
    head_count integer NOT NULL,
    shifts jsonb NOT NULL,
    tasks jsonb NOT NULL,
    workers text[] DEFAULT '{}'::text[] NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    written_by integer NOT NULL,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT a_correction_has_a_reason CHECK (version = 1 OR reason <> ''::text),
    CONSTRAINT exposure_group_version_head_count_check CHECK (head_count >= 1 AND head_count <= 1000000),
    CONSTRAINT exposure_group_version_pkey PRIMARY KEY (exposure_group, version),
    CONSTRAINT exposure_group_version_reason_check CHECK (length(reason) <= 1000),
    CONSTRAINT exposure_group_version_shifts_check CHECK (pg_column_size(shifts) <= 16384),
    CONSTRAINT exposure_group_version_tasks_check CHECK (pg_column_size(tasks) <= 16384),
    CONSTRAINT exposure_group_version_version_check CHECK (version >= 1),
    CONSTRAINT workers_are_codes CHECK (array_to_string(workers, ''::text) ~ '^[A-Za-z0-9Đđ-]*$'::text),
    CONSTRAINT exposure_group_version_exposure_group_fkey FOREIGN KEY (exposure_group) REFERENCES exposure_group(id),
    CONSTRAINT exposure_group_version_written_by_fkey FOREIGN KEY (written_by) REFERENCES person(id)
);

CREATE TABLE exposure_result (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    site integer NOT NULL,
    place text NOT NULL,
    measurement integer,
    assignment integer,
    exposure_group integer,
    group_version integer,
    worker text,
    people integer,
    origin text NOT NULL,
    document text DEFAULT ''::text NOT NULL,
    standing text NOT NULL,
    lacking text[] DEFAULT '{}'::text[] NOT NULL,
    day date NOT NULL,
    limit_id text NOT NULL,
    limit_digest text NOT NULL,
    limit_text jsonb NOT NULL,
    confirmation integer,
    metric text NOT NULL,
    unit text NOT NULL,
    value double precision,
    lower_bound boolean DEFAULT false NOT NULL,
    expanded_uncertainty double precision,
    uncertainty_basis text DEFAULT ''::text NOT NULL,
    measured_s double precision,
    expected_s double precision,
    left_out_s jsonb DEFAULT '{}'::jsonb NOT NULL,
    gaps text DEFAULT 'unknown'::text NOT NULL,
    shift_h double precision,
    computed_by_rule text DEFAULT ''::text NOT NULL,
    checks text NOT NULL,
    outcome text NOT NULL,
    reasons text[] NOT NULL,
    cautions text[] NOT NULL,
    margin double precision,
    allowed_low double precision,
    allowed_high double precision,
    decision_rule text NOT NULL,
    clause text NOT NULL,
    computed_by integer NOT NULL,
    computed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT exposure_result_checks_check CHECK (checks = ANY (ARRAY['passed'::text, 'failed'::text, 'missing'::text])),
    CONSTRAINT exposure_result_computed_by_rule_check CHECK (length(computed_by_rule) <= 300),
    CONSTRAINT exposure_result_document_check CHECK (length(document) <= 500),
    CONSTRAINT exposure_result_expanded_uncertainty_check CHECK (expanded_uncertainty >= 0::double precision),
    CONSTRAINT exposure_result_expected_s_check CHECK (expected_s > 0::double precision),
    CONSTRAINT exposure_result_gaps_check CHECK (gaps = ANY (ARRAY['unknown'::text, 'same_as_measured'::text, 'zero'::text])),
    CONSTRAINT exposure_result_left_out_s_check CHECK (pg_column_size(left_out_s) <= 4096),
    CONSTRAINT exposure_result_limit_digest_check CHECK (limit_digest ~ '^[0-9a-f]{64}$'::text),
    CONSTRAINT exposure_result_limit_id_check CHECK (length(limit_id) >= 3 AND length(limit_id) <= 200),
    CONSTRAINT exposure_result_limit_text_check CHECK (pg_column_size(limit_text) <= 16384),
    CONSTRAINT exposure_result_measured_s_check CHECK (measured_s >= 0::double precision),
    CONSTRAINT exposure_result_origin_check CHECK (origin = ANY (ARRAY['measured'::text, 'group'::text, 'laboratory'::text, 'hand_held'::text, 'dosimeter_file'::text])),
    CONSTRAINT exposure_result_outcome_check CHECK (outcome = ANY (ARRAY['complies'::text, 'exceeds'::text, 'undetermined'::text])),
    CONSTRAINT exposure_result_people_check CHECK (people >= 1),
    CONSTRAINT exposure_result_pkey PRIMARY KEY (id),
    CONSTRAINT exposure_result_place_check CHECK (length(place) >= 1 AND length(place) <= 200),
    CONSTRAINT exposure_result_shift_h_check CHECK (shift_h > 0::double precision),
    CONSTRAINT exposure_result_standing_check CHECK (standing = ANY (ARRAY['legal'::text, 'screening'::text])),
    CONSTRAINT exposure_result_uncertainty_basis_check CHECK (length(uncertainty_basis) <= 500),
    CONSTRAINT exposure_result_worker_check CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'::text),
    CONSTRAINT measured_from_a_measurement CHECK ((origin = 'measured'::text) = (measurement IS NOT NULL)),
    CONSTRAINT screening_supports_no_breach CHECK (standing = 'legal'::text OR outcome <> 'exceeds'::text),
    CONSTRAINT undetermined_has_a_reason CHECK ((outcome = 'undetermined'::text) = (cardinality(reasons) > 0)),
    CONSTRAINT exposure_result_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT exposure_result_computed_by_fkey FOREIGN KEY (computed_by) REFERENCES person(id),
    CONSTRAINT exposure_result_confirmation_fkey FOREIGN KEY (confirmation) REFERENCES limit_confirmation(id),
    CONSTRAINT exposure_result_exposure_group_group_version_fkey FOREIGN KEY (exposure_group, group_version) REFERENCES exposure_group_version(exposure_group, version),
    CONSTRAINT exposure_result_measurement_assignment_fkey FOREIGN KEY (measurement, assignment) REFERENCES measurement_assignment(measurement, version),
    CONSTRAINT exposure_result_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);
CREATE INDEX exposure_result_agency ON public.exposure_result USING btree (agency, id);
CREATE INDEX exposure_result_measurement ON public.exposure_result USING btree (measurement, limit_id, id);
CREATE INDEX exposure_result_site ON public.exposure_result USING btree (site, id);

CREATE TABLE exposure_result_part (
    result integer NOT NULL,
    measurement integer NOT NULL,
    assignment integer NOT NULL,
    value double precision NOT NULL,
    measured_s double precision NOT NULL,
    CONSTRAINT exposure_result_part_measured_s_check CHECK (measured_s >= 0::double precision),
    CONSTRAINT exposure_result_part_pkey PRIMARY KEY (result, measurement),
    CONSTRAINT exposure_result_part_measurement_assignment_fkey FOREIGN KEY (measurement, assignment) REFERENCES measurement_assignment(measurement, version),
    CONSTRAINT exposure_result_part_result_fkey FOREIGN KEY (result) REFERENCES exposure_result(id)
);

CREATE TABLE field_check (
    id integer GENERATED ALWAYS AS IDENTITY,
    measurement integer NOT NULL,
    moment text NOT NULL,
    checked_at timestamp with time zone NOT NULL,
    reference double precision NOT NULL,
    found double precision NOT NULL,
    tolerance double precision NOT NULL,
    unit text NOT NULL,
    passed boolean GENERATED ALWAYS AS ((abs((found - reference)) <= (tolerance + (0.000000001)::double precision))) STORED NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    written_by integer NOT NULL,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT field_check_moment_check CHECK (moment = ANY (ARRAY['before'::text, 'after'::text])),
    CONSTRAINT field_check_note_check CHECK (length(note) <= 500),
    CONSTRAINT field_check_pkey PRIMARY KEY (id),
    CONSTRAINT field_check_tolerance_check CHECK (tolerance > 0::double precision),
    CONSTRAINT field_check_unit_check CHECK (length(unit) >= 1 AND length(unit) <= 40),
    CONSTRAINT field_check_measurement_fkey FOREIGN KEY (measurement) REFERENCES measurement(id),
    CONSTRAINT field_check_written_by_fkey FOREIGN KEY (written_by) REFERENCES person(id)
);
CREATE INDEX field_check_measurement ON public.field_check USING btree (measurement, moment, checked_at);

CREATE TABLE gateway (
    gateway text NOT NULL,
    agency integer NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    CONSTRAINT gateway_gateway_check CHECK (gateway ~ '^[a-z0-9]{8,32}$'::text),
    CONSTRAINT gateway_name_check CHECK (length(name) <= 200),
    CONSTRAINT gateway_pkey PRIMARY KEY (gateway),
    CONSTRAINT gateway_revoked_reason_check CHECK (length(revoked_reason) >= 1 AND length(revoked_reason) <= 500),
    CONSTRAINT gateway_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT gateway_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id)
);
CREATE INDEX gateway_agency ON public.gateway USING btree (agency);

CREATE TABLE gateway_epoch (
    gateway text NOT NULL,
    epoch integer NOT NULL,
    algorithm integer NOT NULL,
    sealing_key bytea NOT NULL,
    record bytea NOT NULL,
    digest bytea NOT NULL,
    enrolled_at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_reason text,
    CONSTRAINT epoch_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT gateway_epoch_check CHECK (valid_until > enrolled_at),
    CONSTRAINT gateway_epoch_digest_check CHECK (length(digest) = 32),
    CONSTRAINT gateway_epoch_digest_key UNIQUE (digest),
    CONSTRAINT gateway_epoch_epoch_check CHECK (epoch >= 1),
    CONSTRAINT gateway_epoch_pkey PRIMARY KEY (gateway, epoch),
    CONSTRAINT gateway_epoch_record_check CHECK (length(record) <= 1024),
    CONSTRAINT gateway_epoch_revoked_reason_check CHECK (length(revoked_reason) >= 1 AND length(revoked_reason) <= 500),
    CONSTRAINT gateway_epoch_sealing_key_check CHECK (length(sealing_key) = 32),
    CONSTRAINT gateway_epoch_sealing_key_key UNIQUE (sealing_key),
    CONSTRAINT gateway_epoch_gateway_fkey FOREIGN KEY (gateway) REFERENCES gateway(gateway)
);

CREATE TABLE ingest_worker (
    backend integer NOT NULL,
    name text NOT NULL,
    seen timestamp with time zone NOT NULL,
    CONSTRAINT ingest_worker_name_check CHECK (length(name) <= 200),
    CONSTRAINT ingest_worker_pkey PRIMARY KEY (backend)
);

CREATE TABLE limit_confirmation (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    limit_id text NOT NULL,
    digest text NOT NULL,
    document text NOT NULL,
    confirmed_by integer NOT NULL,
    confirmed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    withdrawn_by integer,
    withdrawn_at timestamp with time zone,
    CONSTRAINT limit_confirmation_digest_check CHECK (digest ~ '^[0-9a-f]{64}$'::text),
    CONSTRAINT limit_confirmation_document_check CHECK (length(document) >= 1 AND length(document) <= 500),
    CONSTRAINT limit_confirmation_limit_id_check CHECK (length(limit_id) >= 3 AND length(limit_id) <= 200),
    CONSTRAINT limit_confirmation_pkey PRIMARY KEY (id),
    CONSTRAINT withdrawn_by_somebody CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)),
    CONSTRAINT limit_confirmation_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT limit_confirmation_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES person(id),
    CONSTRAINT limit_confirmation_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES person(id)
);
CREATE UNIQUE INDEX limit_confirmation_in_force ON public.limit_confirmation USING btree (agency, limit_id, digest) WHERE (withdrawn_at IS NULL);

CREATE TABLE limit_own_set (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    reason text NOT NULL,
    added_by integer NOT NULL,
    added_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    retired_by integer,
    retired_at timestamp with time zone,
    CONSTRAINT limit_own_set_body_check CHECK (length(body) <= 65536),
    CONSTRAINT limit_own_set_name_check CHECK (name ~ '^[a-z0-9][a-z0-9_]{0,39}$'::text),
    CONSTRAINT limit_own_set_pkey PRIMARY KEY (id),
    CONSTRAINT limit_own_set_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 1000),
    CONSTRAINT retired_by_somebody CHECK ((retired_by IS NULL) = (retired_at IS NULL)),
    CONSTRAINT limit_own_set_added_by_fkey FOREIGN KEY (added_by) REFERENCES person(id),
    CONSTRAINT limit_own_set_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT limit_own_set_retired_by_fkey FOREIGN KEY (retired_by) REFERENCES person(id)
);
CREATE UNIQUE INDEX limit_own_set_in_force ON public.limit_own_set USING btree (agency, name) WHERE (retired_at IS NULL);

CREATE TABLE measurement (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    placement integer NOT NULL,
    shift_from timestamp with time zone NOT NULL,
    shift_until timestamp with time zone NOT NULL,
    breaks jsonb DEFAULT '[]'::jsonb NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    method text DEFAULT ''::text NOT NULL,
    organisation text DEFAULT ''::text NOT NULL,
    verification text DEFAULT ''::text NOT NULL,
    verified_until date,
    gaps text NOT NULL,
    gaps_reason text DEFAULT ''::text NOT NULL,
    expanded_uncertainty double precision,
    uncertainty_basis text DEFAULT ''::text NOT NULL,
    situations text[] DEFAULT '{}'::text[] NOT NULL,
    created_by integer NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT an_assumption_has_a_reason CHECK (gaps = 'unknown'::text OR gaps_reason <> ''::text),
    CONSTRAINT measurement_breaks_check CHECK (pg_column_size(breaks) <= 8192),
    CONSTRAINT measurement_expanded_uncertainty_check CHECK (expanded_uncertainty >= 0::double precision),
    CONSTRAINT measurement_gaps_check CHECK (gaps = ANY (ARRAY['unknown'::text, 'same_as_measured'::text, 'zero'::text])),
    CONSTRAINT measurement_gaps_reason_check CHECK (length(gaps_reason) <= 500),
    CONSTRAINT measurement_method_check CHECK (length(method) <= 200),
    CONSTRAINT measurement_organisation_check CHECK (length(organisation) <= 200),
    CONSTRAINT measurement_pkey PRIMARY KEY (id),
    CONSTRAINT measurement_uncertainty_basis_check CHECK (length(uncertainty_basis) <= 500),
    CONSTRAINT measurement_verification_check CHECK (length(verification) <= 100),
    CONSTRAINT shift_of_a_day CHECK (shift_until > shift_from AND shift_until <= (shift_from + '24:00:00'::interval)),
    CONSTRAINT within_one_shift CHECK (from_at >= shift_from AND until_at > from_at AND until_at <= shift_until),
    CONSTRAINT measurement_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id),
    CONSTRAINT measurement_created_by_fkey FOREIGN KEY (created_by) REFERENCES person(id),
    CONSTRAINT measurement_placement_fkey FOREIGN KEY (placement) REFERENCES placement(id)
);
CREATE INDEX measurement_agency ON public.measurement USING btree (agency, id);
CREATE INDEX measurement_placement ON public.measurement USING btree (placement);

CREATE TABLE measurement_assignment (
    measurement integer NOT NULL,
    version integer NOT NULL,
    exposure_group integer,
    group_version integer,
    worker text,
    occupancy jsonb,
    reason text DEFAULT ''::text NOT NULL,
    written_by integer NOT NULL,
    written_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT a_correction_has_a_reason CHECK (version = 1 OR reason <> ''::text),
    CONSTRAINT group_with_its_version CHECK ((exposure_group IS NULL) = (group_version IS NULL)),
    CONSTRAINT measurement_assignment_occupancy_check CHECK (pg_column_size(occupancy) <= 8192),
    CONSTRAINT measurement_assignment_pkey PRIMARY KEY (measurement, version),
    CONSTRAINT measurement_assignment_reason_check CHECK (length(reason) <= 1000),
    CONSTRAINT measurement_assignment_version_check CHECK (version >= 1),
    CONSTRAINT measurement_assignment_worker_check CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'::text),
    CONSTRAINT measurement_assignment_exposure_group_group_version_fkey FOREIGN KEY (exposure_group, group_version) REFERENCES exposure_group_version(exposure_group, version),
    CONSTRAINT measurement_assignment_measurement_fkey FOREIGN KEY (measurement) REFERENCES measurement(id),
    CONSTRAINT measurement_assignment_written_by_fkey FOREIGN KEY (written_by) REFERENCES person(id)
);

CREATE TABLE partition (
    partition smallint NOT NULL,
    position bigint DEFAULT 0 NOT NULL,
    received timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    CONSTRAINT partition_partition_check CHECK (partition >= 0 AND partition <= 15),
    CONSTRAINT partition_pkey PRIMARY KEY (partition)
);

CREATE TABLE person (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    role text NOT NULL,
    email text,
    language text DEFAULT 'vi'::text NOT NULL,
    password_hash text NOT NULL,
    valid_until timestamp with time zone,
    disabled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT expert_is_time_limited CHECK (role <> 'expert'::text OR valid_until IS NOT NULL),
    CONSTRAINT person_email_check CHECK (length(email) <= 254),
    CONSTRAINT person_language_check CHECK (language = ANY (ARRAY['vi'::text, 'en'::text])),
    CONSTRAINT person_login_check CHECK (login = lower(login) AND length(login) >= 1 AND length(login) <= 100),
    CONSTRAINT person_login_key UNIQUE (login),
    CONSTRAINT person_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
    CONSTRAINT person_pkey PRIMARY KEY (id),
    CONSTRAINT person_role_check CHECK (role = ANY (ARRAY['administrator'::text, 'inspector'::text, 'investigator'::text, 'supervisor'::text, 'site_contact'::text, 'expert'::text, 'viewer'::text])),
    CONSTRAINT person_title_check CHECK (length(title) <= 200),
    CONSTRAINT person_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id)
);
CREATE INDEX person_agency ON public.person USING btree (agency);

CREATE TABLE placement (
    id integer GENERATED ALWAYS AS IDENTITY,
    deployment integer NOT NULL,
    point integer NOT NULL,
    channel integer NOT NULL,
    kind text DEFAULT 'area'::text NOT NULL,
    worker text,
    height_m numeric(6,2),
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    CONSTRAINT channel_is_in_one_place EXCLUDE USING gist (deployment WITH =, channel WITH =, tstzrange(from_at, until_at) WITH &&),
    CONSTRAINT placement_channel_check CHECK (channel >= 0),
    CONSTRAINT placement_check CHECK (until_at > from_at),
    CONSTRAINT placement_height_m_check CHECK (height_m >= '-1000'::integer::numeric AND height_m <= 10000::numeric),
    CONSTRAINT placement_kind_check CHECK (kind = ANY (ARRAY['area'::text, 'ear'::text, 'breathing_zone'::text])),
    CONSTRAINT placement_pkey PRIMARY KEY (id),
    CONSTRAINT placement_worker_check CHECK (worker ~ '^[A-Za-z0-9Đđ-]{1,40}$'::text),
    CONSTRAINT point_has_one_channel EXCLUDE USING gist (point WITH =, tstzrange(from_at, until_at) WITH &&),
    CONSTRAINT worker_is_worn CHECK ((kind = 'area'::text) = (worker IS NULL)),
    CONSTRAINT placement_deployment_fkey FOREIGN KEY (deployment) REFERENCES deployment(id),
    CONSTRAINT placement_point_fkey FOREIGN KEY (point) REFERENCES point(id)
);
CREATE INDEX placement_point ON public.placement USING btree (point);

CREATE TABLE point (
    id integer GENERATED ALWAYS AS IDENTITY,
    site integer NOT NULL,
    name text NOT NULL,
    quantity text NOT NULL,
    position integer DEFAULT 0 NOT NULL,
    CONSTRAINT point_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
    CONSTRAINT point_pkey PRIMARY KEY (id),
    CONSTRAINT point_quantity_check CHECK (length(quantity) >= 1 AND length(quantity) <= 100),
    CONSTRAINT point_site_name_quantity_key UNIQUE (site, name, quantity),
    CONSTRAINT point_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);

CREATE TABLE projection_cursor (
    projection text NOT NULL,
    partition smallint NOT NULL,
    received timestamp with time zone DEFAULT '2000-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    position bigint DEFAULT 0 NOT NULL,
    CONSTRAINT projection_cursor_pkey PRIMARY KEY (projection, partition),
    CONSTRAINT projection_cursor_projection_check CHECK (length(projection) <= 40),
    CONSTRAINT projection_cursor_partition_fkey FOREIGN KEY (partition) REFERENCES partition(partition)
) WITH (fillfactor=50);

CREATE TABLE projection_waiting (
    projection text NOT NULL,
    gateway text NOT NULL,
    boot bytea NOT NULL,
    epoch integer NOT NULL,
    seq bigint NOT NULL,
    received timestamp with time zone NOT NULL,
    CONSTRAINT projection_waiting_pkey PRIMARY KEY (projection, gateway, boot, epoch, seq)
);

CREATE TABLE quarantine (
    slot integer NOT NULL,
    received timestamp with time zone NOT NULL,
    reason text NOT NULL,
    gateway text,
    topic text NOT NULL,
    detail text NOT NULL,
    size integer NOT NULL,
    digest bytea NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT quarantine_detail_check CHECK (length(detail) <= 500),
    CONSTRAINT quarantine_gateway_check CHECK (length(gateway) <= 32),
    CONSTRAINT quarantine_payload_check CHECK (length(payload) <= 65536),
    CONSTRAINT quarantine_pkey PRIMARY KEY (slot),
    CONSTRAINT quarantine_reason_check CHECK (length(reason) <= 40),
    CONSTRAINT quarantine_slot_check CHECK (slot >= 0 AND slot <= 4095),
    CONSTRAINT quarantine_topic_check CHECK (length(topic) <= 200)
);
CREATE INDEX quarantine_received ON public.quarantine USING btree (received);

CREATE TABLE quarantine_count (
    day date NOT NULL,
    gateway text NOT NULL,
    reason text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT quarantine_count_pkey PRIMARY KEY (day, gateway, reason)
);

CREATE TABLE reading_mark (
    gateway text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    gateway_channel integer NOT NULL,
    descriptor_seq bigint NOT NULL,
    from_boot bytea,
    from_us bigint NOT NULL,
    until_boot bytea NOT NULL,
    until_us bigint NOT NULL,
    cause text NOT NULL,
    CONSTRAINT reading_mark_cause_check CHECK (length(cause) <= 128),
    CONSTRAINT reading_mark_pkey PRIMARY KEY (gateway, epoch, seq, gateway_channel)
);

CREATE TABLE readings (
    time timestamp with time zone NOT NULL,
    value bigint NOT NULL,
    channel integer NOT NULL,
    quality smallint NOT NULL
);
CREATE INDEX readings_channel_time ON public.readings USING btree (channel, "time");

CREATE TABLE readings_doubtful (
    received timestamp with time zone NOT NULL,
    time timestamp with time zone NOT NULL,
    value bigint NOT NULL,
    channel integer NOT NULL,
    quality smallint NOT NULL,
    reason smallint NOT NULL
);
CREATE INDEX readings_doubtful_channel ON public.readings_doubtful USING btree (channel, received);

CREATE TABLE readings_horizon (
    at timestamp with time zone NOT NULL,
    dropped_before timestamp with time zone NOT NULL,
    CONSTRAINT readings_horizon_pkey PRIMARY KEY (at)
);

CREATE TABLE readings_late (
    channel integer NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT readings_late_pkey PRIMARY KEY (channel, day)
);

CREATE TABLE record (
    received timestamp with time zone NOT NULL,
    position bigint NOT NULL,
    first_seq bigint NOT NULL,
    seq bigint NOT NULL,
    event_from timestamp with time zone,
    event_to timestamp with time zone,
    gateway text NOT NULL,
    epoch integer NOT NULL,
    entries integer NOT NULL,
    skip integer NOT NULL,
    readings integer NOT NULL,
    partition smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    digest bytea NOT NULL,
    sealed bytea NOT NULL
);
ALTER TABLE record ALTER sealed SET STORAGE EXTERNAL;
CREATE INDEX record_chain ON public.record USING btree (gateway, epoch, seq);
CREATE INDEX record_position ON public.record USING btree (partition, "position");

CREATE TABLE record_run (
    received timestamp with time zone NOT NULL,
    position bigint NOT NULL,
    first_seq bigint NOT NULL,
    seq bigint NOT NULL,
    event_from timestamp with time zone,
    event_to timestamp with time zone,
    gateway text NOT NULL,
    epoch integer NOT NULL,
    entries integer NOT NULL,
    skip integer NOT NULL,
    readings integer NOT NULL,
    partition smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    digest bytea NOT NULL,
    sealed bytea NOT NULL,
    receipts bytea NOT NULL
);
ALTER TABLE record_run ALTER sealed SET STORAGE EXTERNAL;
ALTER TABLE record_run ALTER receipts SET STORAGE EXTERNAL;
CREATE INDEX record_run_chain ON public.record_run USING btree (gateway, epoch, seq);
CREATE INDEX record_run_event ON public.record_run USING btree (gateway, event_to);
CREATE INDEX record_run_position ON public.record_run USING btree (partition, "position");

CREATE TABLE rollup_1h (
    bucket timestamp with time zone NOT NULL,
    sum bigint NOT NULL,
    min bigint,
    max bigint,
    energy double precision,
    last_us bigint NOT NULL,
    ok_us bigint NOT NULL,
    channel integer NOT NULL,
    count integer NOT NULL,
    doubtful_us jsonb
) WITH (fillfactor=80);
CREATE UNIQUE INDEX rollup_1h_channel_bucket ON public.rollup_1h USING btree (channel, bucket);

CREATE TABLE rollup_1m (
    bucket timestamp with time zone NOT NULL,
    sum bigint NOT NULL,
    min bigint,
    max bigint,
    energy double precision,
    last_us bigint NOT NULL,
    ok_us bigint NOT NULL,
    channel integer NOT NULL,
    count integer NOT NULL,
    doubtful_us jsonb
) WITH (fillfactor=80);
CREATE UNIQUE INDEX rollup_1m_channel_bucket ON public.rollup_1m USING btree (channel, bucket);

CREATE TABLE rollup_stale (
    channel integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    CONSTRAINT rollup_stale_pkey PRIMARY KEY (channel, bucket)
);

CREATE TABLE session (
    token_hash bytea NOT NULL,
    person integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (token_hash),
    CONSTRAINT session_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT session_person_fkey FOREIGN KEY (person) REFERENCES person(id) ON DELETE CASCADE
);
CREATE INDEX session_expires ON public.session USING btree (expires_at);
CREATE INDEX session_person ON public.session USING btree (person);

CREATE TABLE site (
    id integer GENERATED ALWAYS AS IDENTITY,
    agency integer NOT NULL,
    name text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    timezone text DEFAULT 'Asia/Ho_Chi_Minh'::text NOT NULL,
    procedure text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT site_address_check CHECK (length(address) <= 500),
    CONSTRAINT site_agency_name_key UNIQUE (agency, name),
    CONSTRAINT site_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
    CONSTRAINT site_pkey PRIMARY KEY (id),
    CONSTRAINT site_procedure_check CHECK (length(procedure) <= 1000),
    CONSTRAINT site_agency_fkey FOREIGN KEY (agency) REFERENCES agency(id)
);

CREATE TABLE site_contact (
    site integer NOT NULL,
    person integer NOT NULL,
    CONSTRAINT site_contact_pkey PRIMARY KEY (site, person),
    CONSTRAINT site_contact_person_fkey FOREIGN KEY (person) REFERENCES person(id),
    CONSTRAINT site_contact_site_fkey FOREIGN KEY (site) REFERENCES site(id)
);
CREATE INDEX site_contact_person ON public.site_contact USING btree (person);

CREATE VIEW point_channel AS
SELECT placement.point,
    point.site,
    deployment.agency,
    deployment.id AS deployment,
    deployment.gateway,
    placement.channel,
    GREATEST(placement.from_at, deployment.started_at) AS from_at,
    LEAST(placement.until_at, deployment.ended_at) AS until_at
   FROM placement
     JOIN deployment ON deployment.id = placement.deployment
     JOIN point ON point.id = placement.point;

CREATE VIEW reading_mark_utc AS
SELECT described.channel,
        CASE
            WHEN begun.utc_offset_us IS NULL THEN '-infinity'::timestamp with time zone
            ELSE '1970-01-01 00:00:00+00'::timestamp with time zone + (mark.from_us + begun.utc_offset_us)::double precision * '00:00:00.000001'::interval
        END AS from_at,
    '1970-01-01 00:00:00+00'::timestamp with time zone + (mark.until_us + ended.utc_offset_us)::double precision * '00:00:00.000001'::interval AS until_at,
    mark.cause
   FROM reading_mark mark
     JOIN channel_described described USING (gateway, epoch, descriptor_seq, gateway_channel)
     JOIN boot_clock ended ON ended.gateway = mark.gateway AND ended.boot = mark.until_boot
     LEFT JOIN boot_clock begun ON begun.gateway = mark.gateway AND begun.boot = mark.from_boot;

CREATE VIEW readings_judged AS
SELECT "time",
    value,
    channel,
    quality,
    ( SELECT mark.cause
           FROM reading_mark_utc mark
          WHERE mark.channel = readings.channel AND readings."time" > mark.from_at AND readings."time" < mark.until_at
         LIMIT 1) AS in_doubt
   FROM readings;

CREATE VIEW readings_physical AS
SELECT readings."time",
    channel.id AS channel,
    channel.gateway,
    channel.name,
    channel.quantity,
    channel.unit,
    readings.value::double precision * power(10::double precision, channel.exponent::double precision) AS value,
    readings.quality
   FROM readings
     JOIN channel ON channel.id = readings.channel;

CREATE OR REPLACE FUNCTION public.agencies_above(leaf integer)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
    WITH RECURSIVE above(id, parent) AS (
        SELECT agency.id, agency.parent FROM agency WHERE agency.id = leaf
        UNION ALL
        SELECT agency.id, agency.parent FROM agency JOIN above ON agency.id = above.parent
    )
    SELECT id FROM above
$function$;

CREATE OR REPLACE FUNCTION public.agencies_seen_by(viewer integer)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
    SELECT below.agency
    FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
    WHERE person.id = viewer AND person.role <> 'site_contact'
$function$;

CREATE OR REPLACE FUNCTION public.agency_subtree(root integer)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
    WITH RECURSIVE below(id) AS (
        SELECT agency.id FROM agency WHERE agency.id = root
        UNION ALL
        SELECT agency.id FROM agency JOIN below ON agency.parent = below.id
    )
    SELECT id FROM below
$function$;

CREATE OR REPLACE FUNCTION public.alert_advance(which bigint, what text, who integer, said text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
DECLARE
    subject alert%ROWTYPE;
    following text;
BEGIN
    SELECT * INTO subject FROM alert WHERE id = which FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no alert %', which USING ERRCODE = 'no_data_found';
    END IF;
    SELECT next INTO following FROM alert_cycle
        WHERE cycle = subject.cycle AND alert_cycle.state = subject.state AND action = what;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not possible for an alarm that is %', what, subject.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'illegal_alert_transition', DETAIL = subject.state;
    END IF;
    IF what = 'reset' AND who IS NOT NULL AND subject.cycle = 'danger'
       AND (subject.close_cause IS NULL OR subject.close_action IS NULL) THEN
        RAISE EXCEPTION 'a danger is closed with its cause and what was done'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'danger_needs_cause', DETAIL = subject.state;
    END IF;
    UPDATE alert SET state = following WHERE id = which AND alert.state <> following;
    INSERT INTO alert_log (alert, fact, person, note, state) VALUES (which, what, who, said, following);
    PERFORM pg_notify('antoan_alert', which::text);
    RETURN following;
END
$function$;

CREATE OR REPLACE FUNCTION public.alert_next_clock(at timestamp with time zone, clock time without time zone, zone text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
    SELECT ((at AT TIME ZONE zone)::date + clock
            + CASE WHEN (at AT TIME ZONE zone)::time > clock THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE zone
$function$;

CREATE OR REPLACE FUNCTION public.alert_not_before(who integer, what text, at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
    SELECT CASE
        WHEN what = 'urgent' THEN at
        WHEN what = 'low' AND r.digest_at IS NOT NULL THEN alert_next_clock(at, r.digest_at, r.timezone)
        WHEN r.quiet_from IS NOT NULL AND CASE
            WHEN r.quiet_until > r.quiet_from THEN local.clock >= r.quiet_from AND local.clock < r.quiet_until
            ELSE local.clock >= r.quiet_from OR local.clock < r.quiet_until END
            THEN alert_next_clock(at, r.quiet_until, r.timezone)
        ELSE at
    END
    FROM alert_recipient AS r CROSS JOIN LATERAL (SELECT (at AT TIME ZONE r.timezone)::time AS clock) AS local
    WHERE r.id = who
$function$;

CREATE OR REPLACE FUNCTION public.alert_on_duty(who integer, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
    SELECT NOT EXISTS (SELECT FROM alert_duty WHERE recipient = who) OR EXISTS (
        SELECT FROM alert_recipient AS r JOIN alert_duty AS d ON d.recipient = r.id
        CROSS JOIN LATERAL (SELECT at AT TIME ZONE r.timezone AS now) AS local
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.until_at <= d.from_at AND local.now::time < d.until_at
                        THEN local.now::date - 1 ELSE local.now::date END AS day) AS begun
        WHERE r.id = who AND extract(isodow FROM begun.day)::smallint = ANY(d.days)
          AND begun.day BETWEEN coalesce(d.first_day, '-infinity') AND coalesce(d.last_day, 'infinity')
          AND CASE WHEN d.until_at > d.from_at THEN local.now::time >= d.from_at AND local.now::time < d.until_at
                   ELSE local.now::time >= d.from_at OR local.now::time < d.until_at END)
$function$;

CREATE OR REPLACE FUNCTION public.alert_seen_by(viewer integer, of_deployment integer, of_agency integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    SELECT CASE
        WHEN of_deployment IS NOT NULL THEN of_deployment IN (SELECT deployments_seen_by(viewer))
        ELSE EXISTS (SELECT FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
                     WHERE person.id = viewer AND person.role <> 'site_contact' AND below.agency = of_agency)
    END
$function$;

CREATE OR REPLACE FUNCTION public.alert_set_aside(which bigint)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
    SELECT CASE
        WHEN alert.cycle = 'danger' THEN NULL
        WHEN aside.action IS NOT NULL THEN aside.action
        WHEN EXISTS (
            SELECT FROM alert AS other
            WHERE other.gateway = alert.gateway AND other.id <> alert.id AND other.returned_us IS NULL
              AND other.state <> 'normal' AND rule.body -> 'suppressed_by' ? other.rule) THEN 'suppress'
    END
    FROM alert
    LEFT JOIN alert_aside AS aside ON aside.gateway = alert.gateway AND aside.gateway_channel = alert.gateway_channel
        AND aside.rule = alert.rule AND aside.ended_at IS NULL AND coalesce(aside.until_at, 'infinity') > clock_timestamp()
    LEFT JOIN alert_rule AS rule ON rule.rule = alert.rule AND rule.version = alert.rule_version
    WHERE alert.id = which
$function$;

CREATE OR REPLACE FUNCTION public.deployments_seen_by(viewer integer)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.drop_doubtful_before(until timestamp with time zone)
 RETURNS SETOF text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
    SELECT drop_chunks('readings_doubtful', older_than => until)
$function$;

CREATE OR REPLACE FUNCTION public.drop_readings_before(until timestamp with time zone)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
BEGIN
    INSERT INTO readings_horizon (at, dropped_before) VALUES (clock_timestamp(), until);
    RETURN QUERY SELECT drop_chunks('readings', older_than => until);
END $function$;

CREATE OR REPLACE FUNCTION public.drop_record_before(until timestamp with time zone)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM projection_cursor AS c
               WHERE EXISTS (SELECT FROM record AS r WHERE r.partition = c.partition AND r.position > c.position
                             AND r.received < until)) THEN
        RAISE EXCEPTION 'a projection has not passed the record before %', until;
    END IF;
    IF EXISTS (SELECT FROM record AS r WHERE r.received < until AND NOT EXISTS (
                   SELECT FROM record_run AS run WHERE run.gateway = r.gateway AND run.epoch = r.epoch
                   AND run.seq >= r.seq AND run.first_seq <= r.first_seq AND run.position >= r.position)) THEN
        RAISE EXCEPTION 'an entry received before % is in no run', until;
    END IF;
    RETURN QUERY SELECT drop_chunks('record', older_than => until);
END $function$;

CREATE OR REPLACE FUNCTION public.sites_seen_by(viewer integer)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE STRICT
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.wrapped_bigint(total numeric)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT (total - floor((total + 9223372036854775808) / 18446744073709551616) * 18446744073709551616)::bigint
$function$;

-- hypertable readings by time, chunks of 1 day, 0:00:00
-- hypertable readings_doubtful by received, chunks of 7 days, 0:00:00
-- hypertable record by received, chunks of 1:00:00
-- hypertable record_run by received, chunks of 7 days, 0:00:00
-- hypertable rollup_1h by bucket, chunks of 90 days, 0:00:00
-- hypertable rollup_1m by bucket, chunks of 7 days, 0:00:00

GRANT EXECUTE ON FUNCTION drop_doubtful_before(timestamp with time zone) TO antoan_ingest;
GRANT EXECUTE ON FUNCTION drop_readings_before(timestamp with time zone) TO antoan_ingest;
GRANT EXECUTE ON FUNCTION drop_record_before(timestamp with time zone) TO antoan_ingest;
GRANT SELECT ON TABLE agency TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE agency TO antoan_api;
GRANT SELECT ON TABLE agency TO antoan_ingest;
GRANT INSERT, SELECT, UPDATE ON TABLE alert TO antoan_alerts;
GRANT SELECT ON TABLE alert TO antoan_api;
GRANT UPDATE (state), UPDATE (close_cause), UPDATE (close_action) ON TABLE alert TO antoan_api;
GRANT SELECT ON TABLE alert_aside TO antoan_alerts;
GRANT UPDATE (ended_at) ON TABLE alert_aside TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_aside TO antoan_api;
GRANT SELECT ON TABLE alert_cycle TO antoan_alerts;
GRANT SELECT ON TABLE alert_cycle TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE alert_duty TO antoan_alerts;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE alert_duty TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_engine TO antoan_alerts;
GRANT SELECT ON TABLE alert_engine TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE alert_engine_joint TO antoan_alerts;
GRANT SELECT ON TABLE alert_engine_joint TO antoan_api;
GRANT DELETE, INSERT, SELECT ON TABLE alert_link TO antoan_alerts;
GRANT SELECT ON TABLE alert_link TO antoan_api;
GRANT UPDATE (used_at) ON TABLE alert_link TO antoan_api;
GRANT INSERT, SELECT ON TABLE alert_log TO antoan_alerts;
GRANT INSERT, SELECT ON TABLE alert_log TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_notification TO antoan_alerts;
GRANT SELECT ON TABLE alert_notification TO antoan_api;
GRANT UPDATE (state), UPDATE (next_at) ON TABLE alert_notification TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_recipient TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_recipient TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_rule TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE alert_rule TO antoan_api;
GRANT SELECT ON TABLE boot_clock TO antoan_alerts;
GRANT SELECT ON TABLE boot_clock TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE boot_clock TO antoan_ingest;
GRANT INSERT, SELECT, UPDATE ON TABLE certificate TO antoan_api;
GRANT SELECT ON TABLE chain_head TO antoan_alerts;
GRANT SELECT ON TABLE chain_head TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE chain_head TO antoan_ingest;
GRANT SELECT ON TABLE chain_loss TO antoan_alerts;
GRANT SELECT ON TABLE chain_loss TO antoan_api;
GRANT INSERT, SELECT ON TABLE chain_loss TO antoan_ingest;
GRANT SELECT ON TABLE channel TO antoan_alerts;
GRANT SELECT ON TABLE channel TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE channel TO antoan_ingest;
GRANT SELECT ON TABLE channel_described TO antoan_alerts;
GRANT SELECT ON TABLE channel_described TO antoan_api;
GRANT INSERT, SELECT ON TABLE channel_described TO antoan_ingest;
GRANT SELECT ON TABLE deployment TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE deployment TO antoan_api;
GRANT SELECT ON TABLE deployment TO antoan_ingest;
GRANT INSERT, SELECT ON TABLE enrolment_audit TO antoan_api;
GRANT INSERT, SELECT, UPDATE ON TABLE enrolment_token TO antoan_api;
GRANT INSERT, SELECT ON TABLE exposure_group TO antoan_api;
GRANT INSERT, SELECT ON TABLE exposure_group_version TO antoan_api;
GRANT INSERT, SELECT ON TABLE exposure_result TO antoan_api;
GRANT INSERT, SELECT ON TABLE exposure_result_part TO antoan_api;
GRANT INSERT, SELECT ON TABLE field_check TO antoan_api;
GRANT SELECT ON TABLE gateway TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE gateway TO antoan_api;
GRANT SELECT ON TABLE gateway TO antoan_ingest;
GRANT SELECT ON TABLE gateway_epoch TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE gateway_epoch TO antoan_api;
GRANT SELECT ON TABLE gateway_epoch TO antoan_ingest;
GRANT SELECT ON TABLE ingest_worker TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE ingest_worker TO antoan_ingest;
GRANT INSERT, SELECT ON TABLE limit_confirmation TO antoan_api;
GRANT UPDATE (withdrawn_by), UPDATE (withdrawn_at) ON TABLE limit_confirmation TO antoan_api;
GRANT INSERT, SELECT ON TABLE limit_own_set TO antoan_api;
GRANT UPDATE (retired_by), UPDATE (retired_at) ON TABLE limit_own_set TO antoan_api;
GRANT INSERT, SELECT ON TABLE measurement TO antoan_api;
GRANT INSERT, SELECT ON TABLE measurement_assignment TO antoan_api;
GRANT SELECT ON TABLE partition TO antoan_alerts;
GRANT SELECT ON TABLE partition TO antoan_api;
GRANT SELECT, UPDATE ON TABLE partition TO antoan_ingest;
GRANT SELECT (id), SELECT (agency), SELECT (login), SELECT (name), SELECT (title), SELECT (role), SELECT (email), SELECT (language), SELECT (disabled_at) ON TABLE person TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE person TO antoan_api;
GRANT SELECT ON TABLE placement TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE placement TO antoan_api;
GRANT SELECT ON TABLE placement TO antoan_ingest;
GRANT SELECT ON TABLE point TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE point TO antoan_api;
GRANT SELECT ON TABLE point TO antoan_ingest;
GRANT SELECT ON TABLE point_channel TO antoan_alerts;
GRANT SELECT ON TABLE point_channel TO antoan_api;
GRANT SELECT ON TABLE point_channel TO antoan_ingest;
GRANT INSERT, SELECT, UPDATE ON TABLE projection_cursor TO antoan_alerts;
GRANT SELECT ON TABLE projection_cursor TO antoan_api;
GRANT SELECT, UPDATE ON TABLE projection_cursor TO antoan_ingest;
GRANT SELECT ON TABLE projection_waiting TO antoan_alerts;
GRANT SELECT ON TABLE projection_waiting TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE projection_waiting TO antoan_ingest;
GRANT SELECT ON TABLE quarantine TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE quarantine TO antoan_ingest;
GRANT SELECT ON TABLE quarantine_count TO antoan_alerts;
GRANT SELECT ON TABLE quarantine_count TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE quarantine_count TO antoan_ingest;
GRANT SELECT ON TABLE reading_mark TO antoan_alerts;
GRANT SELECT ON TABLE reading_mark TO antoan_api;
GRANT DELETE, INSERT, SELECT, TRUNCATE ON TABLE reading_mark TO antoan_ingest;
GRANT SELECT ON TABLE reading_mark_utc TO antoan_alerts;
GRANT SELECT ON TABLE reading_mark_utc TO antoan_api;
GRANT SELECT ON TABLE reading_mark_utc TO antoan_ingest;
GRANT SELECT ON TABLE readings TO antoan_alerts;
GRANT SELECT ON TABLE readings TO antoan_api;
GRANT INSERT, SELECT ON TABLE readings TO antoan_ingest;
GRANT SELECT ON TABLE readings_doubtful TO antoan_alerts;
GRANT SELECT ON TABLE readings_doubtful TO antoan_api;
GRANT INSERT, SELECT ON TABLE readings_doubtful TO antoan_ingest;
GRANT SELECT ON TABLE readings_horizon TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE readings_horizon TO antoan_ingest;
GRANT SELECT ON TABLE readings_judged TO antoan_alerts;
GRANT SELECT ON TABLE readings_judged TO antoan_api;
GRANT SELECT ON TABLE readings_judged TO antoan_ingest;
GRANT SELECT ON TABLE readings_late TO antoan_alerts;
GRANT SELECT ON TABLE readings_late TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE readings_late TO antoan_ingest;
GRANT SELECT ON TABLE readings_physical TO antoan_alerts;
GRANT SELECT ON TABLE readings_physical TO antoan_api;
GRANT SELECT ON TABLE record TO antoan_alerts;
GRANT SELECT ON TABLE record TO antoan_api;
GRANT INSERT, SELECT ON TABLE record TO antoan_ingest;
GRANT SELECT ON TABLE record_run TO antoan_alerts;
GRANT SELECT ON TABLE record_run TO antoan_api;
GRANT INSERT, SELECT ON TABLE record_run TO antoan_ingest;
GRANT SELECT ON TABLE rollup_1h TO antoan_alerts;
GRANT SELECT ON TABLE rollup_1h TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE rollup_1h TO antoan_ingest;
GRANT SELECT ON TABLE rollup_1m TO antoan_alerts;
GRANT SELECT ON TABLE rollup_1m TO antoan_api;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE rollup_1m TO antoan_ingest;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE rollup_stale TO antoan_ingest;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE session TO antoan_api;
GRANT SELECT ON TABLE site TO antoan_alerts;
GRANT INSERT, SELECT, UPDATE ON TABLE site TO antoan_api;
GRANT SELECT ON TABLE site TO antoan_ingest;
GRANT SELECT ON TABLE site_contact TO antoan_alerts;
GRANT DELETE, INSERT, SELECT ON TABLE site_contact TO antoan_api;
