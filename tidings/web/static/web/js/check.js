// A box with data-check-all checks all boxes of the form that it names. Without scripts it isn't shown.
const boxes = (all) =>
  [...document.getElementById(all.dataset.checkAll).elements].filter((box) => box.type === "checkbox" && box !== all);

const show = () => {
  for (const all of document.querySelectorAll("[data-check-all]")) all.closest("label").hidden = false;
};

document.addEventListener("change", ({ target }) => {
  const { form } = target;
  const all = form?.querySelector("[data-check-all]");
  if (!all) return;
  if (target === all) for (const box of boxes(all)) box.checked = all.checked;
  else all.checked = boxes(all).every((box) => box.checked);
});

document.addEventListener("htmx:afterSwap", show);
show();
