/*
 * Following and passing on. Without this file every link works; with it,
 * - "Share" opens the system's own sheet where there is one,
 * - the address is copied and the page is printed at a press,
 * - the site counts, by day and page, that it was read or passed on: nothing of the reader's, no cookie, and nothing
 *   at all where the browser says that its reader doesn't want it.
 * What it says is written by the template (follow/_share.html), in the reader's language.
 */
(() => {
  "use strict";

  const share = document.querySelector("[data-share]");
  if (!share) return;
  const { page, title, address } = share.dataset;

  // --- Counting ---

  const READ_AFTER = 5000; // milliseconds that somebody has the page before the eyes
  const objects = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  const count = (kind) => {
    if (!objects) navigator.sendBeacon?.(share.dataset.count, new URLSearchParams({ kind, page }));
  };

  let wait = null;
  let read = objects;
  const look = () => {
    clearTimeout(wait);
    if (read || document.visibilityState !== "visible") return;
    wait = setTimeout(() => {
      read = true;
      count("read");
    }, READ_AFTER);
  };
  document.addEventListener("visibilitychange", look);
  look();

  const pressed = (event) => {
    const widget = event.target.closest("[data-kind]");
    if (widget && widget.dataset.kind !== "copy") count(widget.dataset.kind); // that is counted once it is copied
  };
  share.addEventListener("click", pressed);
  share.addEventListener("auxclick", (event) => event.button === 1 && pressed(event));

  // --- The list, or the system's sheet ---

  const more = share.querySelector(".share__more");
  const opener = more?.querySelector("summary");

  if (opener && navigator.share) {
    share.classList.add("is-native");
    opener.addEventListener("click", async (event) => {
      if (more.open) return;
      event.preventDefault();
      try {
        await navigator.share({ title, url: address });
        count("share");
      } catch (error) {
        if (error.name !== "AbortError") more.open = true; // the list is still there
      }
    });
  }

  if (more) {
    document.addEventListener("click", (event) => {
      if (!more.contains(event.target)) more.open = false;
    });
    more.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !more.open) return;
      more.open = false;
      opener.focus();
    });
  }

  // --- What only a script can do ---

  for (const item of share.querySelectorAll("[data-needs-script]")) item.hidden = false;

  const status = share.querySelector("[data-share-status]");
  const byHand = share.querySelector("[data-share-address]");
  const copy = share.querySelector("[data-kind=copy]");
  if (copy && byHand) byHand.hidden = true;

  copy?.addEventListener("click", async () => {
    const label = copy.querySelector("span");
    const usual = label.textContent;
    try {
      await navigator.clipboard.writeText(address);
      count("copy");
      status.textContent = share.dataset.copied;
      label.textContent = share.dataset.copiedLabel;
      setTimeout(() => {
        label.textContent = usual;
        status.textContent = "";
      }, 3000);
    } catch {
      // Not allowed, or not over https: the address is shown, and marked for the reader's own hand.
      byHand.hidden = false;
      if (more?.contains(byHand)) more.open = true;
      status.textContent = share.dataset.marked;
      byHand.querySelector("input").select();
    }
  });
  byHand?.addEventListener("copy", () => count("copy"));

  share.querySelector("[data-kind=print]")?.addEventListener("click", () => print());
})();
