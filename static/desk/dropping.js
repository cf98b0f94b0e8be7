/*
 * Files for the library can be dropped on their form, which lists what is chosen. Without this script there is the
 * field for files alone; the checks are the server's in any case.
 */
(() => {
  "use strict";

  const size = (bytes) => {
    const isLarge = bytes >= 1048576;
    return new Intl.NumberFormat(document.documentElement.lang || undefined, {
      style: "unit",
      unit: isLarge ? "megabyte" : "kilobyte",
      maximumFractionDigits: isLarge ? 1 : 0,
    }).format(isLarge ? bytes / 1048576 : Math.ceil(bytes / 1024));
  };

  const equip = (form) => {
    const input = form.querySelector("input[type=file]");
    const zone = form.querySelector(".drop");
    const list = form.querySelector("[data-drop-list]");
    form.querySelector("[data-drop-hint]").hidden = false;
    input.hasChangeListener = true; // or Unfold's script looks for its own line beside the field, and fails

    const show = () => {
      list.replaceChildren(
        ...[...input.files].map((file) => {
          const item = document.createElement("li");
          const isTooLarge = file.size > Number(form.dataset.mostBytes);
          item.textContent = `${file.name}, ${size(file.size)}${isTooLarge ? ` (${form.dataset.tooLarge})` : ""}`;
          return item;
        }),
      );
    };

    input.addEventListener("change", show);
    show(); // what was chosen before this script came, or before the page was left and come back to
    ["dragenter", "dragover"].forEach((name) =>
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      }),
    );
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      const all = new DataTransfer();
      [...input.files, ...event.dataTransfer.files].forEach((file) => all.items.add(file));
      input.files = all.files;
      show();
    });
  };

  document.querySelectorAll("form[data-drop]").forEach(equip);
})();
