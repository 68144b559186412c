// Shows how far the backup is, without reloading the page. Without JavaScript the page reloads itself.
"use strict";
const place = document.getElementById("progress");

async function look() {
  if (place.dataset.running !== "yes") return;
  try {
    const response = await fetch("/app/progress", { cache: "no-store" });
    if (!response.ok) return;
    const text = await response.text();
    if (!text.includes('action="/app/stop"')) {
      location.replace("/app");
      return;
    }
    if (!place.contains(document.activeElement)) place.innerHTML = text;
  } catch {
    // The program was closed or is busy: the next look may succeed.
  }
  setTimeout(look, 2000);
}
setTimeout(look, 1000);
