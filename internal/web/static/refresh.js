// Brings the report up to date in place, once a minute while somebody looks at it, and
// says when planwatch does not answer. Without this script a reload does the same.
"use strict";
(() => {
  const every = 60_000;
  let tag = "";
  let busy = false;

  const lost = (since) => {
    const line = document.getElementById("lost");
    if (!line) return;
    line.hidden = !since;
    line.textContent = since ? line.dataset.text : "";
  };

  // What somebody has opened, and is at, stays as it is.
  const state = () => ({
    open: [...document.querySelectorAll("details[open][id]")].map((d) => d.id),
    at: document.activeElement?.id || document.activeElement?.getAttribute("href") || "",
  });
  const restore = ({ open, at }) => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (!at) return;
    const same = document.getElementById(at) || [...document.querySelectorAll("main a")].find((a) => a.getAttribute("href") === at);
    same?.focus({ preventScroll: true });
  };

  const choosing = () => document.activeElement?.closest?.(".chooser") != null;

  const refresh = async () => {
    if (busy || document.hidden || choosing()) return;
    busy = true;
    try {
      const response = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(30_000) });
      if (response.status === 304) {
        lost(false);
        return;
      }
      if (response.status >= 500) throw new Error(response.statusText);
      const next = new DOMParser().parseFromString(await response.text(), "text/html");
      const before = state();
      for (const part of ["main", "header .title", "footer"]) {
        const now = document.querySelector(part);
        const then = next.querySelector(part);
        if (now && then) now.replaceChildren(...document.adoptNode(then).childNodes);
      }
      document.title = next.title;
      tag = response.headers.get("ETag") || "";
      restore(before);
    } catch {
      lost(true);
    } finally {
      busy = false;
    }
  };

  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
  window.addEventListener("online", refresh);
})();
