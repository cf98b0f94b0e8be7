/*
 * A page of the library within the dialog beside a text: a press on a picture tells that text, Escape closes.
 */
(() => {
  "use strict";

  if (window.parent === window) return;
  const tell = (picture) => window.parent.postMessage({ picture }, window.location.origin);

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest?.("[data-choose]");
    if (chosen) tell(Number(chosen.dataset.choose));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tell(null);
  });
})();
