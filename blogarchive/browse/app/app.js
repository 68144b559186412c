// Shows how far the backup is, without reloading the page. Without JavaScript the page reloads itself.
"use strict";
const place = document.getElementById("progress");

async function look() {
  if (place.dataset.running !== "yes") return;
  try {
    const response = await fetch("/app/progress", { cache: "no-store" });
    if (response.status === 403) return; // another start of the program: it has another address
    const text = response.ok ? await response.text() : null;
    if (text !== null && !text.includes('action="/app/stop"')) {
      location.replace("/app");
      return;
    }
    if (text !== null && !place.contains(document.activeElement)) place.innerHTML = text;
  } catch {
    // The program was closed or is busy: the next look may succeed.
  }
  setTimeout(look, 2000);
}
setTimeout(look, 1000);
