// The check-in screen: a word when the server is out of reach, full screen, and a screen that stays awake.
(function () {
  "use strict";
  var page = document.querySelector("[data-kiosk]");
  var lost = document.querySelector("[data-lost]");
  var full = document.querySelector("[data-full]");
  if (!page) { return; }

  function reach(isThere) { lost.hidden = isThere; page.classList.toggle("is-lost", !isThere); }
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (name) {
    document.body.addEventListener(name, function () { reach(false); });
  });
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    // Signed out meanwhile: the answer is another page, so show that one whole.
    if (event.detail.xhr.responseText.indexOf('id="kiosk-now"') === -1) {
      event.detail.shouldSwap = false;
      if (event.detail.xhr.status < 400) { window.location.reload(); }
    } else { reach(true); }
  });

  if (full && document.documentElement.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", function () {
      if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen(); }
    });
  }
  function stayAwake() {
    if (navigator.wakeLock && document.visibilityState === "visible") {
      navigator.wakeLock.request("screen").catch(function () { /* a laptop that saves its battery may refuse */ });
    }
  }
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
})();
