/*
 * Rows of an issue by keyboard: every sortable row gets buttons that move it up and down, and every closed story
 * opens with Enter or Space. Without this script rows can still be dragged, and stay in their order.
 * And forms that decide something are sent once, however often their button is pressed (unsaved.js: the others).
 */
(() => {
  "use strict";

  /* What is said, in the page's language; it stands at the page's end. */
  const words = () => document.querySelector("#desk-words").dataset;

  const rowsOf = (list) =>
    [...list.children].filter((row) => row.matches(".form-group:not(.empty-form), tbody:not(.empty-form)"));

  const renumber = (list, field) => {
    rowsOf(list).forEach((row, place) => {
      const input = row.querySelector(`input[name$="-${field}"]`);
      if (input) input.value = place + 1;
      const title = row.querySelector("h3 strong");
      if (title) title.textContent = title.textContent.replace(/^(\S+ )\d+(?= · )/, `$1${place + 1}`);
    });
    refresh(list);
  };

  /* The first row can't go up, the last can't go down. */
  const refresh = (list) => {
    const rows = rowsOf(list);
    rows.forEach((row) => {
      const [up, down] = row.querySelectorAll(".desk-rowtool");
      if (!up) return;
      up.disabled = row === rows[0];
      down.disabled = row === rows.at(-1);
    });
  };

  const move = (list, field, row, step) => {
    const rows = rowsOf(list);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    renumber(list, field);
    row.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true })); // unsaved, from now on
    announce(words().moved.replace("{place}", rowsOf(list).indexOf(row) + 1));
  };

  const announce = (text) => {
    let region = document.querySelector("#desk-announcer");
    if (!region) {
      region = document.createElement("p");
      region.id = "desk-announcer";
      region.className = "sr-only";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    region.textContent = text;
  };

  const tool = (label, icon, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "desk-rowtool";
    button.setAttribute("aria-label", label);
    button.title = label;
    button.innerHTML = `<span class="material-symbols-outlined" aria-hidden="true">${icon}</span>`;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      act();
      button.focus();
    });
    return button;
  };

  const equip = (list, row) => {
    const field = list.dataset.orderingField;
    if (!field || row.querySelector(".desk-rowtools")) return;
    const title = row.querySelector("h3");
    const place = title ?? row.querySelector("tr.form-row td");
    if (!place) return;
    const tools = document.createElement("span");
    tools.className = "desk-rowtools";
    tools.append(
      tool(words().up, "arrow_upward", () => move(list, field, row, -1)),
      tool(words().down, "arrow_downward", () => move(list, field, row, 1)),
    );
    place.prepend(tools);
    const name = title?.querySelector("strong");
    if (name) {
      name.tabIndex = 0;
      name.dataset.deskTitle = "";
      name.setAttribute("role", "button");
      name.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        name.click();
      });
    }
  };

  const equipAll = () => {
    document.querySelectorAll("[data-ordering-field]").forEach((list) => {
      rowsOf(list).forEach((row) => equip(list, row));
      refresh(list);
    });
  };

  /* Ranks change only when the editor changes the order: a page that shows unsaved rows again must keep theirs. */
  const renumberAll = () => {
    equipAll();
    document.querySelectorAll("[data-ordering-field]").forEach((list) => {
      if (rowsOf(list).length) renumber(list, list.dataset.orderingField);
    });
  };

  /* A page that shows unsaved rows again has them as they were; the editor had them by their ranks. */
  const restoreOrder = () => {
    document.querySelectorAll("[data-ordering-field]").forEach((list) => {
      const place = (row) => Number(row.querySelector(`input[name$="-${list.dataset.orderingField}"]`)?.value ?? 0);
      const rows = rowsOf(list);
      const sorted = rows.toSorted((one, other) => place(one) - place(other));
      if (sorted.some((row, number) => row !== rows[number])) {
        const end = rows.at(-1).nextSibling;
        sorted.forEach((row) => list.insertBefore(row, end));
      }
    });
  };

  /* Select2 names its boxes by what is chosen in them, so those where nothing is have no name. */
  const nameBoxes = () =>
    document.querySelectorAll(".select2-selection[role=combobox]:not([data-desk-named])").forEach((box) => {
      const select = box.closest(".select2")?.previousElementSibling;
      const label = select?.labels?.[0];
      const name = (label?.textContent ?? select?.ariaLabel ?? select?.closest("td")?.dataset.label ?? "").trim();
      if (!name) return;
      const chosen = box.getAttribute("aria-labelledby");
      box.dataset.deskNamed = "yes";
      const text = box.querySelector("[role=textbox]"); // in which nobody types
      ["role", "aria-readonly"].forEach((attribute) => text?.removeAttribute(attribute));
      if (label) {
        label.id ||= `${select.id}_label`;
        box.setAttribute("aria-labelledby", `${label.id} ${chosen}`);
      } else {
        box.id ||= `${select.id}_box`;
        box.setAttribute("aria-label", name);
        box.setAttribute("aria-labelledby", `${box.id} ${chosen}`);
      }
    });

  // A second click on Save must not make a second draft.
  const sendOnce = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.deskSent) event.preventDefault();
      form.dataset.deskSent = "yes";
    });
  };

  const watchForms = () => document.querySelectorAll("form.desk-form:not(.desk-import)").forEach(sendOnce);

  // Coming back to a page with the browser's button, its forms may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form.desk-form").forEach((form) => delete form.dataset.deskSent);
  });

  /* A new story comes closed, as all do; the editor wants to write in it. */
  const openNew = (event) => {
    const row = event.target.closest?.(".form-group");
    if (!row) return;
    setTimeout(() => {
      row.querySelector("h3 strong")?.click();
      setTimeout(() => row.querySelector("input[type=text]")?.focus(), 50);
    }, 50); // once Alpine has taken the row in, and then once it has opened it
  };

  document.addEventListener("DOMContentLoaded", restoreOrder);
  document.addEventListener("newsroom:restored", restoreOrder); // kept.js
  document.addEventListener("DOMContentLoaded", equipAll);
  document.addEventListener("DOMContentLoaded", watchForms);
  window.addEventListener("load", () => setTimeout(nameBoxes)); // once Select2 has made them
  document.addEventListener("formset:added", () => setTimeout(nameBoxes));
  document.addEventListener("end", () => setTimeout(renumberAll)); // a row was dragged, and Unfold counted some rows
  document.addEventListener("formset:added", renumberAll);
  document.addEventListener("formset:added", openNew);
  document.addEventListener("formset:removed", renumberAll);
})();
