/* Run in a page of the site: hands its article over as a chapter of the printed book.
   `name` is the page's name, `level` the heading level that its title gets. */
({ name, level, names }) => {
  const article = document.querySelector("article.bd-article");
  const all = (selector, root = article) => [...root.querySelectorAll(selector)];
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const here = new URL(".", location.href).href;

  all("script, noscript, .headerlink, .copybtn, .toggle-button, mjx-assistive-mml").forEach((e) => e.remove());
  all("details").forEach((e) => (e.open = true));

  /* Questions stay, what gives their answers away is collected for the end of the book. */
  const answers = all(".Quiz").map((quiz) => {
    const field = quiz.querySelector("input.Input-text");
    const right = field
      ? JSON.parse(field.dataset.answers).filter((answer) => answer.correct)
      : all('label[data-correct="true"]', quiz).map((label) => ({ text: words(label), feedback: label.dataset.feedback }));
    const question = words(quiz.firstElementChild);
    all(".Feedback, .InpLabel, input", quiz).forEach((e) => e.remove());
    return { question, right };
  });
  all(".Quiz, .Quiz *").forEach((e) => Object.keys(e.dataset).forEach((key) => delete e.dataset[key]));
  const solutions = all(".solution").map((solution) => {
    solution.remove();
    return { title: words(solution.querySelector(".admonition-title")), html: solution.querySelector("section").innerHTML };
  });

  /* Addresses: within the book to the place in the book, files of the site by their name. */
  all("[id]").forEach((e) => (e.id = `${name}--${e.id}`));
  all("img").forEach((e) => (e.src = e.src));
  all("a:has(> img)").forEach((e) => e.replaceWith(...e.childNodes)); // to the picture itself
  for (const link of all("a[href]")) {
    const url = new URL(link.href);
    const page = url.pathname.slice(new URL(here).pathname.length).replace(/\.html$/, "") || "index";
    if (!link.href.startsWith(here)) continue;
    if (names.includes(page)) {
      const at = decodeURIComponent(url.hash.slice(1));
      link.setAttribute("href", `#${page}${at && "--" + at}`);
    } else {
      link.replaceWith(...link.childNodes, ` (on the course site: ${link.href.slice(here.length)})`);
    }
  }

  const headings = [];
  for (const old of all("h1, h2, h3, h4")) {
    const depth = Number(old.tagName[1]) + level - 1;
    const heading = document.createElement(`h${depth}`);
    heading.append(...old.childNodes);
    const section = old.closest("section[id]");
    old.replaceWith(heading);
    if (!old.matches(".admonition *")) headings.push({ depth, text: words(heading), id: section?.id ?? name });
  }
  // MathJax adds rules that its element's text does not show.
  const styles = all("style", document).map((e) => [...e.sheet.cssRules].map((rule) => rule.cssText).join("\n"));
  const sheets = all('link[rel="stylesheet"]', document).map((e) => e.href);
  return { name, html: article.innerHTML, headings, answers, solutions, styles, sheets };
}
