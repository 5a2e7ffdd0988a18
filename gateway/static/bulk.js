// Selecting rows of the list: the whole page at once, and how many it is. The boxes work without this.
(() => {
  const rows = () => [...document.querySelectorAll("input[form='bulk'][name='id']")];

  const count = () => {
    const form = document.getElementById("bulk");
    if (!form) return;
    const all = rows();
    const chosen = all.filter((box) => box.checked).length;
    const everybody = form.querySelector("[name='which']")?.checked;
    const page = form.querySelector("[data-selects-page]");
    page.checked = chosen > 0 && chosen === all.length;
    page.indeterminate = chosen > 0 && chosen < all.length;
    const words = form.querySelector("[data-count]");
    words.textContent = chosen && !everybody ? words.dataset.count.replace("#", chosen) : "";
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-selects-page]")) {
      rows().forEach((box) => { box.checked = event.target.checked; });
    }
    // Not event.target.form.id: fields are named "id", and a form is asked for its fields first.
    if (event.target.matches("[form='bulk'], #bulk *")) count();
  });
  document.addEventListener("htmx:afterSwap", count);
  window.addEventListener("pageshow", count);
})();
