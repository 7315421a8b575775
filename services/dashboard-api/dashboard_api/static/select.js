// Ticked rows: `<input type=checkbox name=chosen form=ID>` in each, one with `data-all` above them. What acts on them
// (`data-selected=ID`) says how many there are, and is there only while there are any.

export function chosen(id) {
  const form = id && document.getElementById(id);
  return form ? [...new FormData(form)] : [];
}

function count() {
  for (const bar of document.querySelectorAll("[data-selected]")) {
    const rows = boxesOf(bar.dataset.selected);
    const n = rows.filter((box) => box.checked).length;
    bar.hidden = n === 0;
    for (const place of bar.querySelectorAll("[data-count]")) place.textContent = n.toLocaleString(document.documentElement.lang);
    const all = document.querySelector(`input[data-all][form="${bar.dataset.selected}"]`);
    if (all) all.checked = n > 0 && n === rows.length;
    if (all) all.indeterminate = n > 0 && n < rows.length;
  }
}

function boxesOf(id) {
  return [...document.querySelectorAll(`input[name=chosen][form="${id}"]`)];
}

document.addEventListener("change", ({ target }) => {
  if (target.dataset.all !== undefined) for (const row of boxesOf(target.getAttribute("form"))) row.checked = target.checked;
  if (target.type === "checkbox") count();
});
document.addEventListener("htmx:afterSwap", count);
addEventListener("pageshow", count);
