// A click on data-copy copies its value and says so.
const MILLISECONDS_SHOWN = 1_500;

const copy = async (button) => {
  await navigator.clipboard.writeText(button.dataset.copy);
  document.getElementById("said").textContent = `Copied ${button.dataset.copy}`;
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), MILLISECONDS_SHOWN);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
