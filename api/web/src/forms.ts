/** The JSON forms of the API. Generated: `python -m api.generate`; do not edit. */

/** Taking an alert: "Đã nhận". */
export interface Acknowledge {
  note: string;
}

/** An episode in which a rule's condition held. */
export interface Alert {
  id: number;
  title: Title;
  /** rule kind: `level`, `danger`, `silence`, `chain` */
  kind: string;
  priority: "urgent" | "high" | "medium" | "low";
  /** ISA-18.2 state, e.g. `unacknowledged` */
  state: string;
  /** what this person can do about it now */
  actions: ("acknowledge" | "reset")[];
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

/** A stretch without readings. */
export interface Gap {
  since: string;
  until: string;
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

/** A set-point that a rule holds for a point; the chart draws it. */
export interface LimitLine {
  /** in the point's unit */
  value: number;
  /** true: the condition holds at and above the value; false: at and below it */
  above: boolean;
  priority: "urgent" | "high" | "medium" | "low";
  title: Title;
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

/** Closing a latched alert after the condition has gone. */
export interface Reset {
  /** what was done; kept with the alert */
  note: string;
}

/** A log-in that holds. */
export interface Session {
  person: Person;
  expires_at: string;
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

/** What an alert is called, in the languages of the page. */
export interface Title {
  vi: string;
  en: string;
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
