/*
 * Suggestions while somebody types in the field of search: a combobox with a list (WAI-ARIA APG, "Editable Combobox With
 * List Autocomplete"). Arrow keys walk through the list, Enter opens what is chosen, Escape closes the list and then
 * empties the field. Without this file, and wherever it fails, the form works as it is.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-suggestions]");
  const field = form?.querySelector("input[type=search]");
  if (!field) return;
  const words = form.dataset;

  const WAIT = 150; // milliseconds after the last key
  const MOST_KEPT = 50; // answers, so that going back costs nothing

  const list = document.createElement("ul");
  list.id = "search-suggestions";
  list.className = "search__list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.label);
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  field.parentElement.append(list, status);

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  const kept = new Map();
  let wait = null;
  let asked = null; // the request under way
  let shown = ""; // what the list is for
  let active = -1;

  const options = () => [...list.children];
  const isOpen = () => !list.hidden;

  const choose = (place) => {
    active = place;
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    const chosen = options()[place];
    if (chosen) {
      field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  };

  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  };

  const drawn = ({ text, kind, url }, number) => {
    const option = document.createElement("li");
    option.id = `search-suggestion-${number}`;
    option.className = "search__option";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = url;
    const name = document.createElement("span");
    name.textContent = text;
    const what = document.createElement("span");
    what.className = "search__kind";
    what.textContent = words[kind] ?? "";
    option.append(name, " ", what);
    return option;
  };

  const show = (typed, suggestions) => {
    shown = typed;
    list.replaceChildren(...suggestions.map(drawn));
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = suggestions.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = suggestions.length ? words.some : words.none;
  };

  const ask = async () => {
    const typed = field.value.trim();
    asked?.abort();
    if (!typed) {
      status.textContent = "";
      close();
      return;
    }
    if (kept.has(typed)) {
      show(typed, kept.get(typed));
      return;
    }
    const request = new AbortController();
    asked = request;
    try {
      const address = `${words.suggestions}?${new URLSearchParams({ q: typed })}`;
      const response = await fetch(address, { signal: request.signal, credentials: "omit" });
      if (!response.ok) throw new Error(response.status);
      const { suggestions } = await response.json();
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(typed, suggestions);
      if (document.activeElement === field && field.value.trim() === typed) show(typed, suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form is still there
    }
  };

  const open = (option) => window.location.assign(option.dataset.url);

  const step = (by) => {
    if (shown !== field.value.trim()) {
      clearTimeout(wait); // the list is for what stood there before
      ask();
      return;
    }
    const count = list.children.length;
    if (!count) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    // Before the first and after the last is the field itself.
    choose(((active + 1 + by + count + 1) % (count + 1)) - 1);
  };

  field.addEventListener("input", (event) => {
    clearTimeout(wait);
    if (event.isComposing) return; // letters of an input method are no words yet
    wait = setTimeout(ask, WAIT);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, WAIT);
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      clearTimeout(wait);
      asked?.abort();
      if (isOpen() && active >= 0) {
        event.preventDefault();
        open(options()[active]);
      }
    } else if (event.key === "Escape" && (isOpen() || field.value)) {
      event.preventDefault();
      clearTimeout(wait);
      asked?.abort();
      if (isOpen()) {
        close();
      } else {
        field.value = "";
      }
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      choose(-1);
    }
  });

  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });
  field.addEventListener("blur", () => {
    asked?.abort();
    close();
  });
})();
