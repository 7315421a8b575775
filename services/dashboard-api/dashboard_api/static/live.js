// `<live-updates events="/api/v1/events?…" run="…">` keeps a page as it is on the server. The server hints that something
// is new; the page is fetched again, and the parts marked `data-live` are morphed into what they are now: what has not
// changed stays, with its focus and whatever the reader has opened, ticked or typed.

import { holdButtons } from "./readonly.js";

const LEAST_BETWEEN = 1000;
const POLL = 10000;
const AGE = 60000;

class LiveUpdates extends HTMLElement {
  connectedCallback() {
    this.note = document.getElementById("live-note");
    this.last = Date.now();
    this.refresh = this.refresh.bind(this);
    this.stream = new EventSource(this.getAttribute("events"));
    this.stream.addEventListener("hint", (event) => this.heard(JSON.parse(event.data)));
    this.polling = setInterval(() => this.stream.readyState !== EventSource.OPEN && this.refresh(), POLL);
    this.aging = setInterval(this.refresh, AGE);
    document.addEventListener("visibilitychange", this.refresh);
    addEventListener("pageshow", this.refresh);
  }

  disconnectedCallback() {
    this.stop();
    clearTimeout(this.timer);
    clearInterval(this.polling);
    clearInterval(this.aging);
    document.removeEventListener("visibilitychange", this.refresh);
    removeEventListener("pageshow", this.refresh);
  }

  // A page about one run minds no others.
  heard(hint) {
    const run = this.getAttribute("run");
    if (!run || !hint.run || hint.run === run) this.refresh();
  }

  // At most one request at a time, and one a second, however many hints come; none while nobody looks.
  refresh() {
    this.wanted = true;
    if (this.fetching || this.timer || document.hidden) return;
    this.timer = setTimeout(() => this.load(), Math.max(0, this.last + LEAST_BETWEEN - Date.now()));
  }

  async load() {
    this.timer = 0;
    this.wanted = false;
    this.fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 401) return this.stop(true);
      if (answer.ok) {
        replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
        this.note.hidden = true;
      }
    } catch {
      this.note.hidden = false;
    } finally {
      this.fetching = false;
      this.last = Date.now();
      if (this.wanted) this.refresh();
    }
  }

  stop(say = false) {
    this.stream.close();
    if (say) this.note.hidden = false;
  }
}

function replace(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = part.id && fresh.getElementById(part.id);
    if (now && !part.isEqualNode(now)) Idiomorph.morph(part, now, { callbacks: { beforeNodeMorphed, beforeAttributeUpdated } });
  }
  holdButtons();
}

// Menus stay as they are while they are open. Everything else becomes what it is now, hidden fields above all: a form that
// kept the fields of another would do something else than its button says.
function beforeNodeMorphed(old) {
  return !(old instanceof Element) || !old.matches(":popover-open");
}

// What the reader typed, ticked or opened is theirs.
function beforeAttributeUpdated(name, node) {
  if (name === "open" || (name === "hidden" && node.dataset.selected)) return false;
  if (name === "checked") return false;
  return !(name === "value" && node.matches("textarea, input:not([type=hidden], [type=checkbox], [type=radio])"));
}

customElements.define("live-updates", LiveUpdates);
