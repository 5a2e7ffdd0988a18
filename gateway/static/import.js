// A file can be dropped, and one that is too large is not sent only to be refused.
(() => {
  const form = document.querySelector("[data-upload]");
  const zone = form.querySelector(".drop-zone");
  const field = form.querySelector("input[type='file']");
  const error = document.getElementById("file-error");

  const isTooLarge = () => {
    const file = field.files[0];
    const wrong = Boolean(file) && file.size > Number(form.dataset.upload);
    error.hidden = !wrong;
    error.textContent = wrong ? error.dataset.tooLarge : "";
    field.setAttribute("aria-invalid", String(wrong));
    return wrong;
  };

  const mark = (isOver) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", isOver);
  };
  zone.addEventListener("dragover", mark(true));
  zone.addEventListener("dragleave", mark(false));
  zone.addEventListener("drop", (event) => {
    mark(false)(event);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    isTooLarge();
  });
  field.addEventListener("change", isTooLarge);
  form.addEventListener("submit", (event) => {
    if (isTooLarge()) event.preventDefault();
  });
})();
