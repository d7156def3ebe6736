// A test on a phone (QUZ): each answer is sent when it is chosen and kept on the device until the server says that it
// has it. Without a connection the questions go on, and everything is sent when it is back. The server's time decides.
(function () {
  "use strict";
  // A test that is handed in leaves nothing on the device; a shared PC keeps nothing of anybody (ATT-8).
  var over = document.querySelector("[data-test-over]");
  if (over) {
    [window.localStorage, window.sessionStorage].forEach(function (box) {
      Object.keys(box).forEach(function (key) {
        if (key.indexOf("quiz:" + over.dataset.testOver) === 0) { box.removeItem(key); }
      });
    });
  }
  var bar = document.querySelector("[data-attempt]");
  if (!bar) { return; }
  var QUEUE = "quiz:" + bar.dataset.attempt;
  var PAPER = QUEUE + ":paper";
  var HIDDEN = "quiz:timer-hidden";
  var TOLD = QUEUE + ":told";
  var RETRY = 4000;       // milliseconds until what could not be sent is tried again
  var PATIENCE = 8000;    // for one answer to arrive
  var TYPING = 1000;      // without a key, then a typed answer is sent
  var GRACE = 75;         // seconds after the end, when the server has handed in what it holds
  var form = document.querySelector("[data-answer]");
  var handIn = document.querySelector("[data-hand-in]");
  var saved = document.getElementById("saved");
  var banner = document.querySelector("[data-offline]");
  var sending = null, again = null, typing = null, leaving = false, refused = 0;

  // --- What waits on this device ------------------------------------------------------------------------
  function stored(box, key) {
    try { return JSON.parse(box.getItem(key)) || {}; } catch (error) { return {}; }
  }
  function keep(box, key, value) {
    try { box.setItem(key, JSON.stringify(value)); } catch (error) { /* private mode: the page still sends */ }
  }
  var queue = stored(window.localStorage, QUEUE);
  function waiting() { return Object.keys(queue); }
  function remember() {
    if (waiting().length) { keep(window.localStorage, QUEUE, queue); } else { forget(); }
  }
  function forget() {
    try { window.localStorage.removeItem(QUEUE); } catch (error) { /* nothing was kept */ }
  }

  function chosen() {
    return Array.from(new FormData(form).getAll("choice"));
  }
  function here() { return form && form.dataset.place; }
  function address(place) { return bar.dataset.question.replace("/0/", "/" + place + "/"); }

  // --- Sending ------------------------------------------------------------------------------------------
  function say(kind) {
    if (!saved) { return; }
    var words = saved.querySelector("[data-state='" + kind + "']");
    saved.querySelectorAll("[data-state]").forEach(function (each) { each.hidden = each !== words; });
  }
  function showBanner(isOff) {
    if (!banner) { return; }
    banner.hidden = !isOff;
    var text = banner.querySelector("[data-words]");
    if (isOff && text) { text.textContent = text.dataset.words.replace("%s", waiting().length); }
  }

  function post(place, choice) {
    var body = new FormData();
    body.append("csrfmiddlewaretoken", bar.dataset.token);
    choice.forEach(function (each) { body.append("choice", each); });
    var stop = new AbortController();
    var timer = window.setTimeout(function () { stop.abort(); }, PATIENCE);
    return fetch(address(place), {
      method: "POST", body: body, keepalive: true, redirect: "manual", signal: stop.signal,
      headers: { "HX-Request": "true" }
    }).finally(function () { window.clearTimeout(timer); });
  }

  // One after the other; true when nothing waits any more. Only the server's own word counts as saved.
  function flush() {
    window.clearTimeout(again);
    if (sending) { return sending.then(function () { return waiting().length ? flush() : true; }); }
    sending = sendAll().finally(function () { sending = null; });
    return sending;
  }
  async function sendAll() {
    for (var place of waiting()) {
      var choice = queue[place], text = JSON.stringify(choice);
      if (place === here()) { say("sending"); }
      var answer = null;
      try { answer = await post(place, choice); } catch (error) { answer = null; }
      if (answer && answer.headers.get("X-Saved") === place) {
        takeTime(answer);
        if (JSON.stringify(queue[place]) === text) { delete queue[place]; remember(); }
        if (place === here() && !queue[place]) { say("saved"); }
      } else if (answer && (answer.status === 409 || answer.status === 422)) {
        refused = answer.status;
        delete queue[place]; remember();
        if (place === here()) { say("refused"); }
      } else if (answer && (answer.type === "opaqueredirect" || answer.status === 403)) {
        // Signed out meanwhile, or handed in: the server says which when the page is loaded anew.
        leaving = true;
        window.location.reload();
        return false;
      } else {
        if (place === here()) { say("unsent"); }
        showBanner(true);
        again = window.setTimeout(flush, RETRY);
        return false;
      }
    }
    if (waiting().length) { return sendAll(); }
    showBanner(false);
    return true;
  }

  function take() {
    if (!form || form.dataset.over) { return; }
    queue[here()] = chosen();
    remember();
    say("unsent");
    count(here(), queue[here()].some(function (each) { return each.trim(); }));
  }
  // The list of questions says what is answered as it stands here, not as the page was opened.
  function count(place, isAnswered) {
    var marks = Array.from(document.querySelectorAll(".quiz-map [value]"));
    marks.filter(function (each) { return each.value === place; }).forEach(function (each) {
      each.classList.toggle("answered", isAnswered);
      each.setAttribute("aria-label", isAnswered ? each.dataset.done : each.dataset.blank);
    });
    var done = marks.filter(function (each) { return each.classList.contains("answered"); }).length;
    document.querySelectorAll("[data-answered]").forEach(function (each) { each.textContent = done; });
    document.querySelectorAll("[data-unanswered]").forEach(function (each) { each.textContent = marks.length - done; });
  }
  if (form) {
    form.addEventListener("change", function () { take(); flush(); });
    form.addEventListener("input", function (event) {
      if (event.target.type !== "text") { return; }
      take();
      window.clearTimeout(typing);
      typing = window.setTimeout(flush, TYPING);
    });
    form.addEventListener("submit", function (event) {
      var button = event.submitter, to = button && button.value;
      var target = form.querySelector("[data-go='" + (to || "next") + "']") || button;
      event.preventDefault();
      if (queue[here()]) { take(); }
      go(to || form.dataset.next);
    });
  }

  // To another question: when all is sent and the server answers by its address, else from the paper on this device:
  // an address that nobody answers would leave the browser's own error page instead of the test.
  function go(to) {
    flush().then(function (isSent) { return isSent && !refused ? reached() : false; }).then(function (isReached) {
      if (isReached) { leaving = true; window.location.assign(where(to)); return; }
      if (refused === 409) { leaving = true; window.location.assign(bar.dataset.done); return; }
      if (refused) { refused = 0; return; }
      if (/^\d+$/.test(to)) { show(to); }
    });
  }
  // Whether the server answers now; without it the banner says so.
  function reached() {
    var stop = new AbortController();
    var timer = window.setTimeout(function () { stop.abort(); }, PATIENCE);
    return fetch(bar.dataset.alive, { cache: "no-store", signal: stop.signal }).then(function () { return true; }).catch(function () {
      showBanner(true);
      return false;
    }).finally(function () { window.clearTimeout(timer); });
  }
  function where(to) {
    if (to === "leave") { return bar.dataset.leave; }
    return to === "summary" ? bar.dataset.summary : address(to);
  }

  // --- The paper on this device -------------------------------------------------------------------------
  var paper = stored(window.sessionStorage, PAPER);
  function fetchPaper() {
    if (!form || Object.keys(paper).length) { return; }
    fetch(bar.dataset.paper, { headers: { "HX-Request": "true" }, redirect: "manual" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (html) {
      var box = document.createElement("div");
      box.innerHTML = html;
      box.querySelectorAll("template").forEach(function (each) { paper[each.dataset.place] = each.innerHTML; });
      keep(window.sessionStorage, PAPER, paper);
    }).catch(function () { /* the questions stay one page each */ });
  }

  function show(place) {
    if (!paper[place]) { return; }
    var fieldset = form.querySelector("fieldset"), last = bar.dataset.total;
    known[here()] = chosen();
    form.dataset.place = place;
    form.action = address(place);
    form.dataset.next = place === last ? "summary" : String(Number(place) + 1);
    fieldset.innerHTML = paper[place];
    fill(queue[place] || known[place] || null);
    document.querySelectorAll("[data-here]").forEach(function (each) { each.textContent = place; });
    document.querySelectorAll(".quiz-map [value]").forEach(function (each) {
      if (each.value === place) { each.setAttribute("aria-current", "true"); } else { each.removeAttribute("aria-current"); }
    });
    var back = document.querySelector("[data-back]");
    if (back) { back.value = String(Math.max(Number(place) - 1, 1)); }
    say(queue[place] ? "unsent" : chosen().length ? "saved" : "none");
    form.querySelector("legend").focus();
    window.scrollTo(0, 0);
  }
  var known = {};
  function fill(choice) {
    if (!choice) { return; }
    form.querySelectorAll("[name=choice]").forEach(function (each) {
      if (each.type === "text") { each.value = choice[0] || ""; } else { each.checked = choice.indexOf(each.value) !== -1; }
    });
  }

  // --- Time ---------------------------------------------------------------------------------------------
  var shown = bar.querySelector("[data-left]");
  var spoken = document.querySelector("[data-announce]");
  var ends = performance.now() + Number(shown.dataset.left) * 1000;
  function takeTime(answer) {
    var left = Number(answer.headers.get("X-Left"));
    if (answer.headers.has("X-Left")) { ends = performance.now() + left * 1000; tick(); }
  }
  function tick() {
    var left = (ends - performance.now()) / 1000, minutes = Math.max(Math.ceil(left / 60), 0);
    shown.textContent = shown.dataset.words.replace("%s", minutes);
    if ([10, 5, 1].indexOf(minutes) !== -1 && stored(window.sessionStorage, TOLD).at !== minutes) {
      keep(window.sessionStorage, TOLD, { at: minutes });
      spoken.textContent = spoken.dataset.words.replace("%s", minutes);
    }
    var over = document.querySelector("[data-time-over]");
    if (over && left <= 0) { over.hidden = false; }
    if (form && left < -GRACE && navigator.onLine && !leaving) { leaving = true; window.location.assign(bar.dataset.done); }
  }
  window.setInterval(tick, 1000);

  var timer = bar.querySelector("details");
  if (stored(window.sessionStorage, HIDDEN).hidden) { timer.open = false; }
  timer.addEventListener("toggle", function () { keep(window.sessionStorage, HIDDEN, { hidden: !timer.open }); });

  // --- Handing in: never without what waits, and never as if it were done ----------------------------------
  if (handIn) {
    handIn.addEventListener("submit", function (event) {
      if (leaving) { return; }
      event.preventDefault();
      delete handIn.dataset.sent;
      var had = waiting().length;
      flush().then(function (isSent) {
        if (!isSent) { return; }
        return fetch(bar.dataset.summary, { redirect: "manual", cache: "no-store" }).then(function () {
          leaving = true;
          if (had) { window.location.reload(); } else { handIn.requestSubmit(); }
        });
      }).catch(function () { showBanner(true); });
    });
  }

  window.addEventListener("offline", function () { showBanner(true); });
  window.addEventListener("online", function () { showBanner(false); flush(); });
  window.addEventListener("beforeunload", function (event) { if (!leaving && waiting().length) { event.preventDefault(); } });
  // An answer that an earlier page could not send: shown where it belongs, and sent now.
  if (waiting().length) {
    if (form && queue[here()]) { fill(queue[here()]); say("unsent"); }
    waiting().forEach(function (place) { count(place, queue[place].length > 0); });
    flush().then(function (isSent) { if (isSent && handIn) { leaving = true; window.location.reload(); } });
  }
  tick();
  window.setTimeout(fetchPaper, 300);
})();
