/*
 * What is typed in an issue's form and not saved stays in this browser's own storage, so that a crash loses nothing: it
 * is offered when the form is opened again, to the same person, for a week. It leaves the storage once it is saved.
 */
(() => {
  "use strict";

  const WEEK = 7 * 24 * 3600 * 1000; // milliseconds
  const BEGUN = "newsroom.kept.";
  const UNKEPT = new Set(["csrfmiddlewaretoken", "seen", "over", "base"]);

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };

  const forget = (key) => localStorage.removeItem(key);

  /* Whatever is older than a week, whoever typed it. */
  const tidy = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(BEGUN) && !(read(key)?.at > Date.now() - WEEK))
      .forEach(forget);

  const fieldsOf = (form) =>
    [...form.elements].filter(
      (field) => field.name && !UNKEPT.has(field.name) && !/^(submit|button|file|image)$/.test(field.type),
    );

  const editorOf = (field) => window.CKEDITOR?.instances[field.id];

  const valueOf = (field) => {
    if (/^(checkbox|radio)$/.test(field.type)) return field.checked;
    return editorOf(field)?.getData() ?? field.value;
  };

  const valuesOf = (form) => Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), valueOf(field)]));

  const nameOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);

  const put = (field, value) => {
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = value;
    else if (editorOf(field)) editorOf(field).setData(value);
    else {
      // Of a list that is filled while one types, what was chosen may not be there yet.
      if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value)) {
        field.append(new Option(value, value));
      }
      field.value = value;
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /* Rows that were added to a list are added again, by the button that its editor would press. */
  const addRows = (form, values) => {
    Object.keys(values)
      .filter((name) => name.endsWith("-TOTAL_FORMS"))
      .forEach((name) => {
        const prefix = name.replace(/-TOTAL_FORMS$/, "");
        const add = document.getElementById(`${prefix}-group`)?.querySelector(".add-row");
        const total = form.elements.namedItem(name);
        for (let more = Number(values[name]) - Number(total?.value ?? 0); add && more > 0; more -= 1) add.click();
      });
  };

  const restore = (form, kept) => {
    addRows(form, kept.values);
    setTimeout(() => {
      fieldsOf(form)
        .filter((field) => nameOf(field) in kept.values && !field.name.endsWith("_FORMS"))
        .filter((field) => valueOf(field) !== kept.values[nameOf(field)])
        .forEach((field) => put(field, kept.values[nameOf(field)]));
      document.dispatchEvent(new Event("newsroom:restored"));
    }, 300); // once the new rows have their editors
  };

  const offer = (form, box, key, kept) => {
    const notice = document.querySelector("#desk-kept").content.cloneNode(true);
    const section = notice.querySelector("section");
    const time = notice.querySelector("time");
    time.dateTime = new Date(kept.at).toISOString();
    time.textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
    notice.querySelector("[data-restore]").addEventListener("click", () => {
      section.remove();
      restore(form, kept);
    });
    notice.querySelector("[data-drop]").addEventListener("click", () => {
      section.remove();
      forget(key);
    });
    box.before(notice);
  };

  const start = (box) => {
    const form = box.closest("form") ?? document.querySelector("#report_form");
    const key = `${BEGUN}${box.dataset.person}.${form.action || location.pathname}`;
    const opened = valuesOf(form);
    // CKEditor sets a text its own way when it takes it in, which is no typing.
    window.CKEDITOR?.on("instanceReady", ({ editor }) => (opened[editor.element.$.name] = editor.getData()));
    let timer = 0;

    const differs = (values) => Object.keys({ ...values, ...opened }).some((name) => values[name] !== opened[name]);

    const keep = () => {
      const values = valuesOf(form);
      if (!differs(values)) return;
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), version: box.dataset.version, values }));
      } catch {
        /* The storage is full or forbidden; the form itself still has everything. */
      }
    };

    const kept = read(key);
    if (kept?.sent && Number(box.dataset.version) > Number(kept.version)) forget(key); // it was saved
    else if (kept && !document.querySelector(".errorlist, .desk-conflict")) {
      setTimeout(() => differs(kept.values) && offer(form, box, key, kept), 1500); // once the editors have their texts
    }

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 1000);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      keep();
      const now = read(key);
      if (now) localStorage.setItem(key, JSON.stringify({ ...now, sent: true }));
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("#desk-here");
    try {
      tidy();
    } catch {
      return; // no storage in this browser
    }
    if (box) start(box);
  });
})();
