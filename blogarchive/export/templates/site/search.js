/* The search of an exported site. A page on file:// may load scripts but not fetch files: the texts are in scripts that
   call blogarchiveChunk. They are loaded one by one, newest posts first, until there are enough hits. search/fold.js
   maps characters that are equal for the search (漢 and 汉, Ａ and a). */
"use strict";
(() => {
  const ENOUGH = 50;
  const AROUND = 40;
  const state = document.getElementById("state");
  const hits = document.getElementById("hits");
  const more = document.getElementById("more");
  const given = new URLSearchParams(location.search);
  const words = given.get("q") || "";
  const year = given.get("year") || "";
  const wanted = given.get("author") || "";
  const variants = new Map();
  let next = Number(state.dataset.chunks) - 1;
  let read = 0;
  let found = 0;
  let waiting = [];
  let terms = []; // lists of which one term each must be found
  let excluded = [];

  window.blogarchiveFold = (from, to) => {
    const source = Array.from(from);
    Array.from(to).forEach((folded, place) => {
      const same = variants.get(folded) || [folded];
      same.push(source[place]);
      variants.set(folded, same);
      variants.set(source[place], same);
    });
  };

  window.blogarchiveChunk = (posts) => { waiting = posts.reverse(); };

  const load = (name) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = name;
    script.onload = () => { script.remove(); done(); };
    script.onerror = () => failed(new Error(name));
    document.head.append(script);
  });

  const oneOf = (character) => {
    const same = variants.get(character) || variants.get(character.toLowerCase()) || [character];
    return "[" + same.map((one) => one.replace(/[\\\]^-]/g, "\\$&")).join("") + "]";
  };

  const pattern = (term) => new RegExp(Array.from(term, oneOf).join(""), "iu");

  // As the search of the program: -word excludes, A OR B finds either, "a phrase" is found as a whole, word* a beginning.
  const ask = (text) => {
    let isEither = false;
    for (const [, minus, phrase, word] of text.matchAll(/(-?)(?:"([^"]+)"|(\S+))/g)) {
      const term = (phrase || word).replace(/(?<=[\p{L}\p{N}])\*+$/u, "").trim();
      if (!phrase && !minus && (word === "OR" || word === "|")) {
        isEither = true;
      } else if (term) {
        if (minus) excluded.push(pattern(term));
        else if (isEither && terms.length) terms[terms.length - 1].push(pattern(term));
        else terms.push([pattern(term)]);
        isEither = false;
      }
    }
  };

  const place = (texts) => {
    for (let field = 0; field < texts.length; field += 1) {
      for (const term of terms.flat()) {
        const match = term.exec(texts[field]);
        if (match) return { field, start: match.index, end: match.index + match[0].length };
      }
    }
    return null;
  };

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const marked = (text, start, end) => {
    const line = element("p", "", "beginning");
    const from = Math.max(0, start - AROUND);
    line.append((from ? "…" : "") + text.slice(from, start), element("mark", text.slice(start, end)),
      text.slice(end, end + 2 * AROUND) + (end + 2 * AROUND < text.length ? "…" : ""));
    return line;
  };

  const show = ([path, title, when, author, text, comments]) => {
    const texts = [text, ...comments.map((comment) => comment[1])];
    const where = place(texts);
    const item = element("li");
    const link = element("a", title || "（无题）", "title");
    link.href = path + (where && where.field ? "#c" + where.field : "");
    const meta = element("div", "", "meta");
    meta.append(element("span", author), element("span", when));
    if (where && where.field) meta.append(element("span", comments[where.field - 1][0] + " 评论"));
    item.append(link, meta);
    if (where) item.append(marked(texts[where.field], where.start, where.end));
    hits.append(item);
  };

  const fits = ([, title, when, author, text, comments]) => {
    if ((year && !when.startsWith(year)) || (wanted && author !== wanted)) return false;
    const has = (term) => term.test(title || "") || term.test(text) ||
      comments.some((comment) => term.test(comment[1]) || term.test(comment[0]));
    return terms.every((either) => either.some(has)) && !excluded.some(has);
  };

  const told = (ended) => {
    const total = Number(state.dataset.posts);
    state.textContent = ended ? (found ? "共 " + found + " 篇。" : "没有找到。")
      : "找到 " + found + " 篇，已看 " + read + " / " + total + " 篇…";
    state.dataset.ended = String(ended);
    more.hidden = ended;
  };

  const search = async () => {
    more.hidden = true;
    const goal = found + ENOUGH;
    for (;;) {
      while (waiting.length) {
        const post = waiting.shift();
        read += 1;
        if (fits(post)) { found += 1; show(post); }
        if (found === goal) return told(!waiting.length && next < 0);
      }
      if (next < 0) return told(true);
      told(false);
      more.hidden = true;
      await load("search/" + String(next).padStart(4, "0") + ".js");
      next -= 1;
    }
  };

  const start = async () => {
    for (const name of ["q", "year", "author"]) {
      const field = document.querySelector("main [name=" + name + "]");
      if (field) field.value = given.get(name) || "";
    }
    if (!words.trim()) return;
    document.title = words + " · 搜索";
    await load("search/fold.js");
    ask(words);
    more.addEventListener("click", search);
    await search();
  };

  start().catch((error) => { state.textContent = "读不到文件 " + error.message + "：文件夹可能没有拷全。"; });
})();
