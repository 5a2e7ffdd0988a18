// What pages gain from scripts; every one of them works without.
(() => {
  const fragment = "X-Fragment";

  // Good news goes by itself; what went wrong stays until it is closed.
  const showToast = (toast) => {
    toast.classList.add("shown");
    if (!toast.matches(".toast-danger")) setTimeout(() => toast.remove(), 6000);
  };

  const toastOf = (id) => {
    const toast = document.getElementById(id).content.firstElementChild.cloneNode(true);
    document.getElementById("toasts").append(toast);
    showToast(toast);
  };

  document.querySelectorAll("#toasts .toast").forEach(showToast);

  // Errors come as boxes and are shown in place. What is no fragment (a sign-in page) is a whole page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if (answer.getResponseHeader(fragment)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (answer.status < 400) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  document.addEventListener("htmx:responseError", () => toastOf("toast-failed"));
  document.addEventListener("htmx:sendError", () => toastOf("toast-unreachable"));
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id === "toasts") {
      event.detail.target.querySelectorAll(".toast:not(.shown)").forEach(showToast);
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes-toast]")) event.target.closest(".toast").remove();
  });

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    await navigator.clipboard.writeText(copy.dataset.copy);
    toastOf("toast-copied");
  });

  // A select of a form without a button sends its form.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  // What was typed and not saved is not left without a question.
  const guarded = document.querySelector("form[data-guarded]");
  if (guarded) {
    let isUnsaved = guarded.dataset.guarded === "unsaved";
    guarded.addEventListener("input", () => (isUnsaved = true));
    guarded.addEventListener("submit", () => (isUnsaved = false));
    guarded.addEventListener("click", (event) => {
      if (event.target.closest("[data-forgets]")) isUnsaved = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (isUnsaved) event.preventDefault();
    });
  }

  const search = document.getElementById("search-dialog");
  if (!search) return;
  const field = search.querySelector("input");
  const open = () => {
    if (!search.open) search.showModal();
    field.select();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const here = document.getElementById("q");
      if (!here) return;
      event.preventDefault();
      here.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-search]")) {
      event.preventDefault();
      open();
    } else if (event.target === search || event.target.closest("[data-closes-search]")) {
      search.close();
    }
  });

  // Up and down walk through the hits, and Enter in the field opens the first.
  search.addEventListener("keydown", (event) => {
    const hits = [...search.querySelectorAll("a.hit")];
    const at = hits.indexOf(document.activeElement);
    if (event.key === "ArrowDown") {
      event.preventDefault();
      (hits[at + 1] ?? hits[0])?.focus();
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      (hits[at - 1] ?? field).focus();
    } else if (event.key === "Enter" && document.activeElement === field && hits.length) {
      event.preventDefault();
      hits[0].click();
    }
  });
})();
