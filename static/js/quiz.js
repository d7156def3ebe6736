// A test on a phone: minutes left, announced at 10, 5 and 1; a word when the connection is gone, and the answer again.
(function () {
  "use strict";
  var shown = document.querySelector("[data-due]");
  var spoken = document.querySelector("[data-announce]");
  var banner = document.querySelector("[data-offline]");
  var form = document.querySelector("[data-answer]");
  var told = null;
  var waiting = false;

  function tick() {
    if (!shown) { return; }
    var minutes = Math.max(Math.ceil((new Date(shown.dataset.due) - Date.now()) / 60000), 0);
    shown.textContent = shown.dataset.words.replace("%s", minutes);
    if ([10, 5, 1].indexOf(minutes) !== -1 && told !== minutes) {
      told = minutes;
      spoken.textContent = spoken.dataset.words.replace("%s", minutes);
    }
  }
  window.setInterval(tick, 15000);

  function connection(isThere) {
    if (banner) { banner.hidden = isThere; }
    if (isThere && waiting && form) {
      waiting = false;
      form.querySelector("fieldset").dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  window.addEventListener("offline", function () { connection(false); });
  window.addEventListener("online", function () { connection(true); });
  document.addEventListener("htmx:sendError", function () { waiting = true; connection(false); });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) { waiting = false; connection(true); }
  });
})();
