// Saves a form while one writes. What it promises:
//  1 text in a field is never replaced while the person may be editing it
//  2 one request at a time; what is typed meanwhile goes with the next one
//  3 a save at the latest eight seconds after the first change, also for those who never pause
//  4 offline, signed out or closed: the text lies in this browser until the server has said "saved"
//  5 the page's own button and autosave never conflict: the form's hidden base versions follow along
//  6 what was sent without an answer is sent again word for word before anything newer, so that nobody conflicts with themselves
// POST url {fields: {name: {value, base, again}}, where}, where a version is whatever text the page or the last answer gave
//   200 {at: "14.32", saved: {name: version}, conflicts: {name: {value, ver, who, at}}, others: who else is here, now and then}
//       again: a text from before, of which only the server knows what came; in neither list: taken then, and replaced since
//   400 401 403 or a redirect: signed out.  404: removed by a colleague.  410: after the deadline.  413 422: too long.  {reason}: see REASONS.
// Drafts are not validated here, and fields with data-private are never stored in the browser.
import { showConflict, together } from "./conflict.js";
import { Drafts, forgetAll, takeHome } from "./drafts.js";

const IDLE = 1200, MAXWAIT = 8000, SLOW = 800, GIVE_UP = 20000, RETRY = [3000, 8000, 20000, 60000];
const STOPS = { 400: "expired", 401: "expired", 403: "expired", 404: "gone", 410: "closed", 413: "rejected", 422: "rejected" };
const REASONS = { meeting_cancelled: "cancelled", other_share: "share" };

class Autosave {
  constructor(form) {
    this.form = form;
    this.T = JSON.parse(form.dataset.t);
    this.url = form.dataset.autosave;
    this.drafts = new Drafts(this.url + ":" + (form.dataset.user || ""));
    this.inputs = {};
    for (const input of form.elements) if (input.name && input.dataset.v !== undefined) (this.inputs[input.name] ||= []).push(input);
    this.version = {}; this.sent = {}; this.conflicts = {}; this.asked = {};
    for (const [name, inputs] of Object.entries(this.inputs)) this.version[name] = inputs[0].dataset.v;
    this.dirty = new Set(); this.tooLong = new Set();
    this.tries = 0; this.unanswered = null; this.busy = false; this.stopped = ""; this.note = "";
    this.listen();
    this.restore();
  }

  // ---- the values of the form; several check boxes are joined by a bar ----
  get(name) {
    const [first, ...rest] = this.inputs[name];
    if (!["radio", "checkbox"].includes(first.type)) return first.value;
    return [first, ...rest].filter(i => i.checked).map(i => i.value).join("|");
  }

  set(name, value) {
    const inputs = this.inputs[name];
    if (["radio", "checkbox"].includes(inputs[0].type)) inputs.forEach(i => { i.checked = value.split("|").includes(i.value); });
    else inputs[0].value = value;
    inputs[0].dispatchEvent(new CustomEvent("autosave:set", { bubbles: true }));
  }

  isPrivate(name) { return this.inputs[name][0].dataset.private !== undefined; }

  // ---- the line at the foot of the page; a screen reader hears it when the words change ----
  say(state, text, action) {
    const words = document.querySelector("[data-save-text]"), place = document.querySelector("[data-save-action]");
    if (!words) return;
    words.closest("[data-save]").dataset.save = state;
    if (words.textContent !== text) words.textContent = text;
    place?.replaceChildren(...(action ? [action] : []));
  }

  // What is not settled yet stays on the line, also when something else was saved.
  tellSaved(at) {
    const [waiting] = Object.values(this.conflicts);
    if (this.tooLong.size) return this.tellStopped("rejected");
    if (waiting) return this.tellConflict(waiting);
    this.say("ok", [this.note, this.T.saved.replace("{at}", at)].filter(Boolean).join(" "));
    this.note = "";
  }

  tellConflict(theirs) {
    const words = theirs.own ? this.T.ownconflict : this.T.conflict;
    this.say("both", words.replace("{who}", theirs.who || this.T.colleague));
  }

  tellStopped(why) {
    const copied = this.drafts.works && ![...this.dirty].some(name => this.isPrivate(name));
    const text = why === "offline" && !copied ? this.T.nocopy : this.T[why];
    const { newLink, undo } = this.form.dataset;
    const home = () => this.download();
    const actions = { closed: home, cancelled: home, share: home, gone: () => undo && this.press(this.T.undo, () => this.post(undo)),
      expired: () => newLink && Object.assign(document.createElement("a"), { href: newLink, textContent: this.T.newlink }) };
    this.say(why === "offline" ? "off" : "err", text, actions[why]?.());
  }

