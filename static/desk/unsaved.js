/*
 * Nothing typed is lost. What is written in CKEditor counts as unsaved, as in every other field; and a form is only
 * sent once the desk is known to take it, so that an expired session asks for a log-in in another tab instead of
 * throwing the text away. What makes sense once something is changed is offered once something is (without this script,
 * once it is saved).
 */
(() => {
  "use strict";

  /* The address of something that is small, and only for the staff. */
  const answersStaffOnly = () => document.querySelector("#desk-words").dataset.answers;

  const tellUnfold = (editor) =>
    editor.on("change", () => editor.element.$.dispatchEvent(new Event("input", { bubbles: true })));

  const watchEditors = () => {
    if (!window.CKEDITOR) return;
    Object.values(CKEDITOR.instances).forEach(tellUnfold);
    CKEDITOR.on("instanceReady", ({ editor }) => tellUnfold(editor));
  };

  /* After a log-in in another tab this page's token is an old one; the cookie has the new one. */
  const renewToken = (form) => {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const field = form.querySelector("[name=csrfmiddlewaretoken]");
    if (cookie && field) field.value = cookie[1];
  };

  const isLoggedIn = async () => {
    try {
      const answer = await fetch(answersStaffOnly(), { method: "HEAD", redirect: "manual", cache: "no-store" });
      return answer.ok;
    } catch {
      return false;
    }
  };

  const askToLogIn = () => {
    document.querySelector(".desk-loggedout")?.remove();
    const notice = document.querySelector("#desk-loggedout").content.cloneNode(true);
    document.body.append(notice);
  };

  const stay = (event) => event.preventDefault();

  /* Each state of a form but the first refuses another click on Save, which must not save twice. */
  const sendWhenLoggedIn = (form) => {
    let state = "open";
    form.addEventListener("submit", async (event) => {
      if (state === "checked") {
        state = "sent";
        return;
      }
      event.preventDefault();
      if (state !== "open") return;
      state = "checking";
      if (await isLoggedIn()) {
        renewToken(form);
        window.removeEventListener("beforeunload", stay);
        state = "checked";
        form.requestSubmit(event.submitter);
      } else {
        askToLogIn();
        window.addEventListener("beforeunload", stay);
        state = "open";
      }
    });
    // Coming back with the browser's button, the form may be sent again.
    window.addEventListener("pageshow", () => (state = "open"));
  };

  const offerOnceChanged = (form) => {
    const offer = () => form.querySelectorAll("[data-once-changed]").forEach((button) => (button.hidden = false));
    form.addEventListener("input", offer);
    form.addEventListener("change", offer);
    window.django?.jQuery?.(form).on("select2:select select2:unselect", offer); // no event of the browser's
  };

  document.addEventListener("DOMContentLoaded", () => {
    watchEditors();
    document.querySelectorAll("form.warn-unsaved-form").forEach(offerOnceChanged);
    document.querySelectorAll("form.warn-unsaved-form, form.desk-import").forEach(sendWhenLoggedIn);
  });
})();
