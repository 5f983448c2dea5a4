// The search of a page: every word must be in a section; words in its headings count most. What is searched is fetched when
// somebody searches, as a script, since pages that are opened from a folder may fetch nothing else.

const RESULTS_MAX = 20;
const input = document.querySelector("#site-search");
const results = document.querySelector("#site-results");
const root = document.body.dataset.root ?? "";
let loading;

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}search-words.js`;
    script.addEventListener("load", () => resolve(globalThis.HEADGATE_WORDS));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

/** Higher is nearer; 0 is not it. */
function rate([, , page, section, text], words) {
  let sum = 0;
  for (const word of words) {
    if (section.toLowerCase().includes(word)) sum += 20;
    else if (page.toLowerCase().includes(word)) sum += 8;
    else if (text.toLowerCase().includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

function show(found) {
  results.hidden = false;
  if (found.length === 0) {
    results.textContent = "No section has all of these words.";
    return;
  }
  const list = document.createElement("ul");
  for (const [target, anchor, page, section] of found) {
    const link = document.createElement("a");
    link.href = `${root}${target}#${anchor}`;
    link.textContent = section === page ? page : `${page}: ${section}`;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  results.replaceChildren(list);
}

async function search() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    results.hidden = true;
    return;
  }
  const rated = (await load()).map((one) => [rate(one, words), one]).filter(([sum]) => sum > 0);
  rated.sort(([one], [other]) => other - one);
  show(rated.slice(0, RESULTS_MAX).map(([, one]) => one));
}

input.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") results.hidden = true;
  if (event.key !== "/" || document.activeElement === input) return;
  event.preventDefault();
  input.focus();
});
// On a phone the list of pages would stand before every page.
if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".pages").open = false;
