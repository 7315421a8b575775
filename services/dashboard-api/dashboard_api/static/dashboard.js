// What pages do beyond links and forms: they follow the server, ask in dialogs, count what is ticked and listen to the
// keyboard. Everything that matters works without, too.

import "./live.js";
import "./dialog.js";
import "./select.js";
import "./keyboard.js";
import "./readonly.js";

// A form that was refused shows why. Any other answer that is not the part that was asked for (an error, the sign-in page)
// is looked at whole, instead of leaving a gap.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const there = target.id && new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById(target.id);
  if (there && (xhr.status < 400 || xhr.status === 422)) event.detail.shouldSwap = true;
  else if (!there || xhr.status >= 400) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:sendError", () => (document.getElementById("live-note").hidden = false));

// Browsers lend the clipboard to https only; elsewhere the text is selected, ready for the reader to copy.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  if (!navigator.clipboard) return getSelection().selectAllChildren(button.previousElementSibling);
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.copied;
});

// A second press while the first is under way would order the same again.
document.addEventListener("submit", (event) => {
  if (event.target.method === "post") setTimeout(() => event.submitter?.setAttribute("disabled", ""), 0);
});

// Coming back to a page that the browser had kept: its buttons work again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[disabled]")) button.removeAttribute("disabled");
});
