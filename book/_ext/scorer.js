// The order of search results: first what has the words of the question in its title.
//
// Without this, a page with one of the words in any heading comes before the page whose title
// is the question. Numbers of chapters do not count, and of a chapter and a room of the reference
// with one title the chapter comes first. All other numbers are Sphinx's own.
var Scorer = {
  score: ([page, title, , , score]) => {
    const words = (text) => text.toLowerCase().match(/\p{L}+/gu) || [];
    const asked = words(new URLSearchParams(window.location.search).get("q") || "");
    const there = new Set(words(title));
    const found = asked.filter((word) => there.has(word)).length;
    const share = (found / (asked.length || 1)) * (found / (there.size || 1));
    return score + 100 * share - (page.startsWith("reference/") ? 20 : 0);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
