// Opens and closes the sidebar on narrow screens.
const toggle = document.querySelector("[data-menu]");

const open = (isOpen) => {
  toggle.setAttribute("aria-expanded", String(isOpen));
  document.getElementById(toggle.getAttribute("aria-controls")).classList.toggle("is-open", isOpen);
};

toggle?.addEventListener("click", () => open(toggle.getAttribute("aria-expanded") !== "true"));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || toggle?.getAttribute("aria-expanded") !== "true") return;
  open(false);
  toggle.focus();
});
