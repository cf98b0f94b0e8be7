/*
 * Reading an issue or a story. Without this file all of it can be read and every link works; with it, on an issue,
 * - a slim contents stays in sight on wide screens and marks the stories that are before the eyes,
 * - "#" at a headline copies the address of the story too,
 * - j and k go to the next story and the one before. The switch below the contents turns that off, and where the switch
 *   isn't shown (on phones) the keys do nothing (WCAG 2.1.4). It is remembered in this browser's own storage: no cookie.
 * And on both, what follows and shares; and wherever comments are written, what helps with that.
 * What it says is written by the templates (reports/_article.html, follow/_share.html, comments/_form.html), in the
 * reader's language. One file for all of it, since a page that is read for the first time has ten requests.
 */
(() => {
  "use strict";

  const issue = document.querySelector(".issue");
  const stories = issue ? [...issue.querySelectorAll(".story")] : [];
  if (!stories.length) return;

  const isShown = (element) => element.getClientRects().length > 0;

  // --- Where one is ---

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const showContents = () => {
    const entries = new Map();
    const here = make("nav", { className: "here wrap", ariaLabel: issue.dataset.here });
    for (const world of issue.querySelectorAll(".compare__world")) {
      const key = world.querySelector(".compare__heading a").hash;
      const label = document.getElementById(key.slice(1)).parentElement.querySelector(".world__label").textContent;
      const items = [...world.querySelectorAll(".compare__list a")].map((link) => {
        const [rank, headline] = [...link.children].map((part) => part.textContent);
        const entry = make("a", { href: link.hash, title: headline, ariaLabel: `${rank}. ${headline}` }, rank);
        entries.set(document.getElementById(link.hash.slice(1)), entry);
        return make("li", {}, entry);
      });
      here.append(
        make("div", { className: world.className.replace("compare", "here") },
          make("a", { className: "here__name", href: key }, label),
          make("ol", { className: "here__list" }, ...items)),
      );
    }
    issue.querySelector(".worlds").prepend(here);

    // Read is what crosses a line in the upper part of the window; side by side that may be two stories.
    const lines = new IntersectionObserver(
      (changes) => {
        for (const { target, isIntersecting } of changes) {
          const entry = entries.get(target);
          if (isIntersecting) entry?.setAttribute("aria-current", "location");
          else entry?.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-25% 0px -74% 0px" },
    );
    for (const story of stories) lines.observe(story);
  };

  // Only where there is room for it (as in site.css): a phone lays the page out once instead of twice.
  const wide = matchMedia("(min-width: 64rem)");
  if (wide.matches) showContents();
  else wide.addEventListener("change", showContents, { once: true });

  // --- The address of a story ---

  const status = issue.querySelector("[data-issue-status]");
  issue.addEventListener("click", async (event) => {
    const anchor = event.target.closest(".story__anchor");
    if (!anchor) return;
    try {
      await navigator.clipboard.writeText(anchor.href); // the link goes there as well, so it can be copied by hand
      status.textContent = issue.dataset.copied;
      setTimeout(() => (status.textContent = ""), 3000);
    } catch {
      // Not allowed, or not over https.
    }
  });

  // --- From story to story by a key ---

  const STORE = "newsroom-keys";
  const keys = issue.querySelector(".keys");
  const switched = keys?.querySelector("input");
  const remembered = () => {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null; // this browser keeps nothing
    }
  };
  if (!switched) return;
  keys.classList.add("is-on");
  switched.checked = remembered() !== "off";
  switched.addEventListener("change", () => {
    try {
      if (switched.checked) localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, "off");
    } catch {
      // It holds until the page is left.
    }
  });

  const isWriting = (element) => element?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isWriting(event.target) || !switched.checked || !isShown(keys)) return;
    const shown = stories.filter(isShown);
    // From the story that has the focus, else from where the window is.
    const isInSight = (box) => box.bottom > 0 && box.top < innerHeight;
    const focused = shown.findIndex(
      (story) => story.contains(document.activeElement) && isInSight(story.getBoundingClientRect()),
    );
    const top = shown.findIndex((story) => story.getBoundingClientRect().bottom > innerHeight / 4);
    let next = focused + step;
    if (focused < 0) {
      const into = shown[top]?.getBoundingClientRect().top < innerHeight / 4;
      next = step > 0 ? (into ? top + 1 : top) : (top < 0 ? shown.length : top) - 1;
    }
    const link = shown[next]?.querySelector(".story__headline a");
    if (!link) return;
    event.preventDefault();
    link.focus({ preventScroll: true });
    shown[next].scrollIntoView(); // smoothly or at once, as the style sheet says after the reader's wish
  });
})();

/*
 * Following and passing on. Without this every link works; with it,
 * - "Share" opens the system's own sheet where there is one,
 * - the address is copied and the page is printed at a press,
 * - the site counts, by day and page, that it was read or passed on: nothing of the reader's, no cookie, and nothing
 *   at all where the browser says that its reader doesn't want it.
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
    const usual = copy.textContent;
    try {
      await navigator.clipboard.writeText(address);
      count("copy");
      status.textContent = share.dataset.copied;
      copy.textContent = share.dataset.copiedLabel;
      setTimeout(() => {
        copy.textContent = usual;
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

/*
 * The form for comments. Without this it works too; with it,
 * - a reply is written right below the comment that it answers: the one form of the page goes there and back again;
 * - name, email and website are kept in this browser's own storage, if the reader wants that. No cookie.
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
    const answered = link.closest("article");
    if (!at.link) section.before(at.home);
    section.querySelector(".refusal")?.remove();
    at.link = link;
    const whom = document.createElement("bdi");
    whom.textContent = answered.querySelector(".comment__name bdi").textContent;
    const [before, after] = section.dataset.replyHeading.split("{name}");
    heading.replaceChildren(before, whom, after);
    form.elements.parent.value = answered.id.replace("comment-", "");
    cancel.hidden = false;
    answered.after(section);
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
