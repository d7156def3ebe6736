// The score grid. Enter and arrows move, Esc takes back; a cell is saved when it is left, one after the other. What the
// server has not confirmed waits in this browser under the reader's own key, survives a lost connection and a reload,
// and goes when they sign out (app.js). Without this script the whole form saves.
(function () {
  "use strict";
  var grid = document.querySelector("[data-grid]");
  if (!grid) { return; }
  moveByKeys();
  if (!grid.dataset.cells) { return; }  // read, or saved together with a reason
  var form = grid.closest("form");
  var told = document.getElementById("save-state");
  var idle = told.textContent;
  var words = JSON.parse(grid.dataset.words);
  var AGAIN = 3000;      // after a failure, and while the connection is gone
  var LONGEST = 15000;   // an answer that has not come by then is a failure
  var queue = {};        // cells that wait, by name: {value, version, parameter}
  var stopped = {};      // cells that wait for their reader: refused, or in conflict
  var sending = null;
  var trouble = "";      // "offline" or "out"
  var timer = null;
  var leaving = false;
  var pressed = false;   // the button waits for the cells that are on their way
  var lastSaved = "";
  var columns = {};
  grid.querySelectorAll("th[data-number]").forEach(function (each) { columns[each.dataset.number] = each.dataset.parameter; });

  // --- Cells -------------------------------------------------------------------------------------------------------
  function inputs() { return Array.from(grid.querySelectorAll("input[name^='score-']")); }
  function inputOf(name) { return grid.querySelector("input[name='" + name + "']"); }
  function person(name) { return name.split("-")[1]; }
  function number(name) { return name.split("-")[2]; }

  // A row keeps in one field what the server holds of its cells: "number:version:value" each.
  function kept(name) {
    var row = form.querySelector("input[name='row-" + person(name) + "']");
    var parts = row ? row.value.split("|") : [];
    var at = parts.findIndex(function (each) { return each.split(":")[0] === number(name); });
    var said = at < 0 ? ["", "0", ""] : parts[at].split(":");
    return {
      version: Number(said[1]), was: said[2], clash: said[3] === "clash",
      put: function (version, was, clash) {
        if (at < 0) { return; }
        parts[at] = [number(name), version, was].concat(clash ? ["clash"] : []).join(":");
        row.value = parts.join("|");
      },
    };
  }

  function tag(input, kind, text) {
    var cell = input.closest("td"), old = cell.querySelector("[data-state]");
    if (old) { old.remove(); }
    cell.classList.remove("is-warn", "is-late", "is-ok");
    if (kind) { cell.classList.add(kind); }
    input.removeAttribute("aria-describedby");
    if (kind === "is-late") { input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); }
    if (!text) { return; }
    var line = document.createElement("span");
    line.className = kind === "is-late" ? "cell-tag text-wrap" : "cell-tag";
    line.dataset.state = "";
    line.id = "d" + input.name;
    line.textContent = text;
    input.after(line);
    input.setAttribute("aria-describedby", line.id);
  }

  function showChoice(input, html) {
    tag(input, "is-late", "");
    var box = document.createElement("template");
    box.innerHTML = html;
    var choice = box.content.firstElementChild;
    choice.dataset.state = "";
    input.after(choice);
    input.setAttribute("aria-describedby", choice.id);
  }

  // --- What waits, kept in the browser -----------------------------------------------------------------------------
  function keepDrafts() {
    var all = Object.assign({}, queue, stopped);
    try {
      if (Object.keys(all).length) { window.localStorage.setItem(grid.dataset.draft, JSON.stringify(all)); }
      else { window.localStorage.removeItem(grid.dataset.draft); }
    } catch (_full) { /* the page itself still holds what was typed */ }
  }

  function say() {
    var waiting = Object.keys(queue).length + (sending ? 1 : 0), held = Object.keys(stopped);
    var away = held.filter(function (name) { return !inputOf(name); }).length;
    var text = idle, kind = "";
    if (trouble) { text = words[trouble].replace("%s", waiting); kind = "is-warn"; }
    else if (held.length > away) { text = words.wrong.replace("%s", held.length - away); kind = "is-late"; }
    else if (waiting) { text = words.saving.replace("%s", waiting); }
    else if (away) { text = words.elsewhere.replace("%s", away); kind = "is-warn"; }
    else if (lastSaved) { text = words.saved.replace("%s", lastSaved); }
    if (told.textContent !== text) { told.textContent = text; }
    told.className = kind;
  }

  function enqueue(input) {
    var name = input.name, held = kept(name);
    if (held.clash) { return; }  // the choice decides
    delete stopped[name];
    if (input.value.trim() === held.was && !(sending && sending.name === name)) {
      delete queue[name];
      tag(input, "", "");
    } else {
      queue[name] = { value: input.value.trim(), version: held.version, parameter: columns[number(name)] };
      tag(input, "is-warn", words.unsaved);
    }
    keepDrafts();
    send();
    say();
  }

  // --- Sending, one cell at a time ---------------------------------------------------------------------------------
  function send() {
    var name = Object.keys(queue)[0];
    if (sending || timer || !name) { return; }
    sending = Object.assign({ name: name }, queue[name]);
    var body = new URLSearchParams({ value: sending.value, version: sending.version });
    var stop = new AbortController(), clock = window.setTimeout(function () { stop.abort(); }, LONGEST);
    fetch(grid.dataset.cells + person(name) + "/" + sending.parameter + "/" + grid.dataset.query, {
      method: "POST", body: body, redirect: "manual", credentials: "same-origin", signal: stop.signal,
      headers: { "Accept": "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
    }).then(function (answer) {
      if (answer.type === "opaqueredirect" || answer.status === 403) { throw new Error("out"); }
      if (![200, 409, 422].includes(answer.status)) { throw new Error("offline"); }
      return answer.json().then(function (said) { take(name, answer.status, said); });
    }).catch(function (why) {
      trouble = why.message === "out" ? "out" : "offline";
      pressed = false;
      timer = window.setTimeout(resume, AGAIN);
    }).finally(function () {
      window.clearTimeout(clock);
      sending = null;
      keepDrafts();
      say();
      send();
      settled();
    });
  }

  function resume() {
    window.clearTimeout(timer);
    timer = null;
    send();
  }
  window.addEventListener("online", resume);
  window.addEventListener("offline", function () {
    if (Object.keys(queue).length) { trouble = "offline"; say(); }
  });

  // The answer belongs to its own cell, wherever the reader is by now. Typed on meanwhile: that is sent next.
  function take(name, status, said) {
    trouble = "";
    var input = inputOf(name), entry = queue[name], held = kept(name);
    var typedOn = entry && entry.value !== sending.value;
    if (status === 200) {
      lastSaved = said.at;
      held.put(said.version, said.value);
      if (typedOn) { entry.version = said.version; } else { delete queue[name]; }
      if (input) { saved(input, said, typedOn); }
      return;
    }
    delete queue[name];
    stopped[name] = { value: (entry || sending).value, version: sending.version, parameter: sending.parameter };
    if (!input) {
      // Its parameter stands here and its field does not: nobody can write it any more, and the reader is told why.
      if (columns[number(name)]) { delete stopped[name]; idle = said.problem || idle; }
      return;
    }
    if (status === 409) {
      held.put(said.version, said.theirs, true);
      showChoice(input, said.choice);
    } else {
      tag(input, "is-late", said.problem);
    }
  }

  function saved(input, said, typedOn) {
    if (!typedOn) {
      if (document.activeElement !== input || input.value.trim() === sending.value) { input.value = said.value; }
      tag(input, "is-ok", said.said);
    }
    var row = document.getElementById("w" + said.enrolment).parentElement, result = row.querySelector(".result");
    row.querySelector(".total").textContent = result.dataset.total = said.total;
    result.className = "result is-" + said.look;
    result.querySelector("use").setAttribute("href", "#v-" + said.look);
    result.querySelector("svg").nextSibling.data = said.verdict;
  }

  // Both values stand in the cell: the one chosen holds.
  grid.addEventListener("change", function (event) {
    var radio = event.target;
    if (radio.type !== "radio") { if (radio.name.startsWith("score-")) { enqueue(radio); } return; }
    var input = radio.closest("td").querySelector("input[name^='score-']"), held = kept(input.name);
    held.put(held.version, held.was);
    if (radio.value === "theirs") { input.value = held.was; }
    input.focus();
    enqueue(input);
  });

  // --- Keys --------------------------------------------------------------------------------------------------------
  function neighbour(input, step) {
    var cell = input.closest("td"), row = cell.parentElement;
    var place = Array.prototype.indexOf.call(row.children, cell);
    do {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      var next = row && row.children[place];
      var found = next && next.querySelector("input[name^='score-']");
      if (found) { return found; }
    } while (row);
    return null;
  }

  function moveByKeys() {
    grid.addEventListener("focusin", function (event) {
      if (event.target.name && event.target.name.startsWith("score-")) { event.target.dataset.before = event.target.value; event.target.select(); }
    });
    grid.addEventListener("keydown", function (event) {
      var input = event.target;
      if (!input.name || !input.name.startsWith("score-")) { return; }
      if (event.key === "Escape") { input.value = input.dataset.before || ""; event.preventDefault(); return; }
      var step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) { return; }
      event.preventDefault();
      var next = neighbour(input, step);
      if (next) { next.focus(); } else { input.blur(); }
    });

    // --- A block from a spreadsheet goes to its preview; nothing of it is written before that is confirmed -----------
    grid.addEventListener("paste", function (event) {
      var input = event.target, text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
      var paste = document.getElementById("paste");
      if (!paste || !input.name || !input.name.startsWith("score-")) { return; }
      event.preventDefault();
      if (!/[\t\n]/.test(text)) {
        document.execCommand("insertText", false, text.trim());
        return;
      }
      paste.elements.text.value = text;
      paste.elements.person.value = person(input.name);
      paste.elements.parameter.value = number(input.name);
      leaving = true;
      paste.requestSubmit();
    });
  }

  // --- The button, and leaving -------------------------------------------------------------------------------------
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    pressed = true;
    var here = document.activeElement;
    if (here && here.name && here.name.startsWith("score-") && here.value.trim() !== kept(here.name).was) { enqueue(here); }
    settled();
  });

  // Once nothing waits any more the button's form goes: it tells that all is saved.
  function settled() {
    if (!pressed || sending || Object.keys(queue).length) { return; }
    pressed = false;
    var wrong = grid.querySelector("td.is-late input");
    if (wrong) { wrong.focus(); return; }
    leaving = true;
    form.submit();
  }
  form.addEventListener("mousedown", function (event) {
    if (event.target.closest("button")) { event.preventDefault(); }  // the cell keeps the focus; submit saves it
  });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && (sending || Object.keys(queue).length || Object.keys(stopped).length)) { event.preventDefault(); }
  });

  // --- What waited when the page was left --------------------------------------------------------------------------
  var drafts = {};
  try { drafts = JSON.parse(window.localStorage.getItem(grid.dataset.draft)) || {}; } catch (_broken) { drafts = {}; }
  Object.keys(drafts).forEach(function (name) {
    var input = inputOf(name), draft = drafts[name];
    if (input && draft.value === kept(name).was) { return; }
    queue[name] = draft;
    if (input) { input.value = draft.value; tag(input, "is-warn", words.unsaved); }
  });
  // A page that came back with errors: what is not saved on it warns before it is left.
  inputs().forEach(function (input) {
    if (input.value.trim() !== kept(input.name).was && !queue[input.name]) {
      stopped[input.name] = { value: input.value.trim(), version: kept(input.name).version, parameter: columns[number(input.name)] };
    }
  });
  keepDrafts();
  say();
  send();
})();
