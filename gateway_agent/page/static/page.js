"use strict";
// Draws the kit from /api/state every second. Forms that a person is writing in are kept as they are.
let language = localStorage.getItem("language") || "vi";
let state = null, said = null, logged = true, open = {}, typed = {}, busy = false;
const at = document.getElementById("page");
const w = (name) => WORDS[language][name];

function el(tag, given, ...inner) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given || {})) {
    if (name === "on") made.addEventListener(...value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inner.filter((one) => one != null && one !== ""));
  return made;
}
const button = (text, run, given) => el("button", { type: "button", on: ["click", run], ...given }, text);

async function ask(path, body, type) {
  const answer = await fetch(path, body === undefined ? {} : { method: "POST", body: type ? body : JSON.stringify(body), headers: { "Content-Type": type || "application/json" } });
  if (answer.status === 401) { logged = false; return null; }
  const found = answer.headers.get("Content-Type").startsWith("application/json") ? await answer.json() : { refused: await answer.text() };
  if (found.refused) said = { bad: true, text: found.refused };
  return answer.ok ? found : null;
}
async function order(what, given) {
  busy = true; said = null; draw();
  const done = await ask("/api/order", { do: what, ...given });
  busy = false;
  await look();
  return done;
}
async function look() {
  try {
    const found = await ask("/api/state");
    if (found) { state = found; logged = true; }
  } catch { said = { bad: true, text: w("offline") }; }
  draw();
}
function span(seconds) {
  if (seconds == null) return "";
  if (seconds < 120) return `${seconds} ${w("s")}`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} ${w("min")}` : `${Math.round(seconds / 3600)} ${w("h")}`;
}
function clock(seconds) {
  const pad = (n) => String(n).padStart(2, "0");
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

function draw() {
  const active = document.activeElement, typing = active && active.tagName === "INPUT" && active.type !== "file";
  if (typing && logged && state) return drawValues();
  document.documentElement.lang = language;
  at.replaceChildren(...(logged ? (state ? [head(), verdict(), notice(), ...cards(), sounding(), notes(), el("p", { class: "soft" }, w("detector")), foot()] : []) : [login()]).filter(Boolean));
}
function drawValues() {
  for (const one of state.instruments) for (const channel of one.channels) {
    const shown = document.getElementById(`v-${one.name}-${channel.name}`);
    if (shown) shown.replaceChildren(...value(channel));
  }
}
function langs() {
  return el("div", { class: "langs" }, button(w("other"), () => { language = language === "vi" ? "en" : "vi"; localStorage.setItem("language", language); draw(); }, { class: "plain", "aria-label": "Tiếng Việt / English" }));
}
function login() {
  const password = el("input", { type: "password", id: "password", autocomplete: "current-password" });
  const enter = async (event) => {
    event.preventDefault();
    const answer = await fetch("/login", { method: "POST", body: JSON.stringify({ password: password.value }), headers: { "Content-Type": "application/json" } });
    said = answer.ok ? null : { bad: true, text: w("wrong") };
    logged = answer.ok; document.activeElement.blur(); await (answer.ok ? look() : draw());
  };
  return el("form", { class: "card", on: ["submit", enter] }, el("header", {}, el("h1", {}, "AnToan"), langs()), el("label", { for: "password" }, w("login")), password, notice(),
    el("div", { class: "buttons" }, el("button", { class: "main", type: "submit" }, w("enter"))));
}
function head() {
  const kit = state.kit, net = kit.online ? w("online") : w("offline");
  return el("header", {}, el("div", {}, el("h1", {}, `${w("kit")} ${kit.gateway}`), el("p", {}, kit.site || w("no_site")),
    el("p", { class: "soft" }, `${net}, ${kit.waiting ?? 0} ${w("unsent")} · ${w("spool")} ${kit.spool_mib} MiB`),
    kit.clock_known ? null : el("p", { class: "mark warn" }, w("clock_unknown"))), langs());
}
function problems() {
  return state.instruments.filter((one) => one.answering !== true || one.under_check).length;
}
function verdict() {
  const missing = problems();
  if (state.measurement) return el("p", { class: "verdict go" }, `● ${w("measuring")} · ${w(state.measurement.use)}`);
  return missing ? el("p", { class: "verdict stop" }, `✗ ${w("not_ready")} (${missing})`) : el("p", { class: "verdict go" }, `✓ ${w("ready")}`);
}
function notice() {
  return said ? el("p", { class: said.bad ? "said bad" : "said", role: "status" }, said.text) : null;
}
function cards() {
  const rank = (one) => (one.answering === false ? 0 : one.answering == null ? 1 : one.under_check ? 2 : one.channels.some((c) => c.quality && c.quality !== "ok") ? 3 : 4);
  const faults = state.kit.faults.filter((fault) => !state.instruments.some((one) => fault.startsWith(`${one.name}: `)));
  const general = faults.length ? [el("section", { class: "card bad" }, el("h2", {}, w("fault")), ...faults.map((fault) => el("p", { class: "fault" }, fault)),
    faults.some((fault) => fault.includes("waits for a confirmation")) ? el("div", { class: "buttons" }, button(w("confirm"), () => order("confirm", {}))) : null)] : [];
  return [...general, ...[...state.instruments].sort((a, b) => rank(a) - rank(b)).map(card)];
}
function value(channel) {
  const unit = UNITS[channel.unit] ?? channel.unit, doubt = channel.quality ? w("q")[channel.quality] ?? channel.quality : "";
  return [el("span", {}, channel.value ?? "–"), " ", el("small", {}, unit), el("br", {}), el("small", { class: "soft" }, `${w("quantity")[channel.quantity] ?? channel.name} · ${w("age")} ${span(channel.age_s)}`),
    doubt ? el("small", { class: "mark warn" }, ` ${doubt}`) : ""];
}
function card(one) {
  const silent = one.answering === false;
  const place = state.placements[one.name] || {};
  return el("section", { class: silent ? "card bad" : "card", id: `i-${one.name}` }, el("h2", {}, one.name, " ", el("span", { class: "soft" }, one.model)),
    silent ? el("p", { class: "fault" }, `✗ ${one.name} ${w("no_answer")} ${one.silent_s == null ? w("never") : `${w("since")} ${span(one.silent_s)}`}: ${one.cause === "wrong_instrument" || one.cause === "wrong_serial" ? w("cure_refused") : w("cure")}`) : null,
    silent ? el("div", { class: "buttons" }, button(w("retry"), () => order("retry", { instrument: one.name }))) : null,
    one.answering == null ? el("p", { class: "mark warn" }, w("waiting_first")) : null,
    ...(silent ? [] : one.channels.map((channel) => el("p", { class: "value", id: `v-${one.name}-${channel.name}` }, ...value(channel)))),
    el("p", { class: "row" }, one.under_check ? el("span", { class: "mark warn" }, w("under_check")) : el("span", { class: one.checked ? "mark go" : "mark stop" }, one.checked ? w("checked") : w("not_checked")),
      el("span", {}, one.verified_until ? `${w("verified_until")} ${one.verified_until}` : w("not_verified"))),
    place.height_m || place.position || place.group ? el("p", { class: "soft" }, [place.height_m && `${place.height_m} m`, place.position, place.group].filter(Boolean).join(" · ")) : null,
    place.photo ? el("img", { class: "photo", src: `/api/photo/${place.photo}`, alt: `${w("placement")}: ${one.name}` }) : null,
    fold(`check-${one.name}`, w("check"), () => checking(one)), fold(`place-${one.name}`, w("placement"), () => placing(one, place)));
}
function fold(name, title, inside) {
  const made = el("details", { open: Boolean(open[name]) }, el("summary", {}, title));
  if (open[name]) made.append(...inside().filter(Boolean));
  made.addEventListener("toggle", () => { if (made.isConnected && Boolean(open[name]) !== made.open) { open[name] = made.open; draw(); } });
  return made;
}
function field(name, label, given) {
  const kept = el("input", { id: name, ...given, ...(name in typed ? { value: typed[name] } : {}) });
  kept.addEventListener("input", () => { typed[name] = kept.value; });
  return [el("label", { for: name }, label), kept];
}
const read = (name) => (document.getElementById(name) || {}).value || "";
function checking(one) {
  if (!one.under_check) return [button(w("begin_check"), () => order("begin_check", { instrument: one.name }))];
  const record = async (step) => {
    const given = { instrument: one.name, reference: read(`r-${one.name}`), device: read(`d-${one.name}`), channel: read(`c-${one.name}`), step };
    document.activeElement.blur();
    const found = await order("hold", given);
    if (found) { said = { bad: !found.passed, text: `${one.name}: ${w("found")} ${found.found}, ${w("due")} ${found.reference} ± ${found.tolerance}: ${found.passed ? w("passed") : w("failed")}. ${found.in_doubt ? w("doubt") : ""}` }; draw(); scrollTo(0, 0); }
  };
  return [el("p", {}, w("apply")), ...field(`r-${one.name}`, w("reference"), { inputmode: "decimal" }), ...field(`d-${one.name}`, w("device"), {}),
    ...(one.channels.length > 1 ? field(`c-${one.name}`, w("channel"), { value: one.channels[0].name }) : []),
    el("div", { class: "buttons" }, button(w("as_found"), () => record("as_found")), button(w("as_left"), () => record("as_left")), button(w("end_check"), () => order("end_check", { instrument: one.name }), { class: "plain" }))];
}
function placing(one, place) {
  const photo = el("input", { type: "file", accept: "image/*", capture: "environment", id: `f-${one.name}` });
  photo.addEventListener("change", async () => { await ask(`/api/photo/${one.name}`, await smaller(photo.files[0]), "image/jpeg"); await look(); });
  return [...field(`h-${one.name}`, w("height"), { inputmode: "decimal", value: place.height_m || "" }), ...field(`p-${one.name}`, w("position"), { value: place.position || "" }),
    ...field(`g-${one.name}`, w("group"), { value: place.group || "" }), el("label", { for: `f-${one.name}` }, w("photo")), photo,
    el("div", { class: "buttons" }, button(w("save"), async () => {
      const given = { instrument: one.name, height_m: read(`h-${one.name}`), position: read(`p-${one.name}`), group: read(`g-${one.name}`) };
      document.activeElement.blur();
      if (await order("place", given)) { said = { text: w("saved") }; open[`place-${one.name}`] = false; draw(); }
    }))];
}
async function smaller(file) {
  const picture = await createImageBitmap(file), scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}
function sounding() {
  const siren = state.siren;
  if (!siren) return null;
  return el("section", { class: siren.on.length ? "card bad" : "card" }, el("h2", {}, w("sound")), siren.on.length ? el("p", { class: "fault" }, `● ${siren.on.join(", ")}`) : null, siren.fault ? el("p", { class: "fault" }, siren.fault) : null,
    siren.muted_s ? el("p", {}, `${w("mute")}: ${span(siren.muted_s)}`) : null,
    el("div", { class: "buttons" }, button(w("test"), () => order("test", {})), button(w("mute"), () => order("mute", { seconds: 300 })), siren.latched.length ? button(w("acknowledge"), () => order("acknowledge", {})) : null));
}
function notes() {
  return el("section", { class: "card" }, fold("note", w("note"), () => [...field("note", w("note_hint"), { maxlength: 2000 }), el("div", { class: "buttons" }, button(w("save"), async () => {
    const text = read("note"); document.activeElement.blur();
    if (await order("note", { text })) { delete typed.note; said = { text: w("saved") }; open.note = false; draw(); }
  }))]));
}
function foot() {
  const inner = el("div", {});
  if (state.measurement) {
    inner.append(button(`${w("running")} ${clock(state.measurement.for_s)} · ${w("end")}`, () => order("end_measurement", {}), { class: "main end", disabled: busy }));
  } else if (open.use) {
    const legal = state.instruments.flatMap((one) => one.legal_missing);
    inner.append(el("p", { class: "soft" }, w("use")), el("div", { class: "buttons" }, button(w("screening"), () => { open.use = false; order("begin_measurement", { use: "screening" }); }),
      button(w("legal"), () => { open.use = false; order("begin_measurement", { use: "legal" }); }, { disabled: legal.length > 0 })), legal.length ? el("p", { class: "mark stop" }, `${w("legal")}: ${w("missing")} ${legal.length}`) : "");
  } else {
    inner.append(button(w("start"), () => { open.use = true; draw(); }, { class: "main", disabled: busy || problems() > 0 }));
  }
  return el("div", { class: "foot" }, inner);
}
look();
setInterval(() => { if (logged && !busy) look(); }, 1000);
