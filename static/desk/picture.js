/*
 * CKEditor's button for a picture of the library.
 *
 * A text holds <figure data-image="12"></figure>; the editor shows the picture in its place. The library opens as a
 * dialog over the page, with its search and its form for new files; nothing is ever sent by CKEditor itself.
 */
(() => {
  "use strict";

  const NUMBER = /^[1-9]\d{0,8}$/;

  /* The library over the page; gives the number of the picture that was chosen, or null. */
  const choose = (words) =>
    new Promise((resolve) => {
      const dialog = document.createElement("dialog");
      dialog.className = "desk-dialog";
      dialog.setAttribute("aria-label", words.choose);
      const close = document.createElement("button");
      close.type = "button";
      close.className = "desk-button";
      close.textContent = words.close;
      const library = document.createElement("iframe");
      library.title = words.choose;
      library.src = words.library;
      dialog.append(close, library);
      document.body.append(dialog);

      let chosen = null;
      const hear = (event) => {
        if (event.origin !== window.location.origin || event.source !== library.contentWindow) return;
        chosen = event.data.picture;
        dialog.close();
      };
      window.addEventListener("message", hear);
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => {
        window.removeEventListener("message", hear);
        dialog.remove();
        resolve(chosen);
      });
      dialog.showModal();
    });

  /* What the library says of a picture: the address of a small one, and what it shows. */
  const show = async (words, number, image) => {
    try {
      const answer = await fetch(words.told.replace("/0/", `/${number}/`));
      const told = await answer.json();
      if (told.src) image.src = told.src;
      image.alt = told.alt;
    } catch {
      image.alt = String(number); // the reference stays, whatever can be shown of it now
    }
  };

  /* A picture stands between blocks: behind the one that is being written, which it must not cut in two. */
  const goBehindBlock = (editor) => {
    const root = editor.editable();
    let block = editor.elementPath()?.lastElement;
    while (block && !block.equals(root) && !block.getParent()?.equals(root)) block = block.getParent();
    if (!block || block.equals(root)) return;
    const range = editor.createRange();
    range.moveToPosition(block, CKEDITOR.POSITION_AFTER_END);
    editor.getSelection().selectRanges([range]);
  };

  CKEDITOR.plugins.add("picture", {
    requires: "widget",

    init(editor) {
      const words = editor.config.picture;

      editor.widgets.add("picture", {
        allowedContent: "figure[!data-image]",
        requiredContent: "figure[data-image]",
        draggable: false,

        upcast(element) {
          if (element.name !== "figure" || !NUMBER.test(element.attributes["data-image"] ?? "")) return false;
          element.children.length = 0;
          element.add(new CKEDITOR.htmlParser.element("img", { alt: "" }));
          return true;
        },

        downcast(element) {
          return new CKEDITOR.htmlParser.element("figure", { "data-image": element.attributes["data-image"] });
        },

        init() {
          show(words, this.element.data("image"), this.element.findOne("img").$);
        },
      });

      editor.addCommand("picture", {
        async: true,
        async exec() {
          const number = await choose(words);
          editor.focus();
          if (NUMBER.test(String(number ?? ""))) {
            goBehindBlock(editor);
            editor.insertHtml(`<figure data-image="${number}"></figure>`);
            editor.fire("saveSnapshot");
          }
          editor.fire("afterCommandExec", { name: "picture", command: this });
        },
      });

      editor.ui.addButton("Picture", { label: words.label, command: "picture", toolbar: "insert", icon: words.icon });
    },
  });
})();
