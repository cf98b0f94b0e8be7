/*
 * The focal point of a picture: two sliders (keyboard, touch), a press on the picture, and the crops that are made
 * around it. What is sent stays the line "0.25x0.5"; without this script it can be typed.
 */
(() => {
  "use strict";

  const STEP = 0.01;
  const within = (value) => Math.min(1, Math.max(0, value));

  const read = (line) => {
    const found = line.value.match(/^([.\d]+)x([.\d]+)$/);
    return found ? [within(Number(found[1])), within(Number(found[2]))] : [0.5, 0.5];
  };

  /* As newsroom/cards.py cuts: the point in the middle, as far as the picture reaches. */
  const cut = (frame, image, [x, y]) => {
    const [width, height] = [frame.clientWidth, frame.clientHeight];
    const scale = Math.max(width / image.width, height / image.height);
    const place = (share, size, room) => -Math.min(Math.max(share * size - room / 2, 0), size - room);
    const shown = frame.firstElementChild;
    shown.style.width = `${image.width * scale}px`;
    shown.style.height = `${image.height * scale}px`;
    shown.style.left = `${place(x, image.width * scale, width)}px`;
    shown.style.top = `${place(y, image.height * scale, height)}px`;
  };

  const slider = (label, value) => {
    const wrapped = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: 0, max: 1, step: STEP, value });
    wrapped.append(label, input);
    return [wrapped, input];
  };

  const equip = (root) => {
    const line = root.querySelector("input");
    const picture = root.querySelector("[data-focal-picture]");
    if (!picture || root.dataset.ready) return;
    root.dataset.ready = "yes";
    const size = { width: Number(picture.getAttribute("width")), height: Number(picture.getAttribute("height")) };
    const point = document.createElement("span");
    point.className = "focal__point";
    picture.after(point);
    const [acrossLabel, across] = slider(root.dataset.across, read(line)[0]);
    const [downLabel, down] = slider(root.dataset.down, read(line)[1]);
    root.querySelector("[data-focal-sliders]").append(acrossLabel, downLabel);
    const frames = [...root.querySelectorAll("[data-focal-crop]")];
    frames.forEach((frame) => {
      const shown = document.createElement("img");
      shown.src = picture.src;
      shown.alt = "";
      frame.append(shown);
      frame.style.aspectRatio = `${frame.dataset.width} / ${frame.dataset.height}`;
    });

    const show = () => {
      const [x, y] = read(line);
      point.style.left = `${x * 100}%`;
      point.style.top = `${y * 100}%`;
      frames.forEach((frame) => cut(frame, size, [x, y]));
    };

    const set = (x, y) => {
      line.value = `${within(x).toFixed(3)}x${within(y).toFixed(3)}`;
      [across.value, down.value] = read(line);
      show();
      line.dispatchEvent(new Event("input", { bubbles: true })); // unsaved, from now on
    };

    [across, down].forEach((input) =>
      input.addEventListener("input", (event) => {
        event.stopPropagation();
        set(Number(across.value), Number(down.value));
      }),
    );
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    line.addEventListener("change", show);
    new ResizeObserver(show).observe(root);
    root.classList.add("is-ready");
    show();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-focal]").forEach(equip));
})();
