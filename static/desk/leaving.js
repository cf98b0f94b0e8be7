/*
 * Logging out leaves nothing behind: what this person typed and this browser kept (kept.js) goes, once that is agreed to.
 * A session that ends by itself is no log-out, and takes nothing away.
 */
(() => {
  "use strict";

  const keptBy = (person) => Object.keys(localStorage).filter((key) => key.startsWith(`newsroom.kept.${person}.`));

  document.addEventListener("submit", (event) => {
    const words = document.querySelector("[data-leaving]");
    if (!words || !new URL(event.target.action).pathname.endsWith("/logout/")) return;
    try {
      const kept = keptBy(words.dataset.person);
      if (kept.length && !window.confirm(words.dataset.leaving)) event.preventDefault();
      else kept.forEach((key) => localStorage.removeItem(key));
    } catch {
      /* No storage in this browser, so nothing is kept. */
    }
  });
})();
