"use strict";
// What tables and figures can do, in the report and in a notebook: sort, search, lead from a number or a mark to its rows.
(() => {
  if (window.o365nb) return window.o365nb.tables();

  const plain = (cell) => cell.dataset.sort ?? cell.textContent.trim();
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b, "en", { numeric: true });
  };

  const sortable = (table) => {
    const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map((row) => [plain(row.cells[column]), row]);
        keyed.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
        body.append(...keyed.map((pair) => pair[1]));
      });
    });
  };

  const searchable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const finder = document.createElement("div"), label = document.createElement("label");
    const input = document.createElement("input"), count = document.createElement("output"), all = document.createElement("button");
    finder.className = "finder";
    input.type = "search";
    input.placeholder = "Search these rows";
    input.setAttribute("aria-label", `Search: ${table.caption.textContent}`);
    all.type = "button";
    all.textContent = "Show all rows";
    label.append(input);
    finder.append(label, count, all);
    table.parentElement.before(finder);
    let texts = null, chosen = null;
    const show = () => {
      const wanted = input.value.trim().toLowerCase();
      texts ??= rows.map((row) => row.textContent.toLowerCase());
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !texts[i].includes(wanted) || Boolean(chosen && !chosen.has(row));
        shown += row.hidden ? 0 : 1;
      });
      all.hidden = !chosen;
      count.textContent = wanted || chosen ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
    };
    input.addEventListener("input", show);
    all.addEventListener("click", () => { chosen = null; show(); input.focus(); });
    table.only = (some) => { chosen = new Set(some); input.value = ""; show(); };
    all.hidden = true;
    count.textContent = `${rows.length} rows`;
  };

  const tables = () => {
    for (const table of document.querySelectorAll(".o365nb table.data.tool:not([data-ready])")) {
      table.dataset.ready = "";
      sortable(table);
      searchable(table);
    }
  };

  // Several notebooks may be open in one page: what is looked for is looked for beside what was clicked.
  const around = (node) => node.closest(".jp-Notebook") ?? document;
  const unfold = (node) => { for (let at = node; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true; };
  const lead = (row) => {
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
