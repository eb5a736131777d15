/* What a reader has read, answered and done, kept in this browser only. The words stand in the
   page (book/_ext/templates); this script ticks, counts, saves, loads and erases. */
(() => {
  "use strict";
  // Two books on one host have one storage: the key tells them apart.
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const KEY = "crmlab-progress " + root.pathname.replace(/index\.html$/, "");

  function isKept() {
    try {
      localStorage.setItem(KEY + "?", "");
      localStorage.removeItem(KEY + "?");
      return true;
    } catch {
      return false;
    }
  }

  /* Only what has the right form counts, wherever it comes from. */
  function clean(all) {
    const entries = Object.entries(all).map(([chapter, done]) => [
      chapter,
      { read: done.read === true, lab: done.lab === true, right: [...new Set(done.right.map(String))] },
    ]);
    return Object.fromEntries(entries);
  }

  function load() {
    try {
      return clean(JSON.parse(localStorage.getItem(KEY)) || {});
    } catch {
      return {};
    }
  }

  function change(chapter, how) {
    const all = load();
    const done = all[chapter] || { read: false, lab: false, right: [] };
    how(done);
    save({ ...all, [chapter]: done });
  }

  function save(all) {
    try {
      localStorage.setItem(KEY, JSON.stringify(all));
    } catch {
      return reveal(false);
    }
    show();
  }

  function show() {
    const all = load();
    for (const place of document.querySelectorAll("[data-chapter]")) {
      const done = all[place.dataset.chapter] || { right: [] };
      for (const part of place.querySelectorAll("[data-part]")) {
        const { part: name, yes, no } = part.dataset;
        if (part.tagName === "BUTTON") part.setAttribute("aria-pressed", Boolean(done[name]));
        else if (name === "right") part.textContent = Math.min(done.right.length, place.dataset.questions);
        else part.textContent = done[name] ? yes : no;
      }
    }
  }

  function reveal(kept) {
    for (const part of document.querySelectorAll("[data-when]")) {
      part.hidden = part.dataset.when !== (kept ? "kept" : "refused");
    }
  }

  /* A question is known by its text: a new text is a new question. */
  function nameOf(question) {
    let sum = 0;
    for (const letter of question.querySelector("[id^=quizQn]").textContent) {
      sum = (sum * 31 + letter.codePointAt(0)) | 0;
    }
    return sum.toString(36);
  }

  function isRight(question) {
    const missing = 'label[data-correct="true"]:not([class*="correctButton" i])';
    const many = question.querySelector(".ManyChoiceQn");
    return question.querySelector(".Feedback.correct") && !(many && question.querySelector(missing));
  }

  function watchChapter(box) {
    const { chapter } = box.dataset;
    for (const button of box.querySelectorAll("button")) {
      const name = button.dataset.part;
      button.addEventListener("click", () => change(chapter, (done) => (done[name] = !done[name])));
    }
    const answered = (mutations) => {
      const right = mutations.filter((m) => m.target.matches(".Feedback.correct")).map((m) => m.target.closest(".Quiz"));
      if (!right.some(isRight)) return;
      const asked = [...document.querySelectorAll(".Quiz")].map(nameOf);
      const names = right.filter(isRight).map(nameOf);
      change(chapter, (done) => (done.right = [...new Set([...done.right, ...names])].filter((n) => asked.includes(n))));
    };
    const article = box.closest("article") || document.body;
    new MutationObserver(answered).observe(article, { subtree: true, attributeFilter: ["class"] });
  }

  function download() {
    const text = JSON.stringify({ "crmlab-progress": 1, chapters: load() }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "crmlab-progress.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /* What is loaded is added: nothing that was done here is lost. */
  async function add(file) {
    const read = JSON.parse(await file.text());
    if (read["crmlab-progress"] !== 1) throw new TypeError("not a file of progress");
    const all = load();
    for (const [chapter, more] of Object.entries(clean(read.chapters))) {
      const done = all[chapter] || { right: [] };
      all[chapter] = {
        read: done.read || more.read,
        lab: done.lab || more.lab,
        right: [...new Set([...done.right, ...more.right])],
      };
    }
    save(all);
  }

  function watchOverview(box) {
    const status = box.querySelector("[role=status]");
    const field = box.querySelector("input[type=file]");
    const erase = box.querySelector("[data-do=erase]");
    box.querySelector("[data-do=export]").addEventListener("click", download);
    field.addEventListener("change", async () => {
      const said = await add(field.files[0]).then(() => "loaded", () => "wrong");
      status.textContent = status.dataset[said];
      field.value = "";
    });
    erase.addEventListener("click", () => {
      if (!confirm(erase.dataset.ask)) return;
      localStorage.removeItem(KEY);
      show();
      status.textContent = status.dataset.erased;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const chapter = document.querySelector(".crmlab-done");
    const overview = document.querySelector(".crmlab-progress");
    if (!chapter && !overview) return;
    const kept = isKept();
    reveal(kept);
    if (!kept) return;
    if (chapter) watchChapter(chapter);
    if (overview) watchOverview(overview);
    show();
    window.addEventListener("storage", show); // another tab
    window.addEventListener("pageshow", show); // back from another page
  });
})();
