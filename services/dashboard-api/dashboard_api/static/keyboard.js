// The keyboard map: `/` finds, `?` shows this map, `j` and `k` go through the rows that are seen, `x` ticks a row, and
// `Enter` opens it. Keys are ours only while nobody types, and never with Ctrl, Alt or Meta.

import { openDialog } from "./dialog.js";

const rows = () => [...document.querySelectorAll("tbody tr:has(a[href])")].filter((row) => row.checkVisibility());

function step(by) {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
  next?.querySelector("a[href]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  "/": () => document.getElementById("find")?.focus(),
  "?": () => openDialog("/help/keyboard"),
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, dialog")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
