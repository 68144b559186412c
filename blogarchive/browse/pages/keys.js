document.addEventListener("keydown", (event) => {
  const { altKey, ctrlKey, metaKey, shiftKey, repeat, isComposing, defaultPrevented, key, target } = event;
  if (altKey || ctrlKey || metaKey || shiftKey || repeat || isComposing || defaultPrevented) return;
  if (target.closest("input, textarea, select, button, summary, [contenteditable]")) return;
  const found = key.length === 1 && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("input")) found.focus();
  else found.click();
});
