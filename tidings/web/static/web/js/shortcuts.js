// "/" goes to the search, Ctrl+S or Cmd+S saves the form of the page.
const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

const search = (event) => {
  const field = document.querySelector("[data-search]");
  if (!field || isTyping(event.target)) return;
  event.preventDefault();
  field.focus();
  field.select();
};

const save = (event) => {
  const form = event.target.closest("form[data-save]") ?? document.querySelector("form[data-save]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
};

document.addEventListener("keydown", (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.key === "/" && !isCommand && !event.altKey) search(event);
  if (event.key === "s" && isCommand && !event.altKey && !event.shiftKey) save(event);
});
