// What is wrong with the boxes of a page, as sentences; empty when it can be read and touched. Runs at a phone's width.
// ``touch``: the least height of what is touched, in px; 44 on participants' pages, 24 elsewhere.
(touch) => {
  const faults = [];
  const style = (element) => getComputedStyle(element);
  const short = (text) => text.trim().replace(/\s+/g, " ").slice(0, 40);
  const where = (element) => {
    const part = (one) => one.tagName.toLowerCase() + [...one.classList].slice(0, 2).map((each) => "." + each).join("");
    const above = element.parentElement;
    return (above ? part(above) + " > " : "") + part(element);
  };
  const say = (fault, element, text) => faults.push(`${fault}: “${short(text ?? element.textContent)}” in ${where(element)}`);
  const viewport = document.documentElement.clientWidth;

  // For screen readers only, or folded away: nobody sees it.
  const unseen = (element) => {
    for (let each = element; each && each !== document.body; each = each.parentElement) {
      if (each.matches(".visually-hidden, .visually-hidden-focusable, .skip, .drawer, [hidden]")) { return true; }
      if (style(each).clipPath !== "none") { return true; }
    }
    return !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const floats = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (["fixed", "sticky"].includes(style(each).position)) { return each; }
    }
    return null;
  };
  const block = (element) => {
    let each = element;
    while (["inline", "contents"].includes(style(each).display)) { each = each.parentElement; }
    return each;
  };

  if (document.documentElement.scrollWidth > viewport) { say("the page scrolls sideways", document.body, document.title); }

  // Every line of text on the page.
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (!text || element.closest("script, style, svg, option, template, textarea") || unseen(element)) { continue; }
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((each) => each.width > 0.5);
    const own = [];
    for (const each of rects) {
      const same = own.find((line) => Math.abs(line.top - each.top) < 3);
      if (same) { same.right = Math.max(same.right, each.right); } else { own.push({ top: each.top, bottom: each.bottom, left: each.left, right: each.right }); }
    }
    if (own.length > 2 && text.length / own.length < 7) { say(`squeezed into ${own.length} lines`, element, text); }

    const holder = block(element);
    const floating = floats(element);
    for (const line of own) {
      let scrolls = false;
      for (let each = holder; each && each !== document.documentElement; each = each.parentElement) {
        const css = style(each);
        const box = each.getBoundingClientRect();
        if (["auto", "scroll"].includes(css.overflowX)) { scrolls = true; break; }
        const hides = css.overflowX !== "visible" && css.textOverflow !== "ellipsis";
        if ((hides || each === holder) && (line.right > box.right + 2 || line.left < box.left - 2)) { say(hides ? "cut off" : "spills out", element, text); break; }
        if (css.overflowY === "hidden" && (line.bottom > box.bottom + 4 || line.top < box.top - 4)) { say("cut off", element, text); break; }
      }
      if (!scrolls && (line.right > viewport + 1 || line.left < -1)) { say("off the screen", element, text); }
      if (floating) {
        const box = floating.getBoundingClientRect();
        if (line.bottom > box.bottom + 1 || line.top < box.top - 1) { say("higher than its bar", element, text); }
      }
      // Glyphs stand inside the line box: what touches there is no collision.
      const inset = (line.bottom - line.top) * 0.2;
      lines.push({ ...line, top: line.top + inset, bottom: line.bottom - inset, element, text, floating });
    }
  }

  lines.sort((one, other) => one.top - other.top);
  lines.forEach((one, place) => {
    for (let next = place + 1; next < lines.length && lines[next].top < one.bottom; next += 1) {
      const other = lines[next];
      if (other.element === one.element || one.floating !== other.floating) { continue; }
      if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 && Math.min(one.bottom, other.bottom) - other.top > 2) {
        say("lies over “" + short(other.text) + "”", one.element, one.text);
      }
    }
  });

  // A value beside its label has more room than the label.
  document.querySelectorAll(".pairs > dd").forEach((value) => {
    const label = value.previousElementSibling;
    if (!unseen(value) && label.offsetWidth > value.offsetWidth && value.offsetHeight > 60) { say("narrower than its label", value); }
  });

  // Lists become cards and the grid shows one column at a time; only a heat map, a month of shifts or a chart may be wider than the page.
  document.querySelectorAll(".dt-wrap, .grid-wrap").forEach((box) => {
    if (!unseen(box) && !box.querySelector(".heat, .roster") && !box.closest(".chart-block") && box.scrollWidth > box.clientWidth + 1) { say("part of it is beside the screen", box, box.querySelector("caption, th")?.textContent); }
  });

  // The labels of cards come from the style sheet: they have no text node, but a height.
  document.querySelectorAll("td[data-label]").forEach((cell) => {
    if (unseen(cell)) { return; }
    const label = getComputedStyle(cell, "::before");
    if (label.content === "none" || label.display === "none") { return; }
    if (parseFloat(label.height) + (parseFloat(label.top) || 0) > cell.clientHeight + 2) { say("its label lies over the next", cell, cell.dataset.label); }
  });

  // What is touched: big enough, or far enough from its neighbours (WCAG 2.5.8); a link inside a sentence is text; a line of a list
  // on participants' pages is none.
  const targets = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((each) => each.type !== "hidden" && !unseen(each) || (each.type === "radio" && each.closest(".seg")));
  const boxes = targets.map((each) => {
    const box = each.getBoundingClientRect();
    const labels = each.labels && /radio|checkbox/.test(each.type) ? [...each.labels].map((label) => label.getBoundingClientRect()) : [];
    const all = [box, ...labels];
    const edge = { top: Math.min(...all.map((one) => one.top)), bottom: Math.max(...all.map((one) => one.bottom)), left: Math.min(...all.map((one) => one.left)), right: Math.max(...all.map((one) => one.right)) };
    return { ...edge, height: edge.bottom - edge.top, width: edge.right - edge.left, each };
  });
  boxes.forEach((box) => {
    if (box.height >= touch - 0.5 && box.width >= Math.min(touch, 24) - 0.5) { return; }
    const around = box.each.parentElement;
    const sentence = box.each.tagName === "A" && style(box.each).display === "inline" && !(touch > 24 && around.tagName === "LI") && around.textContent.trim().length > box.each.textContent.trim().length;
    if (sentence) { return; }
    const x = (box.left + box.right) / 2;
    const y = (box.top + box.bottom) / 2;
    const crowded = boxes.some((other) => other !== box && !box.each.contains(other.each) && Math.hypot(Math.max(other.left - x, 0, x - other.right), Math.max(other.top - y, 0, y - other.bottom)) < 12);
    if (touch > 24 || crowded) { say(`small to touch (${Math.round(box.width)} × ${Math.round(box.height)})`, box.each, box.each.textContent || box.each.name); }
  });
  return [...new Set(faults)];
}
