/* What the widgets and the theme lack: MathJax 3, names for screen readers, reach by keyboard. */
(() => {
  "use strict";

  /* The widget manager speaks to MathJax 2. */
  function joinMathJax() {
    if (!window.MathJax) return;
    MathJax.Hub = {
      Queue: ([, , element]) => /\\[([]/.test(element.textContent) && MathJax.typesetPromise([element]),
    };
  }

  function set(element, name, value) {
    if (value && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /* A slider's handle says its name, and its value as the reader sees it. */
  function nameSliders() {
    for (const slider of document.querySelectorAll(".widget-slider")) {
      const handle = slider.querySelector(".noUi-handle");
      const readout = slider.querySelector(".widget-readout");
      if (!handle || !readout) continue;
      set(handle, "aria-label", slider.querySelector(".widget-label")?.textContent.trim());
      set(handle, "aria-valuetext", readout.textContent.trim());
      set(readout, "contenteditable", "false"); // a choice from a list cannot be typed
      set(readout, "aria-hidden", "true"); // the handle says it already
    }
  }

  /* The theme's buttons are called what they show; entries of a reference list are its items. */
  function nameTheme() {
    for (const button of document.querySelectorAll(".search-button-field")) {
      set(button, "aria-label", button.textContent.replace(/\s+/g, " ").trim());
    }
    // Before and after the icons' script has run.
    for (const icon of document.querySelectorAll(".theme-switch-button [title]")) icon.removeAttribute("title");
    for (const icon of document.querySelectorAll(".theme-switch-button svg")) {
      icon.querySelector("title")?.remove();
      set(icon, "aria-hidden", "true");
    }
    for (const entry of document.querySelectorAll("[role=list] > [role=doc-biblioentry]")) {
      set(entry, "role", "listitem");
    }
  }

  /* A box that scrolls sideways can be scrolled by the keyboard, and fades where it goes on. */
  function reachBoxes() {
    const boxes = ".cell_output > .output, .pst-scrollable-table-container, div.math, mjx-container, pre";
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth) set(box, "tabindex", "0");
      fade({ target: box });
      box.addEventListener("scroll", fade, { passive: true });
    }
  }

  function fade({ target }) {
    const rest = target.scrollWidth - target.clientWidth - target.scrollLeft;
    target.classList.toggle("crmlab-more", rest > 4);
  }

  document.addEventListener("DOMContentLoaded", () => {
    joinMathJax();
    nameTheme();
    const watched = { subtree: true, childList: true, attributeFilter: ["aria-valuetext"] };
    new MutationObserver(nameSliders).observe(document.querySelector("article") || document.body, watched);
  });
  window.addEventListener("load", () => {
    nameTheme();
    Promise.resolve(window.MathJax?.startup?.promise).then(reachBoxes);
    window.addEventListener("resize", reachBoxes);
  });
})();
