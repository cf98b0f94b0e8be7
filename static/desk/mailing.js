/*
 * How far a mailing got, while somebody looks: asked every two seconds, until nothing more is to be sent. Without this
 * script there is a link to look again.
 */
(() => {
  "use strict";

  const EVERY = 2000; // milliseconds
  const box = document.querySelector("#mailing[data-progress]:not([data-over])");
  if (!box) return;

  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const again = box.querySelector("[data-look-again]");

  /* Buttons are changed only if others are right now, so that none moves away under a finger or loses the focus. */
  const show = (found) => {
    part("progress").innerHTML = found.progress;
    if (found.state === box.dataset.state) return;
    const had = part("acts").contains(document.activeElement);
    box.dataset.state = found.state;
    part("acts").innerHTML = found.acts;
    if (had) document.querySelector("#mailing-title").focus();
    box.querySelector("[data-says]").textContent = box.querySelector(".desk-badge").textContent;
  };

  const look = async () => {
    if (document.hidden) return wait();
    try {
      const answer = await fetch(box.dataset.progress, { cache: "no-store", redirect: "error" });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = await answer.json();
      show(found);
      again.hidden = true;
      if (!found.is_over) wait();
    } catch {
      again.hidden = false; // logged out, or the site is away: then a person has to look again
      wait(5 * EVERY);
    }
  };

  const wait = (time = EVERY) => setTimeout(look, time);

  again.hidden = true;
  wait();
})();
