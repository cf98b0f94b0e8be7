/*
 * The moderation queue, quick: keys as in WordPress, cards that leave at once, and come back if the server refuses.
 * Without this script every button of the page works all the same; the doors are the same, only asked for JSON.
 */
(() => {
  "use strict";

  const queue = document.querySelector("#queue");
  if (!queue) return;

  /* What is said, in the page's language, with {these} filled in. */
  const WORDS = document.querySelector("#queue-words").dataset;
  const say = (name, values = {}) => WORDS[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const form = document.querySelector("#queue-form");
  const list = () => document.querySelector("#queue-list");
  const toast = document.querySelector("#queue-toast");
  const help = document.querySelector("#queue-help");
  const tab = queue.dataset.tab;
  const most = Number(queue.dataset.most);
  const DOING = { approve: "approving", unapprove: "sendingBack", spam: "markingAsSpam", bin: "movingToBin" };
  const BECOMES = { approve: "approved", unapprove: "pending", spam: "spam", bin: "bin" };

  const cards = () => [...list().querySelectorAll(".queue-card")];
  const cardOf = (pk) => list().querySelector(`#comment-${pk}`);
  const boxOf = (card) => card.querySelector("[name=chosen]");
  const chosen = () => cards().filter((card) => boxOf(card).checked);
  const current = () => list().querySelector(".queue-card.is-current");
  const pair = (card) => `${card.dataset.pk}:${card.dataset.version}`;
  const isReported = (card) => "reported" in card.dataset;
  const belongs = (card) => (tab === "reported" ? isReported(card) : card.dataset.status === tab);

  /* What is shown, and said to those who listen */

  const tell = (text, { bad = false, busy = false, batch = null } = {}) => {
    toast.classList.toggle("is-busy", busy);
    toast.classList.toggle("is-bad", bad);
    const words = document.createElement("span");
    words.textContent = text;
    toast.replaceChildren(words);
    if (!batch) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("undo");
    button.addEventListener("click", () => undo(batch));
    toast.append(button);
  };

  const countOf = (name) => queue.querySelector(`[data-count="${name}"]`);

  /* The number in the desk's menu, which is of the whole queue: a narrowed one cannot tell it. */
  const showInMenu = (count) => {
    if ("narrowed" in queue.dataset) return;
    const badge = document.querySelector(`#nav-sidebar-apps a[href="${location.pathname}"] > span:last-child`);
    if (/^\s*\d+\+?\s*$/.test(badge?.textContent)) badge.textContent = count < 1000 ? count : "999+";
  };

  const showSpan = () => {
    const span = document.querySelector("#queue-span");
    const first = Number(span.dataset.first);
    const [from, to, all] = [first, first + cards().length - 1, Number(countOf(tab).textContent)].map((number) =>
      number.toLocaleString(document.documentElement.lang),
    );
    span.textContent = cards().length ? say("span", { from, to, all }) : "";
  };

  const showCounts = (counts) => {
    Object.entries(counts).forEach(([name, count]) => {
      const place = countOf(name);
      if (place) place.textContent = count;
      if (name === "pending") showInMenu(Number(count));
    });
    showSpan();
  };

  const addToCount = (name, number) => {
    const place = countOf(name);
    if (place) showCounts({ [name]: Math.max(0, Number(place.textContent) + number) });
  };

  const showChosen = () => {
    const number = chosen().length;
    queue.querySelector(".queue-chosen").textContent = number ? say("chosen", { number }) : say("withChosen");
    const all = queue.querySelector("[data-all]");
    all.checked = number > 0 && number === cards().length;
    all.indeterminate = number > 0 && number < cards().length;
  };

  /* Where one is. On a fresh page that is the first card, which is only marked: the first j goes to it. */

  let hasGone = false;

  const mark = (card) => {
    list()
      .querySelectorAll(".is-current")
      .forEach((other) => other.classList.remove("is-current"));
    card.classList.add("is-current");
  };

  const go = (card) => {
    if (!card) return list().focus();
    mark(card);
    hasGone = true;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  };

  const move = (step, choosing) => {
    const all = cards();
    if (!all.length) return;
    const here = hasGone ? all.indexOf(current()) : -1;
    const next = here < 0 ? (step > 0 ? all[0] : all.at(-1)) : all[here + step];
    if (choosing && here >= 0) choose(all[here], true);
    if (!next) return tell(say(step > 0 ? "last" : "first"));
    if (choosing) choose(next, true);
    go(next);
  };

  const choose = (card, wanted = !boxOf(card).checked) => {
    boxOf(card).checked = wanted;
    showChosen();
  };

  const chooseAll = () => {
    const wanted = chosen().length < cards().length;
    cards().forEach((card) => (boxOf(card).checked = wanted));
    showChosen();
    tell(wanted ? say("allChosen", { number: cards().length }) : say("noneChosen"));
  };

  /* Asking the server: one thing after the other, so that an undo finds what it is to undo */

  const token = () =>
    document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.querySelector("[name=csrfmiddlewaretoken]").value;

  const ask = async (url, options) => {
    let response;
    try {
      response = await fetch(url, { redirect: "manual", cache: "no-store", ...options });
    } catch {
      throw new Error(say("noAnswer"));
    }
    if (response.type === "opaqueredirect") throw new Error(say("loggedOut"));
    if (response.status === 403) throw new Error(say("forbidden"));
    if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
      throw new Error(say("failed", { status: response.status }));
    }
    return { status: response.status, content: await response.json() };
  };

  const send = (url, fields) =>
    ask(url, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json", "X-CSRFToken": token() },
    });

  const fields = (act, pairs = []) => {
    const data = new FormData();
    data.append("do", act);
    pairs.forEach((one) => data.append("chosen", one));
    return data;
  };

  let line = Promise.resolve();
  let waiting = 0;
  const inTurn = (act) => {
    waiting += 1;
    line = line.then(act).finally(() => {
      waiting -= 1;
      showSpan();
      if (!waiting) goOnIfEmpty();
    });
    return line;
  };

  /* Cards that left, by number: where each stood, so that it can come back there */

  const left = new Map();
  const batches = []; // what can be taken back, the last last; null for an act that came to nothing

  const remember = (batch) => {
    if (batch || batches.at(-1) !== null) batches.push(batch || null);
  };

  const drawn = (html) => {
    const shell = document.createElement("template");
    shell.innerHTML = html.trim();
    const card = shell.content.firstElementChild;
    if (queue.classList.contains("has-keys")) card.querySelectorAll("kbd").forEach((key) => key.setAttribute("aria-hidden", "true"));
    return card;
  };

  const takeAway = (card) => {
    const place = document.createComment("");
    card.replaceWith(place);
    left.set(card.dataset.pk, { card, place });
  };

  const putBack = (pk, html) => {
    const gone = left.get(String(pk));
    const card = html ? drawn(html) : gone?.card;
    if (!card) return null;
    const shown = cardOf(pk);
    if (shown) shown.replaceWith(card);
    else if (gone?.place.isConnected) gone.place.replaceWith(card);
    else list().prepend(card);
    left.delete(String(pk));
    list().querySelector(".queue-empty")?.remove();
    return card;
  };

  const isNowhere = () => document.activeElement === document.body || document.activeElement === list();

  /* Deciding */

  const decide = (act, many) => {
    const open = many.filter((card) => card.dataset.status !== BECOMES[act] || isReported(card));
    if (!many.length) return tell(say("chooseFirst"));
    if (!open.length || open.length > most) {
      inTurn(() => remember(null));
      return tell(open.length ? say("atMost", { most }) : say("soAlready"), { bad: open.length > 0 });
    }
    const target = BECOMES[act];
    const source = Object.fromEntries(open.map((card) => [card.dataset.pk, card.dataset.status]));
    const count = (sign) =>
      open.forEach((card) => {
        if (isReported(card)) addToCount("reported", -sign);
        addToCount(source[card.dataset.pk], -sign);
        addToCount(target, sign);
      });
    const all = cards();
    const after = all.slice(all.indexOf(open.at(-1)) + 1).find((card) => !open.includes(card));
    const before = all.slice(0, all.indexOf(open[0])).findLast((card) => !open.includes(card));
    const pairs = open.map(pair);
    open.forEach(takeAway);
    count(1);
    showChosen();
    go(after ?? before);
    if (open.length > 1) tell(say(DOING[act], { number: open.length }), { busy: true });
    return inTurn(async () => {
      try {
        const { status, content } = await send(form.action, fields(act, pairs));
        if (status >= 400 && !Object.keys(content.missed).length) throw new Error(content.says);
        settle(content, status);
        remember(content.batch);
      } catch (error) {
        remember(null);
        count(-1);
        open.forEach((card) => putBack(card.dataset.pk));
        if (isNowhere()) go(open[0]);
        tell(error.message, { bad: true });
      }
    });
  };

  /* What was done, and who was quicker about the rest. */
  const withMissed = ({ says, done, missed }) => {
    const others = Object.values(missed);
    if (!others.length) return says;
    return say(done.length ? "butMissed" : "missed", { says, number: others.length, why: others[0] });
  };

  /* Show what an act came to: those that somebody else decided come back, with who and when. */
  const settle = (content, status) => {
    showCounts(content.counts);
    const missed = Object.keys(content.missed);
    const back = missed.map((pk) => putBack(pk, content.cards[pk])).filter(Boolean);
    if (back.length && isNowhere()) go(back[0]);
    tell(withMissed(content), { bad: status >= 400, batch: content.batch });
    if (content.reload) load();
  };

  /* What is the last thing done, is known when all that was pressed before has come to something. */
  const undo = (named) => {
    tell(say("undoing"), { busy: true });
    return inTurn(() => {
      const batch = named ?? batches.at(-1);
      if (batches.includes(batch)) batches.splice(batches.lastIndexOf(batch), 1);
      if (batch === null) return tell(say("nothingToUndo"));
      return takeBack(batch ? `undo:${batch}` : "undo", [], () => batch && batches.push(batch));
    });
  };

  const undoLast = (many) => {
    if (!many.length) return tell(say("chooseFirst"));
    tell(say("undoing"), { busy: true });
    const pairs = many.map(pair);
    return inTurn(() => takeBack("undo-last", pairs, () => {}));
  };

  const takeBack = async (act, pairs, onFailure) => {
    if (!toast.classList.contains("is-busy")) tell(say("undoing"), { busy: true });
    try {
      const { status, content } = await send(form.action, fields(act, pairs));
      showCounts(content.counts);
      const homeless = content.done.filter(({ pk }) => !cardOf(pk) && !left.get(String(pk))?.place.isConnected);
      Object.keys(content.missed).forEach((pk) => cardOf(pk) && putBack(pk, content.cards[pk]));
      if (content.reload || homeless.length > 1) {
        await load();
      } else {
        const back = content.done.map(({ pk }) => place(pk, content.cards[pk])).filter(Boolean);
        if (back.length) go(back[0]);
      }
      tell(withMissed(content), { bad: status >= 400 });
    } catch (error) {
      onFailure();
      tell(error.message, { bad: true });
    }
  };

  /* A card as it is now: on this tab, or gone from it. */
  const place = (pk, html) => {
    if (!html) return null;
    if (belongs(drawn(html))) return putBack(pk, html);
    const shown = cardOf(pk);
    if (shown && shown === current()) go(shown.nextElementSibling ?? shown.previousElementSibling);
    shown?.remove();
    return null;
  };

  /* Pins and the switches of an issue: shown by what the server draws */
  const other = (act) =>
    inTurn(async () => {
      try {
        const { status, content } = await send(form.action, fields(act));
        remember(content.batch);
        const pks = Object.keys(content.cards);
        if (pks.length) pks.forEach((pk) => cardOf(pk) && go(putBack(pk, content.cards[pk])));
        else await load();
        tell(content.says, { bad: status >= 400, batch: content.batch });
      } catch (error) {
        remember(null);
        tell(error.message, { bad: true });
      }
    });

  /* The next ones, when a page is emptied */

  const load = async () => {
    try {
      const response = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (!response.ok) throw new Error();
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const id of ["queue-list", "queue-pager", "queue-span"]) {
        document.getElementById(id).replaceWith(page.getElementById(id));
      }
      for (const place of page.querySelectorAll("[data-count]")) showCounts({ [place.dataset.count]: place.textContent });
      const here = queue.querySelector(":scope > .queue-switch");
      const there = page.querySelector("#queue > .queue-switch");
      if (here && there) here.replaceWith(there);
      left.clear();
      showChosen();
      go(cards()[0]);
    } catch {
      tell(say("notLoaded"), { bad: true });
    }
  };

  const goOnIfEmpty = () => {
    if (!cards().length && !list().querySelector(".queue-empty")) inTurn(load);
  };

  /* Writing: the form of the page behind the link, inside the card. What is typed stays until it is sent. */

  let opening = false;

  const write = async (card, act) => {
    const link = card.querySelector(`[data-words=${act}]`);
    if (!link) return tell(say("approveFirst"));
    const room = card.querySelector(".queue-words");
    if (room.dataset.act !== act) {
      opening = true; // meanwhile keys decide nothing: whoever pressed r is about to type
      try {
        const { content } = await ask(link.href, { headers: { Accept: "application/json" } });
        fill(card, room, act, content.form);
      } catch (error) {
        return tell(error.message, { bad: true });
      } finally {
        opening = false;
      }
    }
    room.hidden = false;
    room.querySelector("textarea").focus();
    room.scrollIntoView({ block: "nearest" });
    return undefined;
  };

  const fill = (card, room, act, html) => {
    room.innerHTML = html;
    room.dataset.act = act;
    room.querySelectorAll("[id]").forEach((field) => {
      const label = room.querySelector(`label[for="${field.id}"]`);
      field.id = `${field.id}-${card.dataset.pk}`;
      if (label) label.htmlFor = field.id;
    });
    const words = room.querySelector("form");
    words.addEventListener("submit", (event) => {
      event.preventDefault();
      post(card, room, act, words);
    });
    words.querySelector("[data-cancel]").addEventListener("click", (event) => {
      event.preventDefault();
      close(card);
    });
  };

  const close = (card) => {
    card.querySelector(".queue-words").hidden = true;
    go(card);
  };

  const post = (card, room, act, words) => {
    const button = words.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    inTurn(async () => {
      try {
        const { status, content } = await send(words.action, new FormData(words));
        if (content.form) {
          fill(card, room, act, content.form);
          room.querySelector("textarea").focus();
          return tell(content.says || say("missing"), { bad: status >= 400 });
        }
        showCounts(content.counts);
        remember(content.batch);
        delete room.dataset.act;
        const pk = card.dataset.pk;
        if (belongs(drawn(content.cards[pk]))) go(putBack(pk, content.cards[pk]));
        else {
          const next = card.nextElementSibling ?? card.previousElementSibling;
          takeAway(card);
          go(next);
        }
        tell(content.says, { batch: content.batch });
      } catch (error) {
        button.disabled = false;
        tell(error.message, { bad: true });
      }
      return undefined;
    });
  };

  const isWritten = (field) => field.value !== field.defaultValue;

  window.addEventListener("beforeunload", (event) => {
    const open = [...list().querySelectorAll(".queue-words[data-act] :is(textarea, input[type=text])")];
    if (waiting || open.some(isWritten)) event.preventDefault();
  });

  /* Keys */

  /* What a key says. On keyboards that write no Latin letters, the letter that stands at its place. */
  const letter = (event) => {
    if (event.key === "?" || event.key === "？") return "?";
    if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
    const isOther = event.key === "Process" || (event.key.length === 1 && event.key > "\u007f");
    return isOther ? (/^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? "") : "";
  };

  const KEYS = {
    j: (event) => move(1, event.shiftKey),
    k: (event) => move(-1, event.shiftKey),
    x: (event) => (event.shiftKey ? chooseAll() : withCurrent((card) => choose(card))),
    z: (event) => (event.shiftKey ? undoLast(chosen()) : undo()),
    r: () => withCurrent((card) => write(card, "reply")),
    e: () => withCurrent((card) => write(card, "edit")),
    o: () => withCurrent(openRest),
    "?": () => help.showModal(),
  };
  Object.entries({ a: "approve", u: "unapprove", s: "spam", d: "bin" }).forEach(([key, act]) => {
    KEYS[key] = (event) => (event.shiftKey ? decide(act, chosen()) : withCurrent((card) => decide(act, [card])));
  });

  const withCurrent = (act) => {
    const card = current();
    if (card) return act(card);
    return tell(say("goFirst"));
  };

  const openRest = (card) => {
    const rest = card.querySelector("[data-rest]");
    if (!rest) return tell(say("allShown"));
    rest.open = !rest.open;
    return undefined;
  };

  /* Ctrl+Enter, on a Mac Cmd+Enter, sends what is being written. */
  const sendWords = (event) => {
    const words = event.target.closest(".queue-words form");
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !words || event.repeat || event.isComposing) return;
    event.preventDefault();
    words.requestSubmit();
  };

  document.addEventListener("keydown", sendWords);

  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (event.key === "Escape") {
      const card = document.activeElement.closest?.(".queue-card");
      if (card?.querySelector(".queue-words:not([hidden])")) close(card);
      else list().querySelector(".queue-more[open]")?.removeAttribute("open");
      return;
    }
    if (isTyping(event.target) || opening) return;
    const key = letter(event);
    if (!KEYS[key] || (event.repeat && key !== "j" && key !== "k")) return;
    event.preventDefault();
    KEYS[key](event);
  });

  /* The mouse, and Tab */

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    const [act, ...rest] = (event.submitter?.value ?? "").split(":");
    if (act === "undo") undo(rest[0]);
    else if (act === "undo-last") undoLast(chosen());
    else if (!BECOMES[act]) other(event.submitter.value);
    else decide(act, rest.length ? [event.submitter.closest(".queue-card") ?? cardOf(rest[0])] : chosen());
  });

  queue.addEventListener("click", (event) => {
    const link = event.target.closest("[data-words]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      write(link.closest(".queue-card"), link.dataset.words);
    }
    if (event.target.closest("[data-help]")) help.showModal();
  });

  queue.addEventListener("focusin", (event) => {
    const card = event.target.closest(".queue-card");
    if (!card) return;
    mark(card);
    hasGone = true;
  });

  queue.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      cards().forEach((card) => (boxOf(card).checked = event.target.checked));
    }
    showChosen();
  });

  queue.classList.add("has-keys");
  queue.querySelectorAll(".queue-all, [data-help]").forEach((part) => (part.hidden = false));
  queue.querySelectorAll(".queue-acts kbd").forEach((key) => key.setAttribute("aria-hidden", "true"));
  // The button of a message, and nothing else on a fresh page, tells of what was done before it.
  const told = document.querySelector(".queue-messages button[value^='undo:']")?.value.slice(5);
  if (told) batches.push(told);
  if (cards().length) mark(cards()[0]);
  showChosen();
})();
