// Follows a search: asks the server every two seconds, and changes what has changed.

pysmac.follow = () => {
  let tag = document.documentElement.dataset.tag;
  let [timer, since] = [0, new Date()];
  const line = document.getElementById("live");
  const say = (text, lost) => {
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("lost", lost);
  };

  /** Put new content in the place of the old one; pictures, their settings and the reader's place stay. */
  const replace = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const main = document.querySelector("main");
    const before = new Map([...main.querySelectorAll("section")].map((each) => [each.id, each]));
    const first = [...before.values()].find((each) => each.getBoundingClientRect().bottom > 0);
    const top = first && first.getBoundingClientRect().top;
    const scrolled = [...main.querySelectorAll(".scroll, pre")].map((each) => each.scrollLeft);
    const open = new Set([...main.querySelectorAll("details[open]")].map((each) => each.id));
    const focus = document.activeElement && main.contains(document.activeElement) ? document.activeElement : null;
    const started = before.has("history");
    const parts = [...fresh.querySelector("main").children].map((each) => {
      const old = before.get(each.id);
      if (old && each.id === "history") {
        old.querySelector("p").replaceWith(document.adoptNode(each.querySelector("p")));
        return old;
      }
      return old && each.id === "parallel" ? old : document.adoptNode(each);
    });
    main.replaceChildren(...parts);
    for (const each of main.querySelectorAll("details")) each.open = open.has(each.id);
    document.title = fresh.title;
    if (started && document.getElementById("data")) pysmac.show();
    else pysmac.start();
    [...main.querySelectorAll(".scroll, pre")].forEach((each, i) => { each.scrollLeft = scrolled[i] || 0; });
    const now = first && document.getElementById(first.id);
    if (now) window.scrollBy(0, now.getBoundingClientRect().top - top);
    const again = focus && (main.contains(focus) ? focus : focus.id && document.getElementById(focus.id));
    if (again) again.focus({ preventScroll: true });
  };

  const ask = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(location.pathname, { headers: { "If-None-Match": tag }, cache: "no-store" });
      if (answer.status === 200) {
        const text = await answer.text();
        tag = answer.headers.get("ETag");
        since = new Date();
        replace(text);
      } else if (answer.status !== 304) throw new Error(answer.statusText);
      say("This page follows the search.", false);
    } catch {
      say(`The search cannot be followed any more; this is what was there at ${since.toLocaleTimeString()}.`, true);
    }
    timer = setTimeout(ask, 2000);
  };
  pysmac.ask = ask;
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  timer = setTimeout(ask, 2000);
};

pysmac.follow();
