// The copy of unsaved text in this browser: one entry per form and person, kept 14 days, removed when saved or signed out.
const PREFIX = "utkast:", KEPT = 14 * 86400000;

export class Drafts {
  constructor(name) {
    this.key = PREFIX + name;
    this.works = true;
    this.write({}, true);
  }

  // fields: {name: {v, base, sent}}. `probe` only tries whether the browser lets us store anything.
  write(fields, probe = false) {
    try {
      if (probe) { localStorage.setItem(PREFIX, "1"); localStorage.removeItem(PREFIX); }
      else if (Object.keys(fields).length) localStorage.setItem(this.key, JSON.stringify({ t: Date.now(), d: fields }));
      else localStorage.removeItem(this.key);
      this.works = true;
    } catch { this.works = false; }
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) || "null");
      if (kept && Date.now() - kept.t < KEPT) return kept;
      localStorage.removeItem(this.key);
    } catch { this.works = false; }
    return { d: {} };
  }
}

export function forgetAll() {
  try {
    Object.keys(localStorage).filter(key => key.startsWith(PREFIX)).forEach(key => localStorage.removeItem(key));
  } catch { /* nothing could be stored, so nothing is left */ }
}

// Gives the person a text as a file of their own.
export function takeHome(text, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