  press(text, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "linkbtn", textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  download() {
    return this.press(this.T.download, () => {
      const text = [...this.dirty].filter(name => !this.isPrivate(name)).map(name => this.title(name) + "\r\n" + this.get(name)).join("\r\n\r\n");
      takeHome(text, this.T.filename);
    });
  }

  title(name) {
    const first = this.inputs[name][0];
    return (first.closest("fieldset")?.querySelector("legend") || first.labels[0]).textContent.trim();
  }

  post(action) {
    const form = Object.assign(document.createElement("form"), { method: "post", action, hidden: true });
    const { csrf, user } = this.form.dataset;
    for (const [name, value] of Object.entries({ csrf_token: csrf, acting_for: user })) form.append(Object.assign(document.createElement("input"), { name, value }));
    document.body.append(form);
    form.submit();
  }

  // ---- the copy in this browser ----
  keep() {
    const fields = { ...this.asked };
    for (const name of new Set([...this.dirty, ...Object.keys(this.conflicts)])) {
      if (!this.isPrivate(name)) fields[name] = { v: this.get(name), base: this.version[name], sent: this.sent[name] };
    }
    this.drafts.write(fields);
    this.mark();
  }

  // What the server does not have yet stands in data-unsaved, by name. The line's words pass; this holds until it is so no more.
  mark() { this.form.dataset.unsaved = [...new Set([...this.dirty, ...Object.keys(this.conflicts), ...Object.keys(this.asked)])].join(" "); }

  restore() {
    let found = 0;
    for (const [name, mine] of Object.entries(this.drafts.read().d)) {
      if (!(name in this.version) || this.get(name) === mine.v) continue;
      const ours = mine.base === this.version[name] || this.get(name) === mine.sent;
      if (ours) { this.set(name, mine.v); this.dirty.add(name); found++; }
      // It may have come through, with the page's own button or on the way out: the server knows, and keeps it when it comes second.
      else this.asked[name] = mine;
    }
    if (found) { this.note = this.T.restored; this.say("ok", this.note); this.plan(); }
    this.keep();
    if (this.asking()) this.flush();
    // It may be on its way since the page before was left.
    else if (found) this.unanswered = this.payload();
  }

  // The text goes back into its field, on the version it was written on. What has been typed there since stays.
  bringBack(name) {
    const mine = this.asked[name];
    if (!mine || this.dirty.has(name)) return !mine;
    delete this.asked[name];
    this.set(name, mine.v);
    this.settle(name, mine.base);
    return true;
  }

  // ---- a colleague changed the same answer ----
  conflict(name, theirs) {
    this.dirty.delete(name);
    if (theirs.value === this.get(name)) { this.settle(name, theirs.ver); return; }
    this.conflicts[name] = theirs;
    showConflict(this.inputs[name], theirs, this.T, how => this.resolve(name, how));
    this.tellConflict(theirs);
  }

  resolve(name, how) {
    const theirs = this.conflicts[name];
    delete this.conflicts[name];
    this.settle(name, theirs.ver);
    if (how === "theirs") this.set(name, theirs.value);
    else {
      if (how === "both") this.set(name, together(this.inputs[name][0], this.get(name), theirs.value));
      this.dirty.add(name);
    }
    this.keep();
    if (how !== "theirs") this.plan(0);
    else if (theirs.at || this.at) this.tellSaved(theirs.at || this.at);
  }

  settle(name, version) {
    this.version[name] = version;
    const base = this.form.elements["base-" + name];
    if (base) base.value = version;
  }

  // ---- sending ----
  plan(wait = IDLE) {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.flush(), wait);
    this.latest ||= setTimeout(() => this.flush(), MAXWAIT);
  }

  payload() {
    if (this.asking()) return Object.fromEntries(Object.entries(this.asked).map(([name, mine]) => [name, { value: mine.v, base: mine.base, again: true }]));
    const names = [...this.dirty].filter(name => !this.conflicts[name] && !this.tooLong.has(name));
    // After a refusal the fields go one by one, so that one long text does not hold back the others.
    const fields = {};
    for (const name of this.oneByOne ? names.slice(0, 1) : names) fields[name] = { value: this.sent[name] = this.get(name), base: this.version[name] };
    return fields;
  }

  async flush(leaving = false) {
    clearTimeout(this.idle); clearTimeout(this.latest);
    this.latest = 0;
    if (this.busy || this.stopped) return;
    const fields = this.unanswered || this.payload();
    if (!Object.keys(fields).length) return;
    this.busy = true;
    this.unanswered = fields;
    const slow = setTimeout(() => this.say("busy", this.T.saving), SLOW);
    const why = await this.send(fields, leaving);
    clearTimeout(slow);
    this.busy = false;
    if (why !== "offline") this.unanswered = null;
    this.keep();
    if (why) this.fail(why, fields);
    else if (this.payloadLeft()) this.plan(300);
    else this.oneByOne = false;
  }

  asking() { return Object.keys(this.asked).length > 0; }
  payloadLeft() { return [...this.dirty].some(name => !this.conflicts[name] && !this.tooLong.has(name)); }
  unsettled() { return this.dirty.size || Object.keys(this.conflicts).length || this.asking(); }

