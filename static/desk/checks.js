/*
 * The checks of an issue as it is typed, without leaving the form; and the way from a finding to its field.
 * Without this script the button sends the form and comes back with everything typed, unsaved.
 */
(() => {
  "use strict";

  const panel = () => document.querySelector("#desk-checks");

  /* What is written in CKEditor is in its field only once it is told to put it there. */
  const gatherTexts = () => Object.values(window.CKEDITOR?.instances ?? {}).forEach((editor) => editor.updateElement());

  const tell = (text) => {
    const place = panel().querySelector(".desk-checks__counts");
    place.textContent = text;
    place.focus();
  };

  const checkNow = async (button) => {
    gatherTexts();
    panel().setAttribute("aria-busy", "true");
    button.disabled = true;
    try {
      const answer = await fetch(button.getAttribute("formaction"), {
        method: "POST",
        body: new FormData(button.form),
        headers: { "X-Requested-With": "fetch" },
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("#desk-checks");
      if (!answer.ok || answer.redirected || !found) throw new Error(String(answer.status));
      panel().replaceWith(document.adoptNode(found));
      panel().querySelector(".desk-checks__counts").focus();
    } catch {
      panel().removeAttribute("aria-busy");
      button.disabled = false;
      tell(panel().dataset.failed);
    }
  };

  /* The row that a field is in opens, if it is closed (Unfold's rows of stories). */
  const openRow = (field) => {
    const row = field.closest(".form-group");
    if (row && !row.offsetParent) return;
    if (row && !field.closest("fieldset, .form-row")?.offsetParent) row.querySelector("h3 strong")?.click();
  };

  const goTo = (id) => {
    const field = document.getElementById(id);
    if (!field) return false;
    openRow(field);
    setTimeout(() => {
      const editor = window.CKEDITOR?.instances[id];
      const shown = editor ? editor.container?.$ : field.offsetParent ? field : field.parentElement;
      shown?.scrollIntoView({ block: "center" });
      if (editor) editor.focus();
      else field.focus({ preventScroll: true });
    }, 80); // once the row has opened
    return true;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#desk-checks-now");
    if (button) {
      event.preventDefault();
      checkNow(button);
      return;
    }
    const link = event.target.closest?.("#desk-checks a[data-field]");
    if (link && goTo(link.dataset.field)) event.preventDefault();
  });

  /* Who comes from the page that asks before publishing wants to see the field that its link named. */
  window.addEventListener("load", () => {
    if (location.hash.startsWith("#id_")) setTimeout(() => goTo(location.hash.slice(1)), 300);
  });
})();
