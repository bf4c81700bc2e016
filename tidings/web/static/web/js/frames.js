// Shows a message as wide as a desktop or as a phone.
const show = (button) => {
  const card = button.closest(".card");
  for (const other of card.querySelectorAll("[data-frame-width]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  card.querySelector("[data-frame]")?.classList.toggle("is-phone", button.dataset.frameWidth === "phone");
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-frame-width]");
  if (button) show(button);
});
