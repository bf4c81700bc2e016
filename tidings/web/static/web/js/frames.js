// Shows a message as wide as a desktop or as a phone, light or dark, and keeps that from one contact to the next.
const KEPT = "preview";
let shown = { width: "wide", dark: false, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };

const apply = () => {
  for (const button of document.querySelectorAll("[data-frame-width]")) {
    button.setAttribute("aria-pressed", String(button.dataset.frameWidth === shown.width));
  }
  for (const button of document.querySelectorAll("[data-frame-dark]")) {
    button.setAttribute("aria-pressed", String(shown.dark));
  }
  for (const frame of document.querySelectorAll("[data-frame]")) {
    frame.classList.toggle("is-phone", shown.width === "phone");
    frame.classList.toggle("is-dark", shown.dark);
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-frame-width], [data-frame-dark]");
  if (!button) return;
  const change = "frameDark" in button.dataset ? { dark: !shown.dark } : { width: button.dataset.frameWidth };
  shown = { ...shown, ...change };
  sessionStorage.setItem(KEPT, JSON.stringify(shown));
  apply();
});
document.addEventListener("htmx:afterSwap", apply);
apply();
