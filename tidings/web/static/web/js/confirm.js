// A form with data-confirm asks before it is sent.
const dialog = document.getElementById("confirm");

const ask = (form) => {
  document.getElementById("confirm-title").textContent = form.dataset.confirm;
  document.getElementById("confirm-text").textContent = form.dataset.confirmText;
  document.getElementById("confirm-verb").textContent = form.dataset.confirmVerb;
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.returnValue === "confirm" && form.submit(), { once: true });
};

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-confirm]")) return;
  event.preventDefault();
  ask(event.target);
});
