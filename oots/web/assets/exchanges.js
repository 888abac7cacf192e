// Keeps the list of exchanges up to date, and says so politely. Without this file the list is as it was when it was shown.
"use strict";

const list = document.querySelector("table[data-live]");

if (list && window.EventSource) {
  const rows = list.tBodies[0];
  const said = document.getElementById("live-said");
  const source = new EventSource(list.dataset.live);

  const withRow = (row) => {
    const ids = new Set(row.dataset.ids.split(" "));
    const known = [...rows.rows].filter((each) => each.dataset.ids.split(" ").some((id) => ids.has(id)));
    const focused = known.some((each) => each.contains(document.activeElement));
    const most = Math.max(50, rows.rows.length);
    if (known.length > 0) {
      known[0].replaceWith(row);
      known.slice(1).forEach((each) => each.remove());
    } else {
      const later = [...rows.rows].find((each) => each.dataset.began < row.dataset.began);
      rows.insertBefore(row, later || null);
      while (rows.rows.length > most) rows.lastElementChild.remove();
    }
    row.classList.add("is-new");
    if (focused) row.querySelector("a").focus();
  };

  source.addEventListener("open", () => {
    document.getElementById("live-state").hidden = false;
  });
  source.addEventListener("error", () => {
    document.getElementById("live-state").hidden = true;
  });
  source.addEventListener("exchange", (event) => {
    const held = document.createElement("template");
    held.innerHTML = event.data;
    const row = held.content.querySelector("tr");
    withRow(row);
    list.hidden = false;
    const nothing = document.getElementById("nothing");
    if (nothing) nothing.remove();
    said.textContent = row.dataset.said;
  });
}
