// While the message broker is away (`#read-only` says so) the server refuses what other services would have to hear: its
// buttons are out of reach meanwhile. People, keys and the reader's own account are nobody else's business.

const OWN = /^\/(account|find|settings\/(users|keys))/;

export function holdButtons() {
  const away = document.getElementById("read-only") !== null;
  for (const button of document.querySelectorAll("main button")) {
    if (button.dataset.held !== undefined) {
      button.disabled = away;
      if (!away) delete button.dataset.held;
    } else if (away && !button.disabled && orders(button)) {
      button.disabled = true;
      button.dataset.held = "";
    }
  }
}

function orders(button) {
  const sends = button.formMethod || button.form?.method;
  return sends === "post" && button.form?.role !== "search" && !OWN.test(new URL(button.formAction).pathname);
}

document.addEventListener("htmx:afterSwap", holdButtons);
addEventListener("pageshow", holdButtons);
