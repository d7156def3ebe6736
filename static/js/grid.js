// The score grid: Enter and arrows move, Esc takes back what was typed. Saving is htmx's; without either the form saves.
(function () {
  "use strict";
  var grid = document.querySelector("[data-grid]");
  if (!grid) { return; }

  function neighbour(input, step) {
    var cell = input.closest("td");
    var row = cell.parentElement;
    var place = Array.prototype.indexOf.call(row.children, cell);
    do {
      row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      var next = row && row.children[place];
      var found = next && next.querySelector("input[type=text]");
      if (found) { return found; }
    } while (row);
    return null;
  }

  grid.addEventListener("focusin", function (event) {
    if (event.target.type === "text") { event.target.dataset.before = event.target.value; event.target.select(); }
  });

  grid.addEventListener("keydown", function (event) {
    var input = event.target;
    if (input.type !== "text") { return; }
    if (event.key === "Escape") { input.value = input.dataset.before || ""; event.preventDefault(); return; }
    var step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) { return; }
    event.preventDefault();
    var next = neighbour(input, step);
    if (next) { next.focus(); } else { input.blur(); }
  });
})();
