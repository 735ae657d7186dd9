// Runs before the first paint, so that a remembered display never flashes in the usual one first.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  for (const name of ["text", "contrast", "theme"]) {
    try {
      const value = localStorage.getItem(`display-${name}`);
      if (value) root.dataset[name] = value;
    } catch {
      // Storage may be forbidden; the page then simply looks as usual.
    }
  }
})();
