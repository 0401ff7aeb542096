// Says that this page is open, and shows who else writes in the same answer. Information, never a lock.
// A beat every 20 s while the page can be seen; a save that was taken as a sign of life counts as one (autosave.js passes on its
// answer). When the server has not been heard for a minute, nothing is claimed about anybody.
// POST {where, away} -> {others: [sentence, …]}; 400 401 403 410: the page has no more to say.
const EVERY = 20000, GONE = 60000, UNTOUCHED = 5 * 60000, GIVE_UP = 10000;
const OVER = [400, 401, 403, 410];

class Presence {
  constructor(place) {
    this.place = place;
    this.list = place.querySelector("ul");
    this.touched = this.heard = Date.now();
    this.turns = 0;
    for (const event of ["pointerdown", "keydown", "input"]) {
      document.addEventListener(event, () => { this.touched = Date.now(); }, { passive: true });
    }
    document.addEventListener("presence", event => this.show(event.detail));
    document.addEventListener("visibilitychange", () => this.beat());
    this.beat();
  }

  // Every beat that is over, and every save that counted as one, is a turn; data-turns says how many there have been.
  plan() {
    this.place.dataset.turns = ++this.turns;
    clearTimeout(this.timer);
    if (!this.over && !document.hidden) this.timer = setTimeout(() => this.beat(), EVERY);
  }

  // The words are changed only where they differ, so that a reader who stands in the list is not thrown out of it.
  show(sentences) {
    const now = [...this.list.children].map(item => item.textContent);
    if (now.join("\n") !== sentences.join("\n")) {
      this.list.replaceChildren(...sentences.map(text => Object.assign(document.createElement("li"), { textContent: text })));
      this.list.hidden = !sentences.length;
    }
    this.heard = Date.now();
    this.plan();
  }

  async beat() {
    clearTimeout(this.timer);
    if (this.over || document.hidden) return;
    const { here, where, csrf, actingFor } = this.place.dataset;
    try {
      const answer = await fetch(here, { method: "POST", credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(GIVE_UP),
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf, "X-Acting-For": actingFor },
        body: JSON.stringify({ where, away: Date.now() - this.touched > UNTOUCHED }) });
      if (answer.ok) return this.show((await answer.json()).others);
      this.over = OVER.includes(answer.status);
    } catch { /* no contact: the next beat tries again */ }
    if (this.over || Date.now() - this.heard > GONE) this.list.hidden = true;
    this.plan();
  }
}

for (const place of document.querySelectorAll("[data-here]")) new Presence(place);
