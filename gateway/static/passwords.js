// A password can be looked at while it is typed, and its rules say at once whether they are kept.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shows]");
    if (!button) return;
    const field = document.getElementById(button.dataset.shows);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    field.focus();
  });

  const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
  const tests = {
    length: (typed) => [...typed].length >= 8,
    classes: (typed) => classes.filter((one) => one.test(typed)).length >= 3,
    login: (typed, logins) => logins.every((login) => !typed.toLowerCase().includes(login)),
  };

  document.querySelectorAll("[data-rules-of]").forEach((list) => {
    const field = document.getElementById(list.dataset.rulesOf);
    const whole = (list.dataset.logins ?? "").toLowerCase().split(" ");
    const logins = whole.flatMap((login) => [login, login.split("@")[0]]).filter((login) => login.length > 3);
    field.addEventListener("input", () => {
      list.querySelectorAll("[data-rule]").forEach((rule) => {
        const kept = field.value !== "" && tests[rule.dataset.rule](field.value, logins);
        rule.classList.toggle("kept", kept);
      });
    });
  });
})();
