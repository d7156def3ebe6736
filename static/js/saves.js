// A page that saves each row by itself and all of them by its button: the two go one after the other, never at once.
// What is on its way already is waited for.
(function () {
  "use strict";
  var form = document.querySelector("form[data-saves]");
  if (!form) { return; }
  var PATIENCE = 8000;     // then the button sends what stands on the page
  var sent = new Map();    // requests on their way, each with what its row held
  var held = new Set();    // controls whose own save waits for the button
  var pressed = null;      // what the mouse is down on
  var waiting = null;
  var refused = false;
  var released = false;
  var leaving = false;     // by the button, which sends what waits
  var beside = null;       // a form beside this one whose button was pressed

  function content(row) {
    return Array.from(row.querySelectorAll("input:not([type=hidden]), select"), function (each) {
      return each.type === "radio" ? each.checked : each.value;
    }).join("\n");
  }

  // The row stays as it is typed; only what the server now holds of it is noted.
  function note(row, html) {
    var answer = document.createElement("template");
    answer.innerHTML = html;
    answer.content.querySelectorAll("input[type=hidden]").forEach(function (each) {
      var mine = row.querySelector("input[type=hidden][name='" + each.name + "']");
      if (mine) { mine.value = each.value; }
    });
  }

  function saveHeld() {
    var controls = Array.from(held);
    held.clear();
    controls.forEach(function (each) {
      if (each.isConnected) { each.dispatchEvent(new Event("change", { bubbles: true })); }
    });
  }

  function stopWaiting() {
    window.clearTimeout(waiting);
    waiting = null;
  }

  function sendAll() {
    stopWaiting();
    released = true;
    (beside || form).requestSubmit();
    released = false;
    beside = null;
  }

  function settle() {
    if (!waiting || sent.size) { return; }
    if (!refused) { sendAll(); return; }
    stopWaiting();
    beside = null;
    saveHeld();
    var wrong = form.querySelector("li:has([role=alert]) input, li:has([role=alert]) select");
    if (wrong) { wrong.focus(); }
  }

  // The mouse on the button leaves the focus where it is: the field would save itself once more, and its row could
  // shrink and draw the button away from under the pointer.
  form.addEventListener("mousedown", function (event) {
    pressed = event.target;
    if (pressed.closest("button")) { event.preventDefault(); }
  });
  document.addEventListener("mouseup", function () { pressed = null; });

  // A row that is drawn anew while the mouse is down on it would lose the click.
  function isPressed(row) { return pressed && (pressed.closest("button") || row.contains(pressed)); }

  form.addEventListener("submit", function (event) {
    if (released || !sent.size) { held.clear(); leaving = true; return; }
    event.preventDefault();
    if (waiting) { return; }
    refused = false;
    waiting = window.setTimeout(sendAll, PATIENCE);
  });

  // “Mark the rest present” and its undo stand beside the form: they go after the rows that are on their way, so that
  // none of these counts as a blank, and do not go while one of them is refused.
  document.addEventListener("submit", function (event) {
    if (!event.target.closest(".roll-bar") || released || !sent.size) { return; }
    event.preventDefault();
    if (waiting) { return; }
    refused = false;
    beside = event.target;
    waiting = window.setTimeout(sendAll, PATIENCE);
  });

  // An absence is sent with its reason. Until then its row says that it is not saved, and leaving the page asks.
  form.addEventListener("change", function (event) {
    var row = event.target.closest("li"), state = row && row.querySelector(".roll-state");
    if (!state) { return; }
    delete row.dataset.waits;
    if (!row.querySelector("input[value='absent']:checked") || row.querySelector("select").value) { return; }
    row.dataset.waits = "";
    state.textContent = form.dataset.unsaved;
    state.classList.add("is-warn");
  });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && form.querySelector("[data-waits]")) { event.preventDefault(); }
  });

  form.addEventListener("htmx:beforeRequest", function (event) {
    if (!waiting) { return; }
    event.preventDefault();
    held.add(event.detail.requestConfig.triggeringEvent.target);
  });
  form.addEventListener("htmx:beforeSend", function (event) {
    sent.set(event.detail.xhr, content(event.detail.target));
  });
  // On the window, after the page's own rule that a refusal is shown.
  window.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail;
    if (!sent.has(detail.xhr)) { return; }
    var saved = detail.xhr.status === 200;
    var typedOn = content(detail.target) !== sent.get(detail.xhr);
    var keep = typedOn || (saved && isPressed(detail.target));
    if (saved && keep) { note(detail.target, detail.serverResponse); }
    if (keep) { detail.shouldSwap = false; }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var status = event.detail.xhr.status;
    if (!sent.delete(event.detail.xhr)) { return; }
    refused = refused || status === 409 || status === 422;
    window.setTimeout(settle, 0);
  });
})();
