/*
 * Previews. On the form of an issue, a button that opens the preview beside it where there is room, and keeps it open
 * over a save; on the page of previews, a button that copies the new link.
 */
(() => {
  "use strict";

  const ROOM = window.matchMedia("(min-width: 80rem)");

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "desk-button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const equipForm = (link) => {
    const key = `desk-beside ${link.dataset.preview}`;
    let pane = null;
    let watcher = null;

    // Storage may be switched off in a browser; then the pane is closed after a save, and that is all.
    const remember = (value) => {
      try {
        if (value) sessionStorage.setItem(key, value);
        else sessionStorage.removeItem(key);
      } catch {}
    };
    const remembered = () => {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null;
      }
    };

    const close = () => {
      watcher?.disconnect();
      pane?.remove();
      pane = null;
      document.body.style.paddingRight = "";
      document.body.classList.remove("desk-squeezed");
      opener.setAttribute("aria-expanded", "false");
      remember("");
    };

    const open = (width) => {
      pane = document.createElement("aside");
      pane.className = "desk-beside";
      pane.setAttribute("aria-label", link.dataset.title);
      if (Number(width) > 0) pane.style.width = `${Number(width)}px`;
      const bar = document.createElement("p");
      bar.className = "desk-beside__bar";
      bar.append(
        button(link.dataset.close, () => {
          close();
          opener.focus();
        }),
      );
      const frame = document.createElement("iframe");
      frame.src = link.dataset.preview;
      frame.title = link.dataset.title;
      pane.append(bar, frame);
      document.body.append(pane);
      document.body.classList.add("desk-squeezed");
      opener.setAttribute("aria-expanded", "true");
      watcher = new ResizeObserver(() => {
        if (!pane) return;
        document.body.style.paddingRight = `${pane.offsetWidth}px`;
        remember(String(pane.offsetWidth));
      });
      watcher.observe(pane);
    };

    const opener = button(link.dataset.beside, () => (pane ? close() : open()));
    opener.setAttribute("aria-expanded", "false");
    const fit = () => {
      opener.hidden = !ROOM.matches;
      if (!ROOM.matches && pane) close();
    };
    link.before(opener);
    ROOM.addEventListener("change", fit);
    fit();
    if (remembered() && ROOM.matches) open(remembered());
  };

  const equipCopying = (copier) => {
    const field = document.getElementById(copier.dataset.copy);
    copier.hidden = false;
    copier.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        if (!document.execCommand("copy")) return;
      }
      copier.textContent = copier.dataset.copied;
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-preview]").forEach(equipForm);
    document.querySelectorAll("[data-copy]").forEach(equipCopying);
  });
})();
