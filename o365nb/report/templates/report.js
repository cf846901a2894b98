"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const figures = [...document.querySelectorAll(".figure")];
  const LIGHT = { ink: "#1d2530", paper: "#ffffff", line: "#ddd9cf" };
  const LANES = { attacker: ["--attacker", "#a84300"], user: ["--user", "#00609a"], responder: ["--responder", "#00704f"] };
  const lanes = (layout, paper) => Object.fromEntries((layout.annotations || []).flatMap((note, i) =>
    LANES[note.name] ? [[`annotations[${i}].font.color`, paper ? LANES[note.name][1] : css(LANES[note.name][0])]] : []));
  const look = (paper) => {
    const at = paper ? LIGHT : { ink: css("--ink"), paper: css("--paper"), line: css("--line") };
    return {
      "font.color": at.ink, "font.family": css("--sans"), "xaxis.linecolor": at.line, "xaxis.tickfont.color": at.ink,
      "hoverlabel.bgcolor": at.paper, "hoverlabel.font.color": at.ink, "hoverlabel.bordercolor": at.line,
      "updatemenus[0].bgcolor": at.paper, "updatemenus[0].bordercolor": at.line, "updatemenus[0].font.color": at.ink,
    };
  };
  const fitting = (layout, change, paper) => ({
    ...Object.fromEntries(Object.entries(change).filter(([key]) => !key.startsWith("updatemenus") || (layout.updatemenus || []).length)),
    ...lanes(layout, paper),
  });
  for (const box of figures) {
    const plot = JSON.parse(box.querySelector("script[type='application/json']").textContent);
    const place = box.querySelector(".plot");
    const small = box.clientWidth < 520;
    if (small) {
      const [from, to] = plot.layout.xaxis.range.map(Date.parse);
      plot.layout.xaxis.range = [new Date(from - (to - from) * 0.25).toISOString(), plot.layout.xaxis.range[1]];
      plot.layout.xaxis.nticks = 4;
      plot.layout.dragmode = false;
    }
    Plotly.newPlot(place, plot.data, plot.layout, plot.config).then(() => Plotly.relayout(place, fitting(plot.layout, look(false), false)));
  }
  const redraw = (change, paper) => figures.forEach((box) => {
    const place = box.querySelector(".plot");
    Plotly.relayout(place, fitting(place.layout, change, paper));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw(look(false), false));
  addEventListener("beforeprint", () => redraw({ ...look(true), autosize: false, width: 660 }, true));
  addEventListener("afterprint", () => redraw({ ...look(false), autosize: true, width: null }, false));

  const plain = (cell) => cell.dataset.sort ?? cell.textContent.trim();
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b, "en", { numeric: true });
  };
  for (const table of document.querySelectorAll("table.data.tool")) {
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
    const finder = document.createElement("div"), label = document.createElement("label");
    const input = document.createElement("input"), count = document.createElement("output");
    finder.className = "finder";
    input.type = "search";
    input.placeholder = "Search these rows";
    input.setAttribute("aria-label", `Search: ${table.caption.textContent}`);
    count.textContent = `${rows.length} rows`;
    label.append(input);
    finder.append(label, count);
    table.parentElement.before(finder);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      rows.forEach((row, i) => { row.hidden = !texts[i].includes(wanted); shown += row.hidden ? 0 : 1; });
      count.textContent = wanted ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
    });
  }

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  const links = new Map([...document.querySelectorAll("nav.toc a")].map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((a) => a.removeAttribute("aria-current"));
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }), { rootMargin: "-10% 0px -80% 0px" });
  document.querySelectorAll("main > section[id]").forEach((section) => seen.observe(section));
})();
