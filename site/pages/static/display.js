// Runs before the first paint, so that the menu folds without a jump. How a page looks, the server wrote on <html>.
document.documentElement.classList.add("js");
