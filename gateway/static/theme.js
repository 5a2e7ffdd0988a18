// Runs before the page is drawn: "auto" follows the system, and pages know that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    const chosen = root.dataset.theme;
    const dark = chosen === "dark" || (chosen === "auto" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  };
  draw();
  system.addEventListener("change", draw);
})();
