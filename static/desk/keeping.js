/*
 * One press keeps or drops all lines of a list that the last issue proposes. Without this script each has its own box.
 */
(() => {
  "use strict";

  document.querySelectorAll("[data-keep-all]").forEach((button) => {
    const boxes = () => [...button.closest("section").querySelectorAll("input[type=checkbox]")];
    const name = () => {
      button.textContent = boxes().some((box) => box.checked) ? button.dataset.dropAll : button.dataset.keepAll;
    };

    button.addEventListener("click", () => {
      const isKept = !boxes().some((box) => box.checked);
      boxes().forEach((box) => {
        box.checked = isKept;
      });
      name();
    });
    button.closest("section").addEventListener("change", name);
    window.addEventListener("pageshow", name); // the browser may have put back what was ticked
    button.hidden = false;
  });
})();
