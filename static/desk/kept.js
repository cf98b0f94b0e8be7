/*
 * What is typed in an issue's form and not saved stays in this browser's own storage, so that a crash loses nothing: it
 * is offered when the form is opened again, to the same person, for a week. It leaves the storage once it is saved, and
 * when that person logs out; a session that ends by itself is no log-out, and takes nothing away.
 *
 * The storage is IndexedDB, as that can be told to write at once. Chromium writes localStorage down once a minute, and
 * whatever came since is gone when it is killed.
 */
(() => {
  "use strict";

  const WEEK = 7 * 24 * 3600 * 1000; // milliseconds
  const UNKEPT = new Set(["csrfmiddlewaretoken", "seen", "over", "base"]);
  const STORE = "kept";

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  let opened = null;

  const database = () => {
    if (!opened) {
      const request = indexedDB.open("newsroom", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      opened = done(request);
    }
    return opened;
  };

  const reading = async () => (await database()).transaction(STORE).objectStore(STORE);

  const writing = async () =>
    (await database()).transaction(STORE, "readwrite", { durability: "strict" }).objectStore(STORE);

  const read = async (key) => done((await reading()).get(key));

  const write = async (key, value) => done((await writing()).put(value, key));

  const forget = async (key) => done((await writing()).delete(key));

  const begun = (person) => `${person} `;

  const keysOf = async (person) =>
    (await done((await reading()).getAllKeys())).filter((key) => key.startsWith(begun(person)));

  /* Whatever is older than a week, whoever typed it. */
  const tidy = async () => {
    for (const key of await done((await reading()).getAllKeys())) {
      if (!((await read(key))?.at > Date.now() - WEEK)) await forget(key);
    }
  };

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
      forget(key).catch(() => {});
    });
    box.before(notice);
  };

  const start = async (box) => {
    const form = box.closest("form") ?? document.querySelector("#report_form");
    const key = begun(box.dataset.person) + (form.action || location.pathname);
    const given = valuesOf(form);
    // CKEditor sets a text its own way when it takes it in, which is no typing.
    window.CKEDITOR?.on("instanceReady", ({ editor }) => (given[editor.element.$.name] = editor.getData()));
    let timer = 0;
    let isKept = false; // of what is typed now

    const differs = (values) => Object.keys({ ...values, ...given }).some((name) => values[name] !== given[name]);

    const keep = async (sent) => {
      const values = valuesOf(form);
      try {
        if (!differs(values)) {
          if (isKept) await forget(key); // it was typed, and taken back
          return;
        }
        isKept = true;
        await write(key, { at: Date.now(), version: box.dataset.version, values, sent });
      } catch {
        /* The storage is full or forbidden; the form itself still has everything. */
      }
    };

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => keep(false), 1000);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      keep(true);
    });

    await tidy();
    const kept = await read(key);
    if (kept?.sent && Number(box.dataset.version) > Number(kept.version)) await forget(key); // it was saved
    else if (kept && !document.querySelector(".errorlist, .desk-conflict")) {
      setTimeout(() => differs(kept.values) && offer(form, box, key, kept), 1500); // once the editors have their texts
    }
  };

  /* Log out, and leave nothing behind, if that is agreed to. */
  const leave = async (form, { person, leaving }) => {
    try {
      const kept = await keysOf(person);
      if (kept.length && !window.confirm(leaving)) return;
      for (const key of kept) await forget(key);
    } catch {
      /* No storage in this browser, so nothing is kept. */
    }
    form.submit();
  };

  document.addEventListener("submit", (event) => {
    const words = document.querySelector("[data-leaving]");
    if (!words || !new URL(event.target.action).pathname.endsWith("/logout/")) return;
    event.preventDefault();
    leave(event.target, words.dataset);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("#desk-here");
    if (box) start(box).catch(() => {}); // no storage in this browser
  });
})();
