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
  // On paper nothing can be unfolded: annexes and long texts open, lists of ids stay in the result files.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.fold:not([open]), details.long:not([open]), .verdict details:not([open])")];
    unfolded.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => unfolded.forEach((one) => { one.open = false; }));
  addEventListener("beforeprint", () => redraw({ ...look(true), autosize: false, width: 660 }, true));
  addEventListener("afterprint", () => redraw({ ...look(false), autosize: true, width: null }, false));

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (!target) return;
    target.hidden = false; // a row past those that a long table shows
    target.scrollIntoView();
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
