// Puts the pictures into the page, and draws them anew where its width or its colours change.

pysmac.start = () => {
  const find = (id) => document.getElementById(id);
  if (!find("data")) return;
  const paint = () => {
    pysmac.colours = Object.fromEntries(Object.entries(pysmac.statusColours).map(([status, name]) => [status, pysmac.colour(name)]));
  };
  paint();
  const history = pysmac.history(find("history-chart"), find("history-controls"), find("history-legend"));
  const parallel = pysmac.parallel(find("parallel-chart"), find("parallel-controls"), find("kept"), history.fade);
  let data;
  pysmac.show = () => {
    data = JSON.parse(find("data").textContent);
    history.show(data, parallel.show(data));
    document.documentElement.setAttribute("data-ready", String(data.total));
  };
  pysmac.show();
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return; // on a phone the height changes with each scroll
    width = window.innerWidth;
    history.draw();
    parallel.draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { paint(); pysmac.show(); });
};

pysmac.start();
