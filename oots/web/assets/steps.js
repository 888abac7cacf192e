// Left and right arrow keys go to the step before and after. Without this file the links do.
"use strict";

document.getElementById("keys").hidden = false;
document.addEventListener("keydown", (event) => {
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const scrolls = event.target.closest("input, select, textarea, .diagram");
  if (!rel || scrolls || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = document.querySelector(`.step-nav a[rel=${rel}]`);
  if (link) link.click();
});
