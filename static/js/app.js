// Everything here is comfort: each page reads and saves without it.
(function () {
  "use strict";

  // A page that comes back with errors puts the reader at the summary.
  function focusErrors(root) {
    var summary = root.querySelector("[data-error-summary]");
    if (summary) { summary.focus(); }
  }

  // A summary's link goes to the field itself, not only to its place on the page.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-error-summary] a[href^='#']");
    if (!link) { return; }
    var control = document.getElementById(link.getAttribute("href").slice(1));
    if (!control) { return; }
    event.preventDefault();
    control.focus({ preventScroll: true });
    control.scrollIntoView({ block: "center", behavior: "instant" });
  });

  // Forms that ask for it warn before typed text is lost.
  var unsaved = new Set();
  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-guard]");
    if (form) { unsaved.add(form); }
  });
  document.addEventListener("submit", function (event) { unsaved.delete(event.target); });
  window.addEventListener("beforeunload", function (event) {
    unsaved.forEach(function (form) { if (!form.isConnected) { unsaved.delete(form); } });
    if (unsaved.size) { event.preventDefault(); }
  });

  // One click, one submission; sending again works after ten seconds, or when the page comes back from the history.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    // Not form.method: a field of that name would stand in its place.
    if (event.defaultPrevented || (form.getAttribute("method") || "").toLowerCase() !== "post" || form.hasAttribute("data-again")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(function () { delete form.dataset.sent; }, 10000);
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Selects and radios of a filter form apply at once; its button stays for the keyboard and for no JavaScript.
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-auto-submit]");
    if (form) { form.requestSubmit(); }
  });

  // Copy the text of an element that stands on the page anyway.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button || !navigator.clipboard) { return; }
    var source = document.querySelector(button.dataset.copy);
    navigator.clipboard.writeText(source.value !== undefined ? source.value : source.textContent).then(function () {
      say(button.dataset.copied || "", "ok");
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  // Paper cannot unfold: what a page folds away only to be short is printed open.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details[data-prints]:not([open])").forEach(function (each) {
      each.open = true;
      window.addEventListener("afterprint", function () { each.open = false; }, { once: true });
    });
  });

  // What a page keeps in the browser until it is saved belongs to its reader: signing out leaves nothing behind.
  document.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-forgets")) { return; }
    Object.keys(window.localStorage).forEach(function (key) {
      if (key.startsWith("scores:")) { window.localStorage.removeItem(key); }
    });
  });

  // A word about something saved in the background; the server sends it as HX-Trigger {"toast": {text, kind}}.
  function say(text, kind) {
    var region = document.getElementById("toasts");
    if (!region || !text) { return; }
    var box = document.createElement("div");
    var inner = document.createElement("div");
    box.className = "toast show";
    inner.className = "toast-in is-" + (kind || "info");
    inner.textContent = text;
    box.appendChild(inner);
    region.appendChild(box);
    window.setTimeout(function () { box.remove(); }, 8000);
  }
  document.addEventListener("toast", function (event) { say(event.detail.text, event.detail.kind); });

  document.addEventListener("htmx:afterSwap", function (event) { focusErrors(event.target); });
  // A refused save (409, 422) carries what to show; htmx would drop it.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status === 409 || status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  // A planned day that is off says so as soon as it is chosen; the server says it again after saving.
  document.addEventListener("change", function (event) {
    var note = event.target.dataset.dayOff, list = document.querySelector("[data-days-off]");
    if (!note || !list) { return; }
    document.getElementById(note).textContent = JSON.parse(list.dataset.daysOff)[event.target.value] || "";
  });

  // Words that count towards a due time are asked for again once a minute while somebody looks; nothing is announced (DLN-6).
  if (document.querySelector("[data-recounts]")) {
    window.setInterval(function () {
      if (document.hidden) { return; }
      fetch(window.location.href, { headers: { "Accept": "text/html" } }).then(function (answer) { return answer.text(); }).then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html");
        document.querySelectorAll("[data-due]").forEach(function (shown) {
          var counted = fresh.querySelector("[data-due='" + shown.dataset.due + "']");
          if (counted && counted.outerHTML !== shown.outerHTML) { shown.replaceWith(counted); }
        });
      }).catch(function () { return; });
    }, 60000);
  }

  focusErrors(document);
})();
