/*
 * Says again and again where in an issue its editor is, and shows who else is there; and good-bye, when the page is left.
 * Without it, the page says so once.
 */
(() => {
  "use strict";

  const EVERY = 20_000; // milliseconds; somebody who is silent for 90 seconds has left
  const AT_ONCE = 1000;

  const start = (box) => {
    const form = box.closest("form") ?? document.querySelector("#report_form");
    let story = "";
    let timer = 0;

    const show = ({ others, version }) => {
      const lines = [...others, ...(version === Number(box.dataset.version) ? [] : [box.dataset.saved])];
      const before = [...box.children].map((line) => line.textContent);
      if (lines.join("\n") === before.join("\n")) return; // nothing to announce
      box.replaceChildren(
        ...lines.map((text) => {
          const line = document.createElement("p");
          line.textContent = text;
          return line;
        }),
      );
    };

    const told = (name, value) => {
      const body = new FormData();
      body.set(name, value);
      body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      return body;
    };

    const say = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        const body = told("story", story);
        try {
          const answer = await fetch(box.dataset.address, { method: "POST", body, redirect: "manual" });
          if (answer.ok) show(await answer.json());
        } catch {
          /* The desk doesn't answer; saving says so (unsaved.js), and this tries again. */
        }
      }
      timer = setTimeout(say, EVERY);
    };

    form.addEventListener("focusin", ({ target }) => {
      const row = target.closest(".form-group, tbody");
      const id = row?.querySelector('input[name^="stories-"][name$="-id"]')?.value ?? "";
      if (id === story) return;
      story = id;
      say();
    });
    document.addEventListener("visibilitychange", () => document.hidden || say());
    window.addEventListener("pagehide", () => navigator.sendBeacon(box.dataset.address, told("gone", "1")));
    window.addEventListener("pageshow", ({ persisted }) => persisted && say());
    // At once, as the same page, left by saving, may have said good-bye only after this one was made.
    timer = setTimeout(say, AT_ONCE);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("#desk-here");
    if (box) start(box);
  });
})();
