/*
 * The form for comments. Without this file it works too; with it,
 * - a reply is written right below the comment that it answers: the one form of the page goes there and back again;
 * - name, email and website are kept in this browser's own storage, if the reader wants that. No cookie.
 * What it says is written by the template (comments/_form.html), in the reader's language.
 */
(() => {
  "use strict";

  const section = document.querySelector("#leave");
  const form = section?.querySelector("[data-comment-form]");
  if (!form) return;

  // --- A reply in its place ---

  const heading = section.querySelector(".leave__heading");
  const cancel = section.querySelector(".leave__cancel");
  const at = { home: document.createComment("the form"), link: null };

  const goTo = (link) => {
    const { comment, name } = link.dataset;
    if (!at.link) section.before(at.home);
    section.querySelector(".refusal")?.remove();
    at.link = link;
    const whom = document.createElement("bdi");
    whom.textContent = name;
    const [before, after] = section.dataset.replyHeading.split("{name}");
    heading.replaceChildren(before, whom, after);
    form.elements.parent.value = comment;
    cancel.hidden = false;
    link.closest("article").after(section);
    form.elements.body.focus();
  };

  const goHome = () => {
    const link = at.link;
    at.link = null;
    at.home.replaceWith(section);
    heading.replaceChildren(section.dataset.heading);
    form.elements.parent.value = "";
    cancel.hidden = true;
    link.focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.comment__reply");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link && plain) {
      event.preventDefault();
      goTo(link);
    }
  });

  cancel.addEventListener("click", (event) => {
    if (!at.link) return; // the page of one reply: the link leads back to the comment
    event.preventDefault();
    goHome();
  });

  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && at.link) goHome();
  });

  // --- Who comments ---

  const KEY = "newsroom.commenter";
  const FIELDS = ["name", "email", "site"];
  const box = section.querySelector("[data-remember]");
  const wanted = box.querySelector("input");

  // Storage may be forbidden, full, or hold anything at all.
  const known = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY));
    } catch {
      return null;
    }
  };
  const keep = (person) => {
    try {
      if (person) localStorage.setItem(KEY, JSON.stringify(person));
      else localStorage.removeItem(KEY);
    } catch {
      // Then it is not kept.
    }
  };

  box.hidden = false;
  const person = known();
  if (person && typeof person === "object") {
    wanted.checked = true;
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (!field.value && typeof person[name] === "string") field.value = person[name].slice(0, field.maxLength);
    }
  }
  wanted.addEventListener("change", () => wanted.checked || keep(null));

  // --- Sending it once ---

  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", () => {
    if (wanted.checked) keep(Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value])));
    button.disabled = true;
  });
  addEventListener("pageshow", () => {
    button.disabled = false;
  });
})();
