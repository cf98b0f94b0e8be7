// Decides about mentions without loading the page anew. Without this script the same buttons send the same form.
(() => {
  const replace = (html, url) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-mentions]");
    const old = document.querySelector("[data-mentions]");
    if (!fresh || !old) return false;
    old.replaceWith(fresh);
    history.replaceState(null, "", url);
    return true;
  };

  // Where the button was that is gone: the next that waits, or what there is at that place.
  const next = (before, index) => {
    const rows = [...document.querySelectorAll(".mentions__row")];
    const from = Math.max(0, index);
    const row =
      rows.slice(from).find((each) => each.dataset.state === "proposed") ||
      rows.find((each) => each.dataset.state === "proposed") ||
      rows[Math.min(from, rows.length - 1)];
    const same = document.getElementById(before);
    return (index < 0 && same) || row?.querySelector("button") || document.querySelector("[data-mentions] button");
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-mentions]");
    const button = event.submitter;
    if (!form || !button?.name) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "true";
    const rows = [...document.querySelectorAll(".mentions__row")];
    const index = rows.indexOf(button.closest(".mentions__row"));
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    try {
      const response = await fetch(form.action, { method: "POST", body });
      if (!response.ok || !replace(await response.text(), response.url)) throw new Error(response.status);
      next(button.id, index)?.focus();
    } catch {
      delete form.dataset.busy;
      const status = form.querySelector('[role="status"]');
      if (status) status.textContent = form.dataset.failed;
    }
  });
})();
