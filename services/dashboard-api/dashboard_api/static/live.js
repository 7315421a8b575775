// Keeps a page as it is on the server. The server hints that something is new; the page is fetched again, and the parts
// marked `data-live` that differ are replaced, unless the reader is in the middle of using them.

const script = document.querySelector("script[data-events]");
const run = script.dataset.run;
const note = document.getElementById("live-note");
const LEAST_BETWEEN = 1000;
const POLL = 10000;
const AGE = 60000;

let fetching = false;
let wanted = false;
let last = 0;
let timer = 0;
let stream = null;

// At most one request at a time, and one a second, however many hints come.
function refresh() {
  wanted = true;
  if (fetching || timer || document.hidden) return;
  timer = setTimeout(load, Math.max(0, last + LEAST_BETWEEN - Date.now()));
}

async function load() {
  timer = 0;
  wanted = false;
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected || answer.status === 401) return stop();
    if (answer.ok) {
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
      note.hidden = true;
    }
  } catch {
    note.hidden = false;
  } finally {
    fetching = false;
    last = Date.now();
    if (wanted) refresh();
  }
}

function replace(fresh) {
  for (const rows of document.querySelectorAll("[data-live-rows]")) replaceRows(rows, fresh.getElementById(rows.id));
  for (const part of document.querySelectorAll("[data-live]")) replacePart(part, fresh.getElementById(part.id));
}

// Rows that came or went: the body is replaced as a whole, otherwise row by row.
function replaceRows(rows, fresh) {
  const ids = (body) => [...body.children].map((row) => row.id).join();
  if (fresh && ids(rows) !== ids(fresh) && !inUse(rows)) rows.replaceChildren(...fresh.children);
}

function replacePart(part, fresh) {
  if (!fresh || part.isEqualNode(fresh) || inUse(part)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? focusable(part).indexOf(focused) : -1;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll("details").forEach((details, n) => (details.open = open[n] ?? false));
  if (place >= 0) focusable(part)[place]?.focus();
}

function inUse(part) {
  return part.querySelector(":popover-open") !== null || part.querySelector("input:focus") !== null;
}

function focusable(part) {
  return [...part.querySelectorAll("a[href], button, summary, input:not([type=hidden])")];
}

function listen() {
  stream = new EventSource(script.dataset.events);
  stream.addEventListener("hint", (event) => {
    const hint = JSON.parse(event.data);
    if (!run || !hint.run || hint.run === run) refresh();
  });
}

function stop() {
  stream?.close();
  note.hidden = false;
}

// Browsers lend the clipboard to https only; elsewhere the text is selected, ready for the reader to copy.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  if (!navigator.clipboard) return getSelection().selectAllChildren(button.previousElementSibling);
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
});

// A second press while the first is under way would order the same again.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") setTimeout(() => event.submitter?.setAttribute("disabled", ""), 0);
});

// Coming back to a page that the browser had kept: its buttons work again, and it is brought up to date.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[disabled]")) button.removeAttribute("disabled");
  refresh();
});
document.addEventListener("visibilitychange", refresh);
setInterval(() => stream.readyState !== EventSource.OPEN && refresh(), POLL);
setInterval(refresh, AGE);
listen();
