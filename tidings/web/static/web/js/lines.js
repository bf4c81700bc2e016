// Numbers the lines of the textarea inside [data-numbered], and goes to the line that an error names.
const number = (area) => {
  const gutter = document.createElement("div");
  gutter.className = "line-numbers";
  gutter.setAttribute("aria-hidden", "true");
  area.wrap = "off";
  area.classList.add("is-numbered");
  area.replaceWith(gutter);
  gutter.after(area);

  const show = () => {
    const count = area.value.split("\n").length;
    gutter.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
    gutter.scrollTop = area.scrollTop;
  };

  area.addEventListener("input", show);
  area.addEventListener("scroll", () => (gutter.scrollTop = area.scrollTop));
  new ResizeObserver(() => (gutter.style.height = `${area.offsetHeight}px`)).observe(area);
  show();
};

const goTo = (area, line) => {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  area.scrollTop = (line - 3) * Number.parseFloat(getComputedStyle(area).lineHeight);
};

for (const holder of document.querySelectorAll("[data-numbered]")) {
  const area = holder.querySelector("textarea");
  if (!area) continue;
  number(area);
  const line = holder.querySelector(".field-error")?.textContent.match(/line (\d+)/);
  if (line) goTo(area, Number(line[1]));
}
