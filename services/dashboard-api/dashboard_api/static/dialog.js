// Questions in dialogs. Links marked `data-dialog` open the question of the page that they lead to; without script they
// lead there. `data-selection` names a form: what is ticked for it goes along.

import { chosen } from "./select.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await openDialog(link.href, chosen(link.dataset.selection), link);
});

export async function openDialog(address, values = [], opener = null) {
  const url = new URL(address, location.href);
  for (const [name, value] of values) url.searchParams.append(name, value);
  const answer = await fetch(url).catch(() => null);
  if (!answer) return location.assign(url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const question = page.querySelector("[data-dialog-content]");
  if (!question || answer.redirected) return location.assign(url);
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(question);
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  dialog.addEventListener("close", () => opener?.focus(), { once: true });
}

// "Cancel" closes the dialog, as Esc and a click beside it do; on a page of its own it is a link back.
document.getElementById("dialog").addEventListener("click", (event) => {
  if (event.target !== event.currentTarget && !event.target.closest("[data-close]")) return;
  event.preventDefault();
  event.currentTarget.close();
});
