// Keeps the page of live events up to date. Everything it inserts was rendered, and escaped, by the server.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live) return;
  const state = document.getElementById("live-state");
  const pause = document.getElementById("live-pause");
  const announcement = document.getElementById("live-said");
  const most = 200;
  const wanted = new URLSearchParams(location.search).get("where") || "";
  const question = wanted ? "?" + new URLSearchParams({ where: wanted }) : "";
  let paused = false;
  let waiting = 0;
  let timer = null;
  let tries = 0;
  let saidAt = 0;

  const show = (name, text) => {
    state.dataset.state = name;
    state.textContent = text;
  };
  const showLive = () => {
    if (paused) show("paused", waiting ? `paused, ${waiting} waiting` : "paused");
    else show("live", "live");
  };

  const plan = (milliseconds) => {
    if (timer === null && !paused) timer = setTimeout(refresh, milliseconds);
  };

  // Rows that are not there come to the top; rows that are gone from the newest ones were retracted.
  const merge = (list, fresh) => {
    const had = new Set(Array.from(list.children, (row) => row.id));
    const rows = Array.from(fresh.children);
    const added = rows.filter((row) => row.id && !had.has(row.id));
    const known = new Set(rows.map((row) => row.id));
    const oldest = Math.min(...rows.map((row) => Number(row.dataset.seq || 0)));
    for (const row of Array.from(list.children)) {
      if (!row.id || (!known.has(row.id) && Number(row.dataset.seq) > oldest)) row.remove();
    }
    for (const row of added.toReversed()) {
      row.classList.add("new");
      list.prepend(row);
      setTimeout(() => row.classList.remove("new"), 8000);
    }
    while (list.children.length > most) list.lastElementChild.remove();
    return added;
  };

  const say = (added) => {
    if (added.length === 0 || Date.now() - saidAt < 5000) return;
    saidAt = Date.now();
    const first = added[0].querySelector(".what");
    announcement.textContent = `${added.length} new: ${first ? first.textContent.replace(/\s+/g, " ").trim() : ""}`;
  };

  const refresh = async () => {
    timer = null;
    try {
      const answer = await fetch("/live" + question, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const added = [];
      for (const list of live.querySelectorAll("[data-list]")) {
        const fresh = page.querySelector(`[data-list="${list.dataset.list}"]`);
        if (fresh) added.push(...merge(list, fresh));
      }
      waiting = 0;
      showLive();
      say(added);
      // The stream may be ahead of what is kept: look again, not for ever.
      if (added.length === 0 && tries < 5) {
        tries += 1;
        plan(400 * tries);
      } else tries = 0;
    } catch (error) {
      show("broken", "no answer; trying again");
      plan(3000);
    }
  };

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (paused) {
      clearTimeout(timer);
      timer = null;
    } else plan(0);
    showLive();
  });

  const stream = new EventSource("/api/v1/stream" + question);
  stream.addEventListener("open", () => {
    showLive();
    plan(0);
  });
  stream.addEventListener("error", () => show("broken", "not connected; trying again"));
  for (const kind of ["event", "event.corrected", "event.retracted", "alert"]) {
    stream.addEventListener(`tidings.${kind}.v1`, () => {
      waiting += 1;
      tries = 0;
      if (paused) showLive();
      plan(150);
    });
  }
  pause.hidden = false;
})();

// A link of 'tidings up' has the token behind the #, which no server and no log sees: sign in with it, and take it out of the address.
(() => {
  const field = document.getElementById("token");
  if (!field || !location.hash.startsWith("#token=")) return;
  field.value = decodeURIComponent(location.hash.slice("#token=".length));
  history.replaceState(null, "", location.pathname + location.search);
  field.form.requestSubmit();
})();
