/** The JSON forms of the API. Generated: `python -m api.generate`; do not edit. */

/** Taking an alert: "Đã nhận". */
export interface Acknowledge {
  note: string;
}

/** An alarm (a rule on a channel of a kit) and how often it came. */
export interface AlarmCount {
  rule: string;
  gateway: string;
  alerts: number;
  /** its latest alert */
  latest: number;
}

/** The performance figures of ISA-18.2 (IEC 62682) of what the person sees. */
export interface AlarmHealth {
  server_time: string;
  days: number;
  alerts: number;
  urgent: number;
  high: number;
  medium: number;
  low: number;
  /** recipients who were told */
  people: number;
  messages: number;
  /** messages a person got in ten minutes, over the whole time */
  per_person_10_min: number;
  /** the most messages that one person got in ten minutes */
  worst_10_min: number;
  /** times that a person got more than ten messages in ten minutes */
  floods: number;
  acknowledged_median_s: number | null;
  acknowledged_p95_s: number | null;
  unacknowledged: number;
  set_aside: number;
  dead_letters: number;
  frequent: (AlarmCount)[];
  /** three times or more within a minute */
  chattering: (AlarmCount)[];
  /** held for more than a day */
  stale: (AlarmCount)[];
}

/** An episode in which a rule's condition held. */
export interface Alert {
  id: number;
  title: Title;
  /** rule kind: `level`, `danger`, `dose`, `silence`, `chain` … */
  kind: string;
  priority: "urgent" | "high" | "medium" | "low";
  /** ISA-18.2 state, e.g. `unacknowledged` */
  state: string;
  cycle: "ordinary" | "latching" | "danger";
  /** what this person can do about it now */
  actions: ("acknowledge" | "reset" | "shelve" | "remove" | "bring_back")[];
  site: number | null;
  site_name: string;
  point: number | null;
  /** name of the point; empty where the alert has none */
  place: string;
  gateway: string;
  quantity: string;
  /** UCUM; empty where the alert has no value */
  unit: string;
  /** the value that raised it, decimal */
  value: string | null;
  /** the worst value of the episode, decimal */
  peak: string | null;
  /** the value is a lower bound: the instrument was saturated */
  at_least: boolean;
  set_point: string | null;
  /** what the rule adds in words; may be empty */
  detail: string;
  /** event time at which the limit is reached if nothing changes */
  limit_at: string | null;
  aside: SetAside | null;
  close_cause: Cause | null;
  close_action: Response | null;
  /** learnt from data that came late; nobody was paged */
  late: boolean;
  /** event time from which the condition held; null: the kit has no clock yet */
  since: string | null;
  /** event time at which it was raised (since and the rule's delay) */
  raised_at: string | null;
  /** event time at which the condition ended; null: it holds */
  returned_at: string | null;
  /** when the server learnt of it */
  recorded_at: string;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

/** An alert and its trace, oldest step first. */
export interface AlertWithTrace {
  server_time: string;
  alert: Alert;
  /** the site's procedure; may be empty */
  procedure: string;
  trace: (TraceStep)[];
}

/** A list of alerts. */
export interface Alerts {
  server_time: string;
  alerts: (Alert)[];
}

/** A correction of whom a measurement stands for; the version before stays. */
export interface Assign {
  /** exposure group, as it stands now */
  group: number | null;
  worker: string | null;
  /** when the people were at the placement; left out: not stated */
  occupancy: (Stretch)[] | null;
  reason: string;
}

/** Whom a measurement stands for, in one version. */
export interface Assignment {
  version: number;
  group: number | null;
  group_version: number | null;
  group_name: string | null;
  people: number | null;
  worker: string | null;
  occupancy: (Stretch)[] | null;
  reason: string;
  written_at: string;
  written_by: string;
}

/** A break of a shift, by the clock at the site. */
export interface Break {
  starts: string;
  ends: string;
}

/** Why a danger arose: one of these is named when it is closed. */
export type Cause = "process" | "leak" | "ventilation" | "work" | "instrument" | "drill" | "unknown";

/** A field check as the result shows it. */
export interface CheckLine {
  moment: string;
  at: string;
  reference: number;
  found: number;
  unit: string;
  passed: boolean;
}

/** Judge a measurement by a limit. */
export interface ComputeResult {
  limit: string;
}

/** An administrator has read the signed text and found the limit there. */
export interface ConfirmLimit {
  limit: string;
  /** of the limit as it was read; another one is a conflict */
  digest: string;
  /** the signed text that was read, and where */
  document: string;
}

/** An administrator has compared a limit with the signed text. */
export interface Confirmation {
  id: number;
  agency: string;
  /** the signed text that was read, and where */
  document: string;
  confirmed_by: string;
  confirmed_at: string;
  withdrawn_by: string | null;
  withdrawn_at: string | null;
  /** in force for this person's agency and for the limit as it is now */
  holds: boolean;
}

/** A new version of a group; the one before stays. */
export interface CorrectGroup {
  /** people in the group */
  head_count: number;
  shifts: (Shift)[];
  tasks: (Task)[];
  /** codes, never names */
  workers: (string)[];
  /** why it is corrected */
  reason: string;
}

/** A message that was given up after its last attempt. */
export interface DeadLetter {
  id: number;
  alert: number;
  recipient: string;
  medium: string;
  attempts: number;
  created_at: string;
  /** what the other side, or its absence, said last */
  error: string;
}

/** Messages that were given up, newest first. */
export interface DeadLetters {
  server_time: string;
  letters: (DeadLetter)[];
}

/** A result that was not measured through the platform. */
export interface EnterResult {
  source: "laboratory" | "hand_held" | "dosimeter_file";
  place: string;
  limit: string;
  /** of the shift's start, at the site */
  day: string;
  value: number;
  /** UCUM; ppm and mg/m³ are converted by the limit's own rule */
  unit: string;
  expanded_uncertainty: number | null;
  uncertainty_basis: string;
  standing: "legal" | "screening";
  /** report, protocol or file; a legal result needs one */
  document: string;
  /** a legal result needs a qualified one */
  organisation: string;
  /** a legal result needs an accepted one */
  method: string;
  /** measured at the person, or weighted by the person's occupancy times */
  personal: boolean;
  checks: "passed" | "failed" | "missing";
  group: number | null;
  worker: string | null;
  exposure_h: number | null;
  shift_h: number | null;
  /** octave band or other row of a table */
  row: string | null;
  axis: "x" | "y" | "z" | null;
  situations: ("outdoors" | "construction" | "mine" | "vehicle" | "cold_store" | "headphones")[];
}

/** A limit with its source and the rules of its text. */
export interface ExposureLimit {
  id: string;
  jurisdiction: string;
  instrument: string;
  clause: string;
  category: string;
  /** binding, indicative, recommended, industry, agency */
  standing: string;
  agent: Name;
  cas: string | null;
  /** to which case it applies */
  case: Name | null;
  metric: string;
  /** limit, action, guidance, alarm, reference */
  role: string;
  /** at_most, at_least, range; the value itself complies */
  compare: string;
  /** UCUM */
  unit: string;
  value: number | null;
  low: number | null;
  high: number | null;
  table: (TableRow)[];
  averaging_s: number | null;
  valid_from: string | null;
  valid_to: string | null;
  /** official_copy, secondary, or memory: the printed value was not seen */
  evidence: string;
  source: string;
  /** seen in a source, or confirmed against the signed text */
  verified: boolean;
  /** the one that holds */
  confirmation: Confirmation | null;
  decision_rule: string;
  /** stated by the text, or assumed */
  decision_basis: string;
  /** what becomes of it above 8 h; empty: nothing */
  long_shift: string;
  /** what the text allows where not all was measured; empty: nothing */
  partial: string;
  /** °C at which its text converts ppm and mg/m³ */
  conversion_c: number | null;
  /** what its text leaves out */
  excludes: Name | null;
  note: string;
  /** why an agency set it; empty for the law */
  reason: string;
  digest: string;
}

/** A field check that is kept. */
export interface FieldCheck {
  moment: "before" | "after";
  checked_at: string;
  reference: number;
  found: number;
  /** largest deviation that passes */
  tolerance: number;
  unit: string;
  note: string;
  id: number;
  passed: boolean;
  written_by: string;
}

/** A stretch without readings. */
export interface Gap {
  since: string;
  until: string;
}

/** A group in one version. */
export interface Group {
  id: number;
  site: number;
  name: string;
  version: number;
  said: GroupSaid;
  reason: string;
  written_at: string;
  written_by: string;
}

/** Judge a group by several measurements of it (ISO 9612:2009). */
export interface GroupResult {
  /** one of LEX,8h */
  limit: string;
  /** whole shifts, or samples of a job */
  strategy: "full_day" | "job";
  measurements: (number)[];
  /** effective day of the group; for whole shifts their mean when left out */
  duration_h: number | null;
}

/** What is known of a group; with a reason it is a correction. */
export interface GroupSaid {
  /** people in the group */
  head_count: number;
  shifts: (Shift)[];
  tasks: (Task)[];
  /** codes, never names */
  workers: (string)[];
}

/** The groups of a site, or the versions of one, newest first. */
export interface Groups {
  server_time: string;
  groups: (Group)[];
}

/** Whether the service and its database answer. Details only for an administrator. */
export interface Health {
  status: "ok" | "degraded";
  server_time: string;
  /** version of PostgreSQL and TimescaleDB with its edition; null: not told or down */
  database: string | null;
  /** age of the oldest record that `readings` does not hold yet; null: not told */
  lag_s: number | null;
}

/** The limits by which what a placement measures can be judged. */
export interface JudgeableBy {
  server_time: string;
  on: string;
  limits: (ExposureLimit)[];
}

/** The limit as it was when the verdict was given. */
export interface JudgedBy {
  id: string;
  agent: Name;
  case: Name | null;
  instrument: string;
  clause: string;
  standing: string;
  role: string;
  metric: string;
  compare: string;
  unit: string;
  value: number | null;
  table: (TableRow)[];
  /** lowest value that complied in this case */
  low: number | null;
  /** highest value that complied in this case */
  high: number | null;
  valid_from: string | null;
  valid_to: string | null;
  evidence: string;
  source: string;
  confirmed: boolean;
  decision_rule: string;
}

/** Readings that do not count. */
export interface LeftOut {
  quality: string;
  seconds: number;
}

/** A set-point that a rule holds for a point; the chart draws it. */
export interface LimitLine {
  /** in the point's unit */
  value: number;
  /** true: the condition holds at and above the value; false: at and below it */
  above: boolean;
  priority: "urgent" | "high" | "medium" | "low";
  title: Title;
}

/** Limits in force on a day. */
export interface Limits {
  server_time: string;
  on: string;
  /** how many match */
  total: number;
  limits: (ExposureLimit)[];
  pending: (PendingText)[];
  own_sets: (OwnSet)[];
  /** whether this person may confirm limits and add sets */
  may_confirm: boolean;
}

/** Alerts that the person sees have changed; fetch them. */
export interface LiveAlerts {
  type: "alerts";
  server_time: string;
}

/** A point with its latest measured value. Latest means last measured, never last received. */
export interface LivePoint {
  id: number;
  name: string;
  quantity: string;
  /** UCUM; empty until the first descriptor arrives */
  unit: string;
  /** maker, model and serial number; empty until the first descriptor arrives */
  instrument: string;
  gateway: string;
  /** nominal time between readings; null: unknown */
  interval_s: number | null;
  /** decimal with the instrument's own digits; null: no value */
  value: string | null;
  /** quality word of the value, e.g. `ok`; null: never measured */
  quality: string | null;
  measured_at: string | null;
  limits: (LimitLine)[];
  /** gravest priority among the alerts that are open on this point */
  alert: "urgent" | "high" | "medium" | "low" | null;
}

/** One reading of a point. */
export interface LiveReading {
  point: number;
  /** time of measurement, ms since 1970-01-01T00:00Z */
  time_ms: number;
  /** decimal with the instrument's own digits; null: no value */
  value: string | null;
  quality: string;
}

/** Readings that have arrived. */
export interface LiveReadings {
  type: "readings";
  server_time: string;
  /** continue from here after a lost connection */
  cursor: string;
  readings: (LiveReading)[];
}

/** The browser was too slow or its cursor too old: fetch the site anew, then go on with `cursor`. */
export interface LiveReset {
  type: "reset";
  server_time: string;
  cursor: string;
}

/** Nothing new; the connection lives. Sent when nothing else was for 5 seconds. */
export interface LiveTick {
  type: "tick";
  server_time: string;
}

/** What a person types to log in. */
export interface LogIn {
  /** login name; case does not matter */
  login: string;
  password: string;
}

/** The number of what was made. */
export interface Made {
  server_time: string;
  id: number;
}

/** A measurement with every version of whom it stands for and its field checks. */
export interface Measurement {
  id: number;
  site: number;
  placement: number;
  point: number;
  place: string;
  quantity: string;
  kind: string;
  said: MeasurementSaid;
  /** newest first; the first holds */
  assignments: (Assignment)[];
  checks: (FieldCheck)[];
  created_at: string;
  created_by: string;
}

/** What a person states of a measurement: one placement within one shift. */
export interface MeasurementSaid {
  shift: Stretch;
  breaks: (Stretch)[];
  /** within the shift */
  measured: Stretch;
  /** accepted method; a legal result needs one */
  method: string;
  /** qualified organisation; a legal result needs one */
  organisation: string;
  /** number of the verification certificate */
  verification: string;
  verified_until: string | null;
  /** what unmeasured time counts as */
  gaps: "unknown" | "same_as_measured" | "zero";
  /** an assumption needs its reason */
  gaps_reason: string;
  /** U in the unit of the limit, where it is known better */
  expanded_uncertainty: number | null;
  uncertainty_basis: string;
  situations: ("outdoors" | "construction" | "mine" | "vehicle" | "cold_store" | "headphones")[];
}

/** Measurements at a site, newest first, without their versions and checks. */
export interface Measurements {
  server_time: string;
  measurements: (Measurement)[];
}

/** A name in the languages of the page; Vietnamese may lack. */
export interface Name {
  en: string;
  vi: string | null;
}

/** A field check against a reference: acoustic calibrator, test gas. */
export interface NewCheck {
  moment: "before" | "after";
  checked_at: string;
  reference: number;
  found: number;
  /** largest deviation that passes */
  tolerance: number;
  unit: string;
  note: string;
}

/** A group of workers with the same tasks and agents. */
export interface NewGroup {
  /** people in the group */
  head_count: number;
  shifts: (Shift)[];
  tasks: (Task)[];
  /** codes, never names */
  workers: (string)[];
  name: string;
}

/** A measurement to keep. */
export interface NewMeasurement {
  shift: Stretch;
  breaks: (Stretch)[];
  /** within the shift */
  measured: Stretch;
  /** accepted method; a legal result needs one */
  method: string;
  /** qualified organisation; a legal result needs one */
  organisation: string;
  /** number of the verification certificate */
  verification: string;
  verified_until: string | null;
  /** what unmeasured time counts as */
  gaps: "unknown" | "same_as_measured" | "zero";
  /** an assumption needs its reason */
  gaps_reason: string;
  /** U in the unit of the limit, where it is known better */
  expanded_uncertainty: number | null;
  uncertainty_basis: string;
  situations: ("outdoors" | "construction" | "mine" | "vehicle" | "cold_store" | "headphones")[];
  placement: number;
  /** whom it stands for; left out: the position alone */
  stands: Stands | null;
}

/** A limit set of the agency's own. It stands beside the law and replaces none of it. */
export interface NewOwnSet {
  name: string;
  /** as `antoan limits check` reads it */
  yaml: string;
}

/** Rules to bring into force; a changed rule becomes a new version, an equal one is left alone. */
export interface NewRules {
  /** a rules file, as `antoan admin rules` reads it */
  yaml: string;
}

/** A limit with every confirmation that was ever made of it. */
export interface OneLimit {
  server_time: string;
  limit: ExposureLimit;
  confirmations: (Confirmation)[];
  may_confirm: boolean;
}

/** One measurement. */
export interface OneMeasurement {
  server_time: string;
  measurement: Measurement;
}

/** A result with its field checks and the limit as it is now. */
export interface OneResult {
  server_time: string;
  result: Result;
  checks: (CheckLine)[];
  /** measurements that the result of a group is made of */
  parts: (PartLine)[];
  /** null: no longer among the limits of this agency */
  limit_now: ExposureLimit | null;
  /** the limit is today what it was judged by */
  unchanged: boolean;
}

/** A set of an agency's own, as it was written. */
export interface OwnSet {
  id: number;
  agency: string;
  name: string;
  reason: string;
  added_by: string;
  added_at: string;
  yaml: string;
  /** why this version of the platform cannot read it; empty: it can */
  fault: string;
}

/** A measurement that went into the result of a group. */
export interface PartLine {
  measurement: number;
  place: string;
  worker: string | null;
  from_at: string;
  until_at: string;
  value: number;
  measured_s: number;
}

/** A text in force whose values are still to be entered, wholly or in part. */
export interface PendingText {
  set: string;
  instrument: string;
  title: Name;
  note: Name;
  valid_from: string | null;
  agents: (string)[];
}

/** The person who is logged in. */
export interface Person {
  id: number;
  login: string;
  name: string;
  /** the agency's own word; may be empty */
  title: string;
  role: "administrator" | "inspector" | "investigator" | "supervisor" | "site_contact" | "expert" | "viewer";
  /** name of the person's agency */
  agency: string;
  language: "vi" | "en";
}

/** Where an instrument's channel measures, or measured. */
export interface Placement {
  id: number;
  point: number;
  place: string;
  quantity: string;
  gateway: string;
  /** area, ear, breathing_zone */
  kind: string;
  worker: string | null;
  from_at: string;
  until_at: string | null;
}

/** Placements at a site, newest first. */
export interface Placements {
  server_time: string;
  placements: (Placement)[];
}

/** Why a request was not done. */
export interface Problem {
  /** stable word for programs, e.g. `not_found` */
  code: string;
  /** one sentence in English, for a person */
  detail: string;
}

/** Columns of equal length: per time bucket that holds readings, lowest, highest and mean value, and quality. */
export interface Readings {
  point: number;
  unit: string;
  since: string;
  until: string;
  /** length of a bucket, seconds */
  bucket_s: number;
  /** time of the bucket's last reading, ms since 1970-01-01T00:00Z */
  time_ms: (number)[];
  /** null: no usable value in the bucket */
  low: (number | null)[];
  high: (number | null)[];
  mean: (number | null)[];
  /** `ok`, or a quality word of the bucket that is not `ok` */
  quality: (string)[];
  gaps: (Gap)[];
}

/** Taking an alarm out of service until a person brings it back. */
export interface Remove {
  reason: string;
}

/** Closing a latched alert after the condition has gone; a danger needs its cause and what was done. */
export interface Reset {
  /** what was done, in words; kept with the alert */
  note: string;
  /** why it arose */
  cause: Cause | null;
  /** what was done */
  action: Response | null;
}

/** What was done about a danger: one of these is named when it is closed. */
export type Response = "evacuated" | "rescued" | "stopped_work" | "ventilated" | "isolated" | "protected" | "exchanged" | "nothing";

/** A result. `outcome` is what may be said; `inside` on which side the bare value lies. */
export interface Result {
  id: number;
  site: number;
  site_name: string;
  timezone: string;
  place: string;
  point: number | null;
  measurement: number | null;
  /** area, ear, breathing_zone; null for entered results */
  kind: string | null;
  group: number | null;
  group_name: string | null;
  worker: string | null;
  people: number | null;
  /** measured, group, laboratory, hand_held, dosimeter_file */
  origin: string;
  document: string;
  method: string;
  organisation: string;
  standing: "legal" | "screening";
  /** what a legal result would need: instrument, verification, checks, method … */
  lacking: (string)[];
  day: string;
  value: number | null;
  lower_bound: boolean;
  expanded_uncertainty: number | null;
  uncertainty_basis: string;
  measured_s: number | null;
  expected_s: number | null;
  left_out: (LeftOut)[];
  gaps: string;
  shift_h: number | null;
  computed_by_rule: string;
  checks: string;
  outcome: "complies" | "exceeds" | "undetermined";
  inside: boolean | null;
  reasons: (string)[];
  cautions: (string)[];
  margin: number | null;
  limit: JudgedBy;
  shift: Stretch | null;
  breaks: (Stretch)[];
  computed_at: string;
  computed_by: string;
  replaced_by: number | null;
}

/** Results, newest first. */
export interface Results {
  server_time: string;
  results: (Result)[];
}

/** Take a rule out of force; its versions stay. */
export interface RetireRule {
  rule: string;
}

/** A version of a rule. */
export interface RuleVersion {
  rule: string;
  version: number;
  kind: string;
  /** the rule as JSON, every setting written out */
  body: string;
  loaded_at: string;
  /** null: by a command on the server */
  loaded_by: string | null;
  /** null: in force */
  retired_at: string | null;
}

/** Rules, by name, newest version first. */
export interface Rules {
  server_time: string;
  rules: (RuleVersion)[];
}

/** The rules that have another version now. */
export interface RulesChanged {
  changed: (string)[];
}

/** A log-in that holds. */
export interface Session {
  person: Person;
  expires_at: string;
}

/** Why an alarm is not announced: shelved for a time, or out of service. */
export interface SetAside {
  action: "shelve" | "remove";
  reason: string;
  /** null: until a person ends it */
  until: string | null;
  by: string;
}

/** Setting an alarm aside for a time: it is followed, not announced. */
export interface Shelve {
  /** how long; what lasts longer than 7 days is out of service */
  minutes: number;
  reason: string;
}

/** A shift of a group, by the clock at the site. */
export interface Shift {
  name: string;
  starts: string;
  ends: string;
  breaks: (Break)[];
}

/** A workplace under measurement, as listed. */
export interface Site {
  id: number;
  name: string;
  address: string;
  agency: string;
  /** IANA name, e.g. Asia/Ho_Chi_Minh */
  timezone: string;
  /** kits that measure here now */
  kits: number;
  /** points that are measured here now */
  points: number;
  /** alerts that are not over or not acknowledged */
  open_alerts: number;
  /** gravest priority among them; `urgent` is danger to life */
  worst: "urgent" | "high" | "medium" | "low" | null;
  /** when the last reading here was measured; null: none yet */
  measured_at: string | null;
}

/** A site now. */
export interface SiteLive {
  /** ages are server_time − measured_at, whatever the browser's clock says */
  server_time: string;
  /** give it to the live socket to continue from here */
  cursor: string;
  site: Site;
  /** what to do on danger, three lines at most */
  procedure: string;
  points: (LivePoint)[];
}

/** The sites the person sees. */
export interface Sites {
  server_time: string;
  sites: (Site)[];
}

/** Whom a measurement stands for. Without occupancy an area measurement is no person's exposure. */
export interface Stands {
  /** exposure group, as it stands now */
  group: number | null;
  worker: string | null;
  /** when the people were at the placement; left out: not stated */
  occupancy: (Stretch)[] | null;
}

/** From, until. */
export interface Stretch {
  from_at: string;
  until_at: string;
}

/** A row of a printed table. */
export interface TableRow {
  /** duration in s, octave band in Hz, or a name */
  key: string;
  value: number | null;
}

/** The alert of a link and the person whose link it is. */
export interface Taking {
  server_time: string;
  alert: number;
  /** who acknowledges by this link */
  person: string;
  title: Title;
  priority: "urgent" | "high" | "medium" | "low";
  state: string;
  place: string;
  site_name: string;
  value: string | null;
  unit: string;
  since: string | null;
  /** it waits for somebody to acknowledge */
  may_take: boolean;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

/** A task of a group with its duration in a shift. */
export interface Task {
  name: string;
  duration_min: number;
  agents: (string)[];
}

/** What an alert is called, in the languages of the page. */
export interface Title {
  vi: string;
  en: string;
}

/** What stands behind the `#` of the link. */
export interface Token {
  token: string;
}

/** One fact in the life of an alert: what happened, when, to whom. */
export interface TraceStep {
  at: string;
  /** `reading`, `received`, `raise`, `sent`, `sent_return`, `delivered`, `failed`, `seen`, `acknowledge` … */
  what: string;
  /** the person or recipient; may be empty */
  who: string;
  detail: string;
}
