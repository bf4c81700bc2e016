// Light or dark: the system's choice, unless the person made one, which stays in this browser.
// A plain script in the head: a module would run after the first paint.
(() => {
  const KEY = "tidings.theme";
  const CHOICES = ["system", "light", "dark"];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  const choice = () => {
    const kept = localStorage.getItem(KEY);
    return CHOICES.includes(kept) ? kept : "system";
  };

  const show = () => {
    const isDark = choice() === "system" ? dark.matches : choice() === "dark";
    document.documentElement.dataset.bsTheme = isDark ? "dark" : "light";
    for (const name of document.querySelectorAll("[data-theme-name]")) name.textContent = choice();
  };

  show();
  dark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    localStorage.setItem(KEY, CHOICES[(CHOICES.indexOf(choice()) + 1) % CHOICES.length]);
    show();
  });
})();
