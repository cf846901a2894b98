"use strict";
// What tables and figures can do, in the report and in a notebook: sort, search, lead from a number or a mark to its rows.
(() => {
  if (window.o365nb) return window.o365nb.tables();

  const PAGE = 200; // rows laid out at a time: a table of thousands takes seconds; on paper all of them show
  const letters = new Intl.Collator("en", { numeric: true });
  const plain = (cell) => cell.dataset.sort ?? cell.textContent.trim();
  const number = (text) => (text === "" ? NaN : Number(text));
  const compare = (a, b) => (Number.isNaN(a.number) || Number.isNaN(b.number) ? letters.compare(a.text, b.text) : a.number - b.number);

  const sortable = (table, sheet) => {
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      const printed = document.createElement("span");
      printed.className = "onpaper";
      button.textContent = printed.textContent = head.textContent;
      head.replaceChildren(button, printed);
      let keys = null;
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        keys ??= new Map(sheet.rows.map((row) => {
          const text = plain(row.cells[column]);
          return [row, { text, number: number(text) }];
        }));
        sheet.rows.sort((a, b) => (down ? compare(keys.get(b), keys.get(a)) : compare(keys.get(a), keys.get(b))));
        sheet.shown = PAGE;
        sheet.rows.forEach((row) => { row.hidden = true; }); // moved unseen, nothing is laid out twice
        body.replaceChildren(...sheet.rows);
        sheet.show();
      });
    });
  };

  const searchable = (table, sheet) => {
    const finder = document.createElement("div"), label = document.createElement("label");
    const input = document.createElement("input"), count = document.createElement("output");
    const all = document.createElement("button"), more = document.createElement("button");
    finder.className = "finder";
    input.type = "search";
    input.placeholder = "Search these rows";
    input.setAttribute("aria-label", `Search: ${table.caption.textContent}`);
    all.type = more.type = "button";
    all.textContent = "Show all rows";
    label.append(input);
    const foot = document.createElement("div");
    foot.className = "finder";
    foot.append(more);
    finder.append(label, count, all);
    table.parentElement.before(finder);
    table.parentElement.after(foot);
    const texts = new Map();
    let chosen = null;
    const said = (row) => texts.get(row) ?? texts.set(row, row.textContent.toLowerCase()).get(row);
    sheet.show = () => {
      const wanted = input.value.trim().toLowerCase();
      const { length } = sheet.rows;
      let found = 0;
      for (const row of sheet.rows) {
        const fits = (!chosen || chosen.has(row)) && (!wanted || said(row).includes(wanted));
        found += fits ? 1 : 0;
        row.hidden = !fits || found > sheet.shown;
      }
      const left = found - sheet.shown;
      all.hidden = !chosen;
      foot.hidden = left <= 0;
      more.textContent = `Show ${Math.min(PAGE, left)} more`;
      const many = wanted || chosen ? `${found} of ${length} rows` : `${length} rows`;
      count.textContent = left > 0 ? `${many}, the first ${sheet.shown} shown` : many;
    };
    const anew = () => { sheet.shown = PAGE; sheet.show(); };
    input.addEventListener("input", anew);
    all.addEventListener("click", () => { chosen = null; anew(); input.focus(); });
    more.addEventListener("click", () => {
      const next = sheet.rows.find((row, i) => i && row.hidden && !sheet.rows[i - 1].hidden);
      sheet.shown += PAGE;
      sheet.show();
      next?.scrollIntoView({ block: "nearest" });
      if (foot.hidden) input.focus();
    });
    table.only = (some) => { chosen = new Set(some); input.value = ""; anew(); };
    sheet.show();
  };

  const tables = () => {
    for (const table of document.querySelectorAll(".o365nb table.data.tool:not([data-ready])")) {
      table.dataset.ready = "";
      const sheet = { rows: [...table.tBodies[0].rows], shown: PAGE, show: null };
      sortable(table, sheet);
      searchable(table, sheet);
    }
  };

  // Several notebooks may be open in one page: what is looked for is looked for beside what was clicked.
  const around = (node) => node.closest(".jp-Notebook") ?? document;
  const unfold = (node) => { for (let at = node; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true; };
  const lead = (row) => {
    row.hidden = false;
    unfold(row);
    row.scrollIntoView({ block: "center" });
    row.classList.add("led");
    setTimeout(() => row.classList.remove("led"), 2500);
  };

  const behind = (plot, mark) => {
    if (!Array.isArray(mark)) return;
    const [lane, from, to] = mark;
    const rows = [...around(plot).querySelectorAll(`.o365nb tr[data-lane="${lane}"]`)]
      .filter((row) => row.dataset.from <= to && row.dataset.to >= from);
    const table = rows[0]?.closest("table");
    if (!table) return;
    table.only?.(rows.filter((row) => row.closest("table") === table));
    lead(rows[0]);
  };
  document.addEventListener("pointerover", (event) => {
    const plot = event.target instanceof Element && event.target.closest(".js-plotly-plot");
    if (!plot || !plot.on || plot.dataset.linked) return;
    plot.dataset.linked = "yes";
    plot.on("plotly_click", (click) => behind(plot, click.points[0]?.customdata));
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".o365nb a.ref");
    if (!link || !link.closest(".jp-Notebook")) return;
    event.preventDefault();
    event.stopPropagation();
    const target = around(link).querySelector(`[id="${CSS.escape(link.hash.slice(1))}"]`);
    if (target) lead(target);
    else link.title = `${link.textContent} is not on this page: case.findings shows it`;
  }, true);

  window.o365nb = { tables };
  tables();
})();
