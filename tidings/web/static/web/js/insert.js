// A click on data-insert puts its text where the cursor was in a field with data-insert-here.
let field = document.querySelector("textarea[data-insert-here]:not(details *)");

const insert = (text) => {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-insert-here]")) field = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button && field) insert(button.dataset.insert);
});
