/*
 * Passkeys: joins allauth's functions (mfa/js/webauthn.js) to our forms, and says in words what went wrong.
 *
 * A form with data-passkey names what it does: "login", "authenticate" or "add". Without JavaScript its button does
 * nothing and says so.
 */
(() => {
  "use strict";

  const trouble = (form) => form.querySelector("[data-passkey-trouble]");

  function say(word) {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      const place = trouble(form);
      place.textContent = place.dataset[word];
      place.hidden = false;
    }
  }

  // allauth's scripts tell of failures by this event, and write to the console if nobody listens.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say(window.PublicKeyCredential ? "refused" : "unable");
  });

  const ids = {
    login: { login: "passkey-login", credential: "passkey-login-credential" },
    authenticate: { authenticate: "passkey-authenticate", credential: "id_credential", data: "passkey-data" },
    add: {
      add: "passkey-add",
      passwordless: "id_passwordless",
      credential: "id_credential",
      data: "passkey-data",
    },
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const act = form.dataset.passkey;
    window.allauth.webauthn.forms[`${act}Form`]({ ids: ids[act] });
    if (act === "add") {
      // Enter in the field of the name would send the form without a key.
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        document.getElementById("passkey-add").click();
      });
    }
  }
})();
