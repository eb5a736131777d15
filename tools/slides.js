/* Starts the deck. Loaded first, so that MathJax finds its settings. */
(() => {
  "use strict";
  window.MathJax = { options: { enableMenu: false, ignoreHtmlClass: "mathjax_ignore" } };
  document.addEventListener("DOMContentLoaded", () => {
    Reveal.initialize({
      width: 1280,
      height: 720,
      margin: 0,
      center: false,
      hash: true,
      navigationMode: "linear",
      slideNumber: "c/t",
      transition: "none",
      viewDistance: 1000,
      // The keys of a slider and of a question are theirs while they have the focus.
      keyboardCondition: () => !document.activeElement?.closest(".crmlab-explorer, .Quiz"),
      plugins: [RevealNotes],
    });
  });
})();