  // Sends and takes in the answer; gives back what went wrong, or nothing.
  async send(fields, leaving) {
    try {
      const answer = await fetch(this.url, { method: "POST", keepalive: leaving, credentials: "same-origin", redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.form.dataset.csrf || "", "X-Acting-For": this.form.dataset.user || "" }, signal: AbortSignal.timeout(GIVE_UP),
        body: JSON.stringify({ fields, where: document.querySelector("[data-here]")?.dataset.where }) });
      if (answer.type === "opaqueredirect") return "expired";
      if (!answer.ok) return REASONS[(await answer.json().catch(() => ({}))).reason] || STOPS[answer.status] || "offline";
      this.taken(await answer.json(), fields);
      return "";
    } catch { return "offline"; }
  }

  taken(answer, fields) {
    this.tries = 0;
    this.at = answer.at;
    for (const [name, version] of Object.entries(answer.saved || {})) {
      if (fields[name]?.again) continue;
      this.settle(name, version);
      if (this.get(name) === this.sent[name]) this.dirty.delete(name);
      const author = this.form.querySelector(`[data-by="${CSS.escape(name)}"]`);
      if (author && this.sent[name] !== undefined) author.textContent = this.T.by.replace("{at}", answer.at);
    }
    for (const [name, theirs] of Object.entries(answer.conflicts || {})) if (this.bringBack(name)) this.conflict(name, theirs);
    for (const name in fields) if (fields[name].again) delete this.asked[name];
    if (answer.others) document.dispatchEvent(new CustomEvent("presence", { detail: answer.others }));
    this.tellSaved(answer.at);
  }

  fail(why, fields) {
    if (why !== "offline") Object.keys(this.asked).forEach(name => { if (this.bringBack(name)) this.dirty.add(name); });
    if (why === "rejected") this.asked = {};
    if (why === "offline") setTimeout(() => this.plan(0), RETRY[Math.min(this.tries++, RETRY.length - 1)]);
    else if (why !== "rejected") this.stopped = why;
    else if (Object.keys(fields).length === 1) this.tooLong.add(Object.keys(fields)[0]);
    if (why === "rejected") { this.oneByOne = this.payloadLeft(); if (this.oneByOne) this.plan(0); }
    this.tellStopped(why);
  }

  // Signed in again in another tab, or opened again by a coordinator? A fresh token comes from the page itself, and saving goes on.
  async resume() {
    if (!["expired", "closed", "cancelled", "share"].includes(this.stopped)) return;
    try {
      const page = await fetch(location.href, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector(`form[data-autosave="${CSS.escape(this.url)}"]`);
      if (!page.ok || !fresh) return;
      this.form.dataset.csrf = fresh.dataset.csrf;
      document.querySelectorAll("input[name=csrf_token]").forEach(input => { input.value = fresh.dataset.csrf; });
    } catch { return; }
    this.stopped = "";
    this.plan(0);
  }

  // ---- events ----
  listen() {
    this.form.addEventListener("input", event => this.changed(event.target.name));
    this.form.addEventListener("change", event => { if (event.target.name in this.version) this.plan(200); });
    this.form.addEventListener("submit", event => { if (!event.defaultPrevented) this.handOver(); });
    addEventListener("focus", () => this.resume());
    addEventListener("online", () => { this.tries = 0; this.plan(0); });
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", event => { if (event.persisted && this.stopped === "submitted") { this.stopped = ""; this.plan(0); } });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.leave(); });
    addEventListener("beforeunload", event => { if (this.wouldLose()) event.preventDefault(); });
  }

  changed(name) {
    if (!(name in this.version)) return;
    this.dirty.add(name);
    this.tooLong.delete(name);
    this.mark();
    clearTimeout(this.copying);
    this.copying = setTimeout(() => this.keep(), 250);
    this.plan();
  }

  leave() { if (this.stopped !== "submitted") this.keep(); this.flush(true); }

  // The page's own button carries everything; the copy stays until a page shows that text, or the server says what came of it.
  handOver() {
    clearTimeout(this.idle); clearTimeout(this.latest);
    for (const [name, { value, again }] of Object.entries(this.unanswered || {})) if (!again) this.sendAlong("sent-" + name, value);
    this.keep();
    this.stopped = "submitted";
  }

  // The server may have taken what it has not answered: then that text is ours and no conflict.
  sendAlong(name, value) {
    this.form.elements[name]?.remove();
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  wouldLose() {
    if (!this.dirty.size || this.stopped === "submitted") return false;
    return Boolean(this.stopped) || !this.drafts.works || (this.tries > 0 && [...this.dirty].some(name => this.isPrivate(name)));
  }
}

// What is saved while one writes needs no button for it; one that does more than save stays.
if (document.querySelector("form[data-autosave]")) for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;

const saving = [...document.querySelectorAll("form[data-autosave]")].map(form => (form.autosave = new Autosave(form)));

document.querySelector("form[data-logout]")?.addEventListener("submit", async event => {
  const form = event.target, unsaved = () => saving.filter(s => s.unsettled());
  if (unsaved().length) {
    event.preventDefault();
    await Promise.all(unsaved().map(s => s.flush()));
    if (unsaved().length && !confirm(saving[0].T.leave)) return;
    saving.forEach(s => { s.dirty.clear(); s.stopped = "submitted"; });
    form.submit();
  }
  forgetAll();
});
